"""What a search gives back: hits, counts of each facet, what was done to the visitor's words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from html import unescape

from markupsafe import Markup

from impact_alliances.geo.nearness import SAME_DEPARTEMENT, Nearness
from impact_alliances.geo.origin import Origin
from impact_alliances.geo.recognising import NO_PLACE, Reading
from impact_alliances.resources.resource import Resource
from impact_alliances.search.query import FILTERS, SearchQuery
from impact_alliances.search.ranking import Ranked
from impact_alliances.text.excerpt import excerpt, highlighted
from impact_alliances.text.understanding import Understanding
from impact_alliances.vocabularies.matching import fold

BY_NAME, BY_WORDS, BY_MEANING, BY_PLACE = "nom", "mots", "sens", "lieu"
_MARKED = re.compile("<mark>([^<]+)</mark>")


@dataclass(frozen=True)
class Hit:
    """One resource found, with why. `score` is in [0, 1[; 0 when the order is not by relevance.
    `stems` are those of the words asked for, `nearness` how near it is to the place asked for;
    `demande`, how people ask for this resource, where the text asks alike; `distance_km` how far it
    is based from where distances are told, None where that is not known, or nothing is told.
    """

    resource: Resource
    score: float
    matched_by: tuple[str, ...]
    excerpt_html: Markup
    stems: frozenset[str]
    nearness: float = 0.0
    demande: str = ""
    distance_km: float | None = None

    @classmethod
    def of(
        cls,
        resource: Resource,
        ranked: Ranked,
        stems: frozenset[str],
        nearness: Nearness | None = None,
        origin: Origin | None = None,
    ) -> "Hit":
        """A ranked document, its resource loaded, with an excerpt where these stems are marked."""
        near = nearness.of(resource.whereabouts()) if nearness else 0.0
        reasons = (
            (BY_NAME, ranked.by_name),
            (BY_WORDS, ranked.by_words),
            (BY_MEANING, ranked.by_meaning),
            (BY_PLACE, near >= SAME_DEPARTEMENT),
        )
        matched_by = tuple(name for name, holds in reasons if holds)
        return cls(
            resource=resource,
            score=ranked.score,
            matched_by=matched_by,
            # What a kind's texts begin with may be said on its card already: a role is.
            excerpt_html=excerpt(resource.texts(), stems, resource.summary),
            stems=stems,
            nearness=near,
            demande=_demande(resource, ranked.demande),
            distance_km=distance_told(resource, origin) if origin else None,
        )

    def highlighted(self, name: str) -> Markup:
        """A title, or another short text of the resource, as safe HTML: the words asked for are
        marked.
        """
        return highlighted(name, self.stems)

    @property
    def marked(self) -> list[str]:
        """The words marked in the title and in the excerpt, as they stand there."""
        html = f"{self.highlighted(self.resource.title)} {self.excerpt_html}"
        return [unescape(word) for word in _MARKED.findall(html)]


def distance_told(resource: Resource, origin: Origin) -> float | None:
    """How far a resource is based from there, in km, as people are told it."""
    km = origin.distance_to(resource.commune)
    return None if km is None else round(km, 1)


def _demande(resource: Resource, place: int | None) -> str:
    """The demande at that place; none where they changed since their vectors were made."""
    return resource.demandes[place] if place is not None and place < len(resource.demandes) else ""


@dataclass(frozen=True)
class Facet:
    """The values of one facet, in the order to show: `value`, `count`, `selected`; those at zero
    included for small facets.
    """

    name: str
    values: tuple[tuple[str, int, bool], ...]

    @classmethod
    def of(cls, name: str, counts: Mapping[str, int], selected: Sequence[str]) -> "Facet":
        """The facet of that name, from the number of hits of each value and the values chosen."""
        vocabulary = FILTERS[name]
        known = () if vocabulary.only_present else tuple(vocabulary.by_slug)
        present = sorted(counts, reverse=vocabulary.order == "newest")
        values = list(dict.fromkeys([*known, *present, *selected]))
        if vocabulary.order == "count":
            rank = {value: index for index, value in enumerate(values)}
            values.sort(key=lambda value: (-counts.get(value, 0), rank[value]))
        return cls(name, tuple((one, counts.get(one, 0), one in selected) for one in values))


@dataclass(frozen=True)
class Results:
    """The results of a query: one page of hits, their exact total over all pages, the counts of
    every facet. `degraded` says, in French, what of the search did not work; None when all did.
    `reading` is the place found in the text. `neighbours`, of a text that means nothing here, are a
    few resources to show apart, counted nowhere; None of any other text.
    """

    query: SearchQuery
    total: int
    hits: tuple[Hit, ...]
    facets: tuple[Facet, ...]
    understanding: Understanding
    evoked: tuple[str, ...]
    degraded: str | None
    took_ms: float
    reading: Reading = NO_PLACE
    neighbours: tuple[Hit, ...] | None = None

    @property
    def origin(self) -> Origin | None:
        """Where distances are told from; None where they are not."""
        return self.query.origin

    @property
    def is_only_a_place(self) -> bool:
        """Whether what is there is all that is asked."""
        understood = self.understanding
        return bool(self.reading.place) and not (understood.concepts or understood.phrases)

    @property
    def sentence(self) -> str:
        """« 12 cas pour « médecin », de préférence dans la Creuse », or « 42 fiches à Lannion et
        alentour ».
        """
        place = self.reading.place
        if not place or not (self.is_only_a_place or self.query.sort == "pertinence"):
            return self.query.sentence(self.total)
        asked = replace(self.query, q=self.reading.rest)
        if self.is_only_a_place:
            # What is asked for is by nearness to that place, whatever distances are told from.
            asked = replace(self.query, q="", tri="date")
        return asked.sentence(self.total, place.surroundings)

    @property
    def pages(self) -> int:
        """How many pages the results have, at least one."""
        return max(1, -(-self.total // self.query.par_page))

    @property
    def corrections(self) -> tuple[tuple[str, str], ...]:
        """(word typed, word used), the latter with the accents it has in the hits: the words of the
        corpus are kept folded.
        """
        return tuple(
            (typed, self._accents.get(used, used)) for typed, used in self.understanding.corrections
        )

    @property
    def synonyms(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """(word used, what was also looked for), the former with its accents too."""
        return tuple(
            (self._accents.get(used, used), others) for used, others in self.understanding.synonyms
        )

    @cached_property
    def _accents(self) -> dict[str, str]:
        """The words put in place of those typed, as the first hit that holds them writes them."""
        used = {word for _, word in self.understanding.corrections}
        written: dict[str, str] = {}
        for word in (word for hit in self.hits if used for word in hit.marked):
            if fold(word) in used:
                written.setdefault(fold(word), word.lower())
        return written
