"""What of a resource goes into the index: one flat document, the same for every engine."""

import hashlib
import json
import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from typing import NamedTuple

from impact_alliances import urls
from impact_alliances.geo.globe import placed
from impact_alliances.resources.fields import COUNTED
from impact_alliances.resources.key import Key
from impact_alliances.resources.kinds import key_of, kind_of
from impact_alliances.resources.resource import Resource
from impact_alliances.text.analysis import Token, tokens
from impact_alliances.text.identities import identity
from impact_alliances.text.synonyms import thesaurus
from impact_alliances.vocabularies.matching import fold
from impact_alliances.vocabularies.terms import FACETS

# Raised by hand when the shape of the documents or the analysis of their texts changes: every
# index made before is then built anew.
DOCUMENT_VERSION = 14
# Where a document is: its commune, the territory in which distances to it are measured, where it is
# based, and where it serves from afar. Filtered on as facets are, and shown by none.
COMMUNE, TERRITOIRE = "commune", "territoire"
IMPLANTATION, DESSERTE = "implantation", "desserte"
FACET_FIELDS = ("kind", COMMUNE, TERRITOIRE, IMPLANTATION, DESSERTE, *FACETS)
# What says where a document is, as `Whereabouts` has it.
PLACE_FIELDS = (COMMUNE, "departement", "region")
# The field of what a document is called, whole: filtered on like a facet, never counted.
IDENTITIES = "identities"
# Of what is scored, stems of so many bytes or more are left out.
TOO_LONG_A_STEM = 80
_LEADING_MARKS = re.compile(r"^\W+")
_TIE_BITS = 20


@dataclass(frozen=True)
class SearchDocument:
    """One document. `title` and `text` are stems in order, then the expressions known to synonyms,
    each as one stem; `words` the distinct folded words; `identities` what it is called, whole;
    `date_order` sorts by day with a fixed order inside a day, so that every engine pages alike.

    `demandes` are the stems of how it is asked for, in order. They are scored apart, and make it
    found by nothing else: they are in neither `stems` nor `words`. `demande_words`, the distinct
    folded words of these, serve whoever is still typing.
    """

    key: Key
    title: tuple[str, ...]
    text: tuple[str, ...]
    words: tuple[str, ...]
    title_words: tuple[str, ...]
    identities: tuple[str, ...]
    title_order: str
    date_order: int
    facets: dict[str, tuple[str, ...]]
    demandes: tuple[str, ...] = ()
    demande_words: tuple[str, ...] = ()

    @property
    def stems(self) -> set[str]:
        """Every stem of the document."""
        return {*self.title, *self.text}

    @property
    def fingerprint(self) -> str:
        """A hash of all the document says, by which `doctor` compares index and database."""
        said = {**asdict(self), "key": str(self.key)}
        written = json.dumps(said, ensure_ascii=False, sort_keys=True)
        # A lone surrogate, which no engine takes, is refused with its document, not here.
        return hashlib.blake2b(written.encode(errors="surrogatepass"), digest_size=12).hexdigest()


def document_of(resource: Resource) -> SearchDocument:
    """The document of a published resource."""
    title = Analysed.of(resource.title)
    texts = [Analysed.of(text) for text in (*resource.texts(), *resource.names())]
    demandes = [Analysed.of(demande) for demande in resource.demandes]
    every_token = chain.from_iterable(text.tokens for text in (title, *texts))
    return SearchDocument(
        key=key_of(resource),
        title=_stems_of([title]),
        text=_stems_of(texts),
        words=tuple(sorted({token.word for token in every_token if token.stem})),
        title_words=tuple(token.word for token in title.tokens),
        identities=identities_of(resource),
        title_order=f"{_order_of(resource.title)} {key_of(resource)}",
        date_order=_date_order(resource),
        facets=facets_of(resource),
        demandes=tuple(scored(_stems_of(demandes))),
        demande_words=tuple(sorted({token.word for one in demandes for token in one.tokens})),
    )


def identities_of(resource: Resource) -> tuple[str, ...]:
    """What a resource is called, whole: what its kind says of it, and its addresses without their
    host.
    """
    addresses = [urls.page_of(resource), urls.api_of(resource).removeprefix("/api")]
    called = map(identity, (*resource.identities(), *addresses))
    return tuple(sorted(set(filter(None, called))))


class Analysed(NamedTuple):
    """A text read: its words, and the expressions of synonyms that it holds, as stems."""

    tokens: list[Token]
    expressions: list[str]

    @classmethod
    def of(cls, text: str) -> "Analysed":
        read = list(tokens(text))
        return cls(read, list(thesaurus().expressions_in(text, read)))


def _stems_of(texts: Sequence[Analysed]) -> tuple[str, ...]:
    """The stems of some texts in order, then their expressions: so a phrase reads on."""
    words = (token.stem for text in texts for token in text.tokens if token.stem)
    return (*words, *chain.from_iterable(text.expressions for text in texts))


def scored(stems: Iterable[str]) -> list[str]:
    """The stems that are scored: those too long are left out."""
    return [stem for stem in stems if len(stem.encode()) < TOO_LONG_A_STEM]


def _order_of(title: str) -> str:
    """How a title is put in order: folded, and without the marks it begins with (« Ma rue »)."""
    return _LEADING_MARKS.sub("", fold(title))[:80]


def _date_order(resource: Resource) -> int:
    day = resource.date.toordinal() if resource.date else 0
    return (day << _TIE_BITS) | (zlib.crc32(str(key_of(resource)).encode()) >> (32 - _TIE_BITS))


def facets_of(resource: Resource) -> dict[str, tuple[str, ...]]:
    """The values of each of `FACET_FIELDS` for a resource; none for those its kind lacks."""
    kind = kind_of(resource).slug
    commune = (resource.commune,) if resource.commune else ()
    counted = {field.facet: tuple(field.values(resource)) for field in COUNTED[kind]}
    return {
        "kind": (kind,),
        COMMUNE: commune,
        TERRITOIRE: (placed(resource.commune)[0],),
        IMPLANTATION: resource.implantation(),
        DESSERTE: resource.desserte(),
        **{name: counted.get(name, ()) for name in FACETS},
    }
