"""A search is a value and a URL: change it, print it, say it in French. `parameters` reads it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from impact_alliances import urls
from impact_alliances.geo.globe import Communes
from impact_alliances.geo.origin import Origin
from impact_alliances.geo.places import Commune
from impact_alliances.resources.kinds import KIND_TERMS, KINDS
from impact_alliances.search import bounds
from impact_alliances.search.bounds import RAYONS
from impact_alliances.vocabularies import french
from impact_alliances.vocabularies.terms import FACETS, Term, Vocabulary

PER_PAGE = 20
_SAID_NO_OR_YES = (
    Term("oui", "Oui", synonyms=("yes", "true", "1")),
    Term("non", "Non", synonyms=("no", "false", "0")),
)
# Parameters of one value: each accepts its slugs, and the words that people use for them.
CHOICES: dict[str, Vocabulary] = {
    "tri": Vocabulary(
        "tri",
        "Ordre",
        "",
        (
            Term("pertinence", "Pertinence"),
            Term("date", "Plus récents", synonyms=("dates", "récents")),
            Term("distance", "Plus proches", synonyms=("distances", "proches", "proximité")),
            Term("titre", "Titre", synonyms=("titres",)),
        ),
    ),
    "rayon": RAYONS,
    "mode": Vocabulary(
        "mode",
        "Mode",
        "",
        (
            Term("hybrid", "Mots et sens", synonyms=("hybride",)),
            Term("keyword", "Mots", synonyms=("mot", "mots-clés", "keywords")),
            Term("semantic", "Sens", synonyms=("sémantique",)),
        ),
    ),
    "correction": Vocabulary("correction", "Correction", "", _SAID_NO_OR_YES),
    "synonymes": Vocabulary("synonymes", "Synonymes", "", _SAID_NO_OR_YES),
    "lieu": Vocabulary("lieu", "Lieu", "", _SAID_NO_OR_YES),
}
# What may be refused of all that is done to the visitor's words.
REFUSALS = ("correction", "synonymes", "lieu")
SORTS = {term.slug: term.label for term in CHOICES["tri"].terms}
MODES = tuple(CHOICES["mode"].by_slug)
FILTERS: dict[str, Vocabulary] = {"kind": KIND_TERMS, **FACETS}
Mode = Literal["hybrid", "keyword", "semantic"]


@dataclass(frozen=True)
class SearchQuery:
    """What is searched. `filters` maps a facet to the values chosen, in the order of `FILTERS`.

    `near` is where distances are told from, as `Origin` writes it, and `rayon` keeps what is based
    so near to it; `comme` is the code INSEE of a commune, and keeps what is of its size.
    """

    q: str = ""
    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    near: str = ""
    rayon: str = ""
    comme: str = ""
    tri: str = ""
    page: int = 1
    par_page: int = PER_PAGE
    mode: Mode = "hybrid"
    correction: bool = True
    synonymes: bool = True
    lieu: bool = True

    def __post_init__(self) -> None:
        # One search has one address: what means nothing without a place goes with it, the order
        # that a search has by itself goes without saying, and relevance is never another one.
        if not self.near:
            object.__setattr__(self, "rayon", "")
        orders = ("pertinence", self.usual_sort, *(() if self.near else ("distance",)))
        if self.tri in orders:
            object.__setattr__(self, "tri", "")

    @property
    def usual_sort(self) -> str:
        """By relevance with a text; without, by distance where there is a place, else by date."""
        return "pertinence" if self.q else "distance" if self.near else "date"

    @property
    def chosen(self) -> dict[str, tuple[str, ...]]:
        """The filters, by facet."""
        return dict(self.filters)

    @property
    def sort(self) -> str:
        """The order in force; relevance means nothing without a text."""
        return self.tri or self.usual_sort

    @property
    def first(self) -> int:
        """How many hits come before those of its page."""
        return (self.page - 1) * self.par_page

    @cached_property
    def origin(self) -> Origin | None:
        """Where distances are told from; None without `near`. Raises `UnknownPlace`."""
        return Origin.of(self.near) if self.near else None

    @property
    def model(self) -> Commune | None:
        """The commune whose size is asked for; None without `comme`."""
        return bounds.sized(self.comme)

    def kept(self, communes: Communes) -> bounds.Kept:
        """The conditions of `rayon` and `comme`, by field of documents that are in these communes,
        if in any.
        """
        kept = bounds.alike(self.model) if self.model else {}
        if self.origin and self.rayon:
            kept |= bounds.around(self.origin, self.rayon, communes)
        return kept

    def values(self, facet: str) -> tuple[str, ...]:
        """The values chosen in `facet`."""
        return self.chosen.get(facet, ())

    # -- changing ---------------------------------------------------------------------------------

    def choosing(self, facet: str, values: Sequence[str]) -> "SearchQuery":
        """The same search with these values of `facet`, from its first page."""
        chosen = {**self.chosen, facet: tuple(sorted(set(values)))}
        return replace(self, filters=ordered(chosen), page=1)

    def toggled(self, facet: str, value: str) -> "SearchQuery":
        """The same search with `value` added, or removed if it was chosen."""
        present = self.values(facet)
        return self.choosing(
            facet, [v for v in present if v != value] if value in present else [*present, value]
        )

    def without_filters(self) -> "SearchQuery":
        """The same words, place, sort and kind, all else freed."""
        of_kind = tuple(pair for pair in self.filters if pair[0] == "kind")
        return replace(self, filters=of_kind, rayon="", comme="", page=1)

    def at(self, page: int) -> "SearchQuery":
        """Another page of the same search."""
        return replace(self, page=page)

    # -- printing ---------------------------------------------------------------------------------

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters of the URL in canonical order, defaults left out."""
        pairs = [("q", self.q)] if self.q else []
        pairs += [(facet, value) for facet, values in self.filters for value in values]
        defaults = SearchQuery()
        for name in ("near", "rayon", "comme", "tri", "page", "par_page", "mode"):
            if getattr(self, name) != getattr(defaults, name):
                pairs.append((name, str(getattr(self, name))))
        pairs += [(name, "non") for name in REFUSALS if not getattr(self, name)]
        return pairs

    def url(self, path: str = urls.SEARCH) -> str:
        """The address of this search."""
        return urls.with_parameters(path, self.pairs())

    def toggles(self, facet: str, values: Iterable[str], path: str = urls.SEARCH) -> dict[str, str]:
        """For each value, the address of the search with it added or removed; `toggled(…).url()`,
        in bulk.
        """
        before, after = self._around(facet)
        present = self.values(facet)

        def address(chosen: Iterable[str]) -> str:
            # Values of a facet are slugs: nothing in them needs quoting.
            parameters = "&".join(
                part for part in (before, *(f"{facet}={v}" for v in chosen), after) if part
            )
            return f"{path}?{parameters}" if parameters else path

        if not present:
            start, end = address(["|"]).split("|")
            return {value: f"{start}{value}{end}" for value in values}
        return {
            value: address(v for v in sorted({*present, value}) if v != value or v not in present)
            for value in values
        }

    def _around(self, facet: str) -> tuple[str, str]:
        """The parameters that come before and after those of `facet`, from the first page,
        encoded.
        """
        rank = {"q": 0, **{name: index for index, name in enumerate(FILTERS, start=1)}}
        fixed = self.choosing(facet, ()).pairs()
        before = urls.encoded(pair for pair in fixed if rank.get(pair[0], 99) < rank[facet])
        return before, urls.encoded(pair for pair in fixed if rank.get(pair[0], 99) > rank[facet])

    def sentence(self, total: int, place: str = "") -> str:
        """« 12 cas pour « médecin », sur la mobilité, à moins de 30 km de Lannion (22300) ».
        `place` is the one that a text names, said: it comes first, or is all that is asked. A long
        text is told by its beginning.
        """
        clauses = [*self._facets_said(), *self._bounds_said()]
        if place:
            clauses.insert(0, f"de préférence {place}" if self.q else place)
        elif self.origin and not self.rayon and self.sort == "pertinence":
            clauses.insert(0, f"de préférence {self.origin.beside}")
        counted = self._counted(total)
        if self.q:
            counted += f" pour {french.quoted(french.nested(french.titled(self.q)))}"
        elif clauses:
            counted += f" {clauses.pop(0)}"
        in_order = [self._order_said(self.origin)] if self.origin and total > 1 else []
        return ", ".join([counted, *clauses, *filter(None, in_order)])

    def _facets_said(self) -> list[str]:
        return [
            _clause(FACETS[facet], values, self._is_feminine)
            for facet, values in self.filters
            if facet != "kind"
        ]

    def _bounds_said(self) -> list[str]:
        around = [bounds.said_around(self.origin, self.rayon)] if self.origin and self.rayon else []
        return [*around, *([bounds.said_alike(self.model)] if self.model else [])]

    def _order_said(self, origin: Origin) -> str:
        """That what is near comes first, where nothing else has said near to what."""
        is_said = self.sort != "distance" or self.rayon in bounds.KILOMETRES
        return "" if is_said else f"les plus proches {origin.complement} d’abord"

    @property
    def _is_feminine(self) -> bool:
        kinds = self.values("kind")
        return len(kinds) != 1 or KINDS[kinds[0]].feminine

    def _counted(self, total: int) -> str:
        kinds = self.values("kind")
        if len(kinds) == 1:
            return french.counted(total, KINDS[kinds[0]].one, KINDS[kinds[0]].many)
        return french.counted(total, "fiche", "fiches")


def _clause(vocabulary: Vocabulary, values: Sequence[str], feminine: bool) -> str:
    said = [vocabulary.by_slug[value].phrase if value in vocabulary else value for value in values]
    link = (feminine and vocabulary.feminine_link) or vocabulary.link
    return f"{link} {french.listed(said, 'ou')}".strip()


def ordered(chosen: Mapping[str, tuple[str, ...]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The filters in which something is chosen, in the order of `FILTERS`."""
    return tuple((facet, chosen[facet]) for facet in FILTERS if chosen.get(facet))
