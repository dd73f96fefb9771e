"""From a query to loaded, explained hits: the one search of pages, API, terminal and feeds."""

import logging
import re
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from markupsafe import Markup
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from impact_alliances.db import reading
from impact_alliances.engines.documents import key_of, split_key
from impact_alliances.engines.engine import EngineFailure, SearchEngine, Wanted
from impact_alliances.engines.patience import one_wait
from impact_alliances.meaning.meanings import Meanings
from impact_alliances.resources.kinds import kind_of
from impact_alliances.resources.reading import load
from impact_alliances.resources.resource import Resource
from impact_alliances.search import ranking
from impact_alliances.search.query import FILTERS, SearchQuery
from impact_alliances.search.searcher import Answer, Searcher
from impact_alliances.search.titles_only import TitlesOnly
from impact_alliances.text.analysis import clean, words
from impact_alliances.text.excerpt import excerpt
from impact_alliances.text.understanding import Understanding
from impact_alliances.vocabularies.matching import fold
from impact_alliances.vocabularies.terms import DEPARTEMENTS, FRAGILITES, REGIONS, TAILLES

# Nearest resources of all kinds looked at for a few of one kind.
NEAR = 400
# How often, in seconds, what changed is made ready for an outage.
WARM_EVERY_S = 60.0
BY_WORDS, BY_MEANING = "mots", "sens"
_MARKED = re.compile(r"<mark>([^<&]+)</mark>")
T = TypeVar("T")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Hit:
    """One resource found, with why. `score` is in [0, 1[; 0 when the order is not by relevance."""

    resource: Resource
    score: float
    matched_by: tuple[str, ...]
    excerpt_html: Markup


@dataclass(frozen=True)
class Facet:
    """The values of one facet, in the order to show: `value`, `count`, `selected`; those at zero
    included for small facets.
    """

    name: str
    values: tuple[tuple[str, int, bool], ...]


@dataclass(frozen=True)
class Found:
    """The answer to a query. `degraded` says, in French, what of the search did not work; None when
    all did.
    """

    query: SearchQuery
    total: int
    hits: tuple[Hit, ...]
    facets: tuple[Facet, ...]
    understanding: Understanding
    evoked: tuple[str, ...]
    degraded: str | None
    took_ms: float

    @property
    def pages(self) -> int:
        """How many pages the result has, at least one."""
        return max(1, -(-self.total // self.query.par_page))

    @property
    def corrections(self) -> tuple[tuple[str, str], ...]:
        """(word typed, word used), the latter with the accents it has in the hits: the words of the
        corpus are kept folded.
        """
        seen = {
            fold(word): word.lower()
            for hit in self.hits
            for word in _MARKED.findall(str(hit.excerpt_html))
        }
        return tuple(
            (typed, seen.get(used, used)) for typed, used in self.understanding.corrections
        )


class Finder:
    """Answers queries: the first searcher that can, the titles of the database when none can.

    It opens the database itself, for as long as it reads and no longer: what it returns needs no
    session, and no connection is held while a model or an engine thinks.
    """

    def __init__(self, database: Engine, searchers: Sequence[Searcher], meanings: Meanings) -> None:
        self._database = database
        self._searchers = searchers
        self._meanings = meanings
        self._titles = TitlesOnly()

    # -- searching --------------------------------------------------------------------------------

    def find(self, query: SearchQuery) -> Found:
        """The page of hits of `query`, its exact total and facet counts. Never raises for a broken
        index.
        """
        started = time.perf_counter()
        answer = self._ask(lambda searcher: searcher.search(query)) or self._by_titles(query)
        found = self._load([one.key for one in answer.page])
        wanted = answer.understanding.stems
        return Found(
            query=query,
            total=answer.counts.total,
            hits=tuple(
                _hit(found[split_key(one.key)], one, wanted)
                for one in answer.page
                if split_key(one.key) in found
            ),
            facets=tuple(
                _facet(name, answer.counts.facets.get(name, {}), query.values(name))
                for name in FILTERS
            ),
            understanding=answer.understanding,
            evoked=answer.evoked,
            degraded=answer.degraded,
            took_ms=round((time.perf_counter() - started) * 1000, 2),
        )

    def _by_titles(self, query: SearchQuery) -> Answer:
        with reading(self._database) as session:
            return self._titles.search(session, query)

    def _load(self, keys: Iterable[str]) -> dict[tuple[str, str], Resource]:
        """The published resources of these keys `kind:id`, by (kind, id)."""
        with reading(self._database) as session:
            return load(session, [split_key(key) for key in keys])

    def keep_warm(self, stop: threading.Event) -> None:
        """Until `stop` is set, be ready for an outage, where nothing but titles would answer."""
        while not stop.is_set():
            with suppress(SQLAlchemyError), reading(self._database) as session:
                self._titles.warm(session)
            stop.wait(WARM_EVERY_S)

    def check(self) -> None:
        """Ask the serving engine a question, by the way and with the key of visitors. Raises
        `EngineFailure`.
        """
        self._searchers[0].engine.page(Wanted(), "date", 0, 1)

    def _ask(self, question: Callable[[Searcher], T]) -> T | None:
        """The answer of the first searcher whose engine works; None when none does. Each engine
        fails once at the most.
        """
        for searcher in self._searchers:
            try:
                with one_wait():
                    return question(searcher)
            except EngineFailure as failure:
                _log.warning("%s", failure)
        return None

    def _keys(self, question: Callable[[SearchEngine], list[str]]) -> list[str]:
        return self._ask(lambda searcher: question(searcher.engine)) or []

    # -- neighbours of a resource -----------------------------------------------------------------

    def similar(
        self, resource: Resource, limit: int, kind: str | None = None
    ) -> list[tuple[Resource, str]]:
        """The published resources nearest to `resource` in meaning, each with the reason, of `kind`
        (its own by default).
        """
        wanted = kind or kind_of(resource).slug
        keys = [key for key in self._near(resource) if key.startswith(f"{wanted}:")]
        found = self._load(keys[: limit + 4])
        near = [found[split_key(key)] for key in keys if split_key(key) in found]
        return [(other, reason(resource, other)) for other in near[:limit]]

    def nearby_catalyseurs(self, resource: Resource, limit: int) -> list[tuple[Resource, str]]:
        """Catalyseurs who serve the resource's département, else its région; those who know its
        fragilités first.
        """
        if not resource.departement:
            return []
        asked = [
            {"kind": ("catalyseur",), "departement": (resource.departement,)},
            {"kind": ("catalyseur",), "region": (resource.region,)},
        ]
        keys = self._keys(
            lambda engine: [
                key
                for filters in asked
                for key in engine.page(Wanted(filters=filters), "date", 0, 50)
            ]
        )
        ordered = list(dict.fromkeys(keys))
        found = self._load(ordered)
        near = [found[split_key(key)] for key in ordered if split_key(key) in found]
        near.sort(
            key=lambda one: (
                resource.departement not in one.departements(),
                -len(set(one.fragilites) & set(resource.fragilites)),
            )
        )
        return [(one, _service_of(resource, one)) for one in near[:limit]]

    def _near(self, resource: Resource) -> list[str]:
        own, meaning = key_of(resource), self._meanings.now()
        passages = meaning.vectors.passages(own)
        vector = passages.mean(axis=0) if passages is not None else None
        standing = meaning.vectors.seen_from(vector) if vector is not None else None
        if vector is not None and standing:
            near = (
                self._ask(
                    lambda searcher: searcher.engine.neighbours(
                        vector, standing, meaning.model
                    ).best(NEAR)
                )
                or []
            )
            return [key for key, _ in near if key != own]
        filters = {"fragilite": tuple(resource.fragilites[:1])} if resource.fragilites else {}
        keys = self._keys(lambda engine: engine.page(Wanted(filters=filters), "date", 0, 100))
        return [key for key in keys if key != own]

    # -- suggestions while typing -----------------------------------------------------------------

    def titles(self, text: str, limit: int) -> list[Resource]:
        """Published resources whose title holds the words typed so far, the last one perhaps
        unfinished.
        """
        typed = [word for word in words(text) if word][-8:]
        keys = self._keys(lambda engine: engine.titles(typed, limit))
        found = self._load(keys)
        return [found[split_key(key)] for key in keys if split_key(key) in found]

    def nearest_titles(self, text: str, limit: int) -> list[Resource]:
        """The resources that answer `text` best, for a page that does not exist."""
        found = self.find(SearchQuery(q=clean(text)[:200], par_page=limit, mode="keyword"))
        return [hit.resource for hit in found.hits] if text.strip() else []


def reason(resource: Resource, other: Resource) -> str:
    """Why `other` is a neighbour: what both share, in a few words."""
    shared = [slug for slug in resource.fragilites if slug in other.fragilites]
    parts = [f"même fragilité : {FRAGILITES.label_of(shared[0])}"] if shared else []
    if resource.taille and resource.taille == other.taille:
        parts.append(f"territoire de même taille ({TAILLES.label_of(other.taille).lower()})")
    if resource.region and resource.region == other.region:
        parts.append("même région")
    return ", ".join(parts[:2]) or "sujet voisin"


def _service_of(resource: Resource, catalyseur: Resource) -> str:
    near = resource.departement in catalyseur.departements()
    served = (
        DEPARTEMENTS.label_of(resource.departement) if near else REGIONS.label_of(resource.region)
    )
    shared = [
        FRAGILITES.label_of(slug) for slug in catalyseur.fragilites if slug in resource.fragilites
    ]
    return ", ".join([f"intervient dans : {served}", *shared[:1]])


def _hit(resource: Resource, ranked: ranking.Ranked, wanted: frozenset[str]) -> Hit:
    why = (*((BY_WORDS,) if ranked.by_words else ()), *((BY_MEANING,) if ranked.by_meaning else ()))
    return Hit(resource, ranked.score, why, excerpt(resource.texts(), wanted))


# Facets with too many values to list those that no hit has.
_ONLY_PRESENT = frozenset({"departement", "annee"})
# Facets whose own order means something.
_IN_ORDER = frozenset({"kind", "echelon", "taille", "impact"})


def _facet(name: str, counted: dict[str, int], selected: Sequence[str]) -> Facet:
    known = () if name in _ONLY_PRESENT else tuple(FILTERS[name].by_slug)
    values = list(dict.fromkeys([*known, *sorted(counted, reverse=name == "annee"), *selected]))
    if name not in _IN_ORDER and name != "annee":
        rank = {value: index for index, value in enumerate(values)}
        values.sort(key=lambda value: (-counted.get(value, 0), rank[value]))
    return Facet(name, tuple((value, counted.get(value, 0), value in selected) for value in values))
