"""From a query to the keys that answer it, ranked and explained: with one engine, or with the first
of several that works.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeVar

from impact_alliances.engines.engine import (
    Counts,
    EngineFailure,
    Matches,
    Order,
    SearchEngine,
    Wanted,
    Window,
)
from impact_alliances.engines.patience import one_wait
from impact_alliances.geo.nearness import closer
from impact_alliances.geo.recognising import NO_PLACE, Reading
from impact_alliances.meaning.meanings import Meanings
from impact_alliances.resources.key import Key
from impact_alliances.search.afar import serving
from impact_alliances.search.interpreting import Interpretation, Interpreter
from impact_alliances.search.overview import kinds_of, together
from impact_alliances.search.query import SearchQuery
from impact_alliances.search.ranking import RANKED, Ranked, Ranking
from impact_alliances.search.reranking import RERANKED, Reranking
from impact_alliances.text.understanding import Understanding

# Documents shown apart where nothing answers.
MOST_NEIGHBOURS = 6
T = TypeVar("T")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """The size of the set, its counts and one page of it. `degraded` says, in French, what did not
    work, `reading` which place the text names. Of a senseless text, `neighbours` are a few
    documents to show apart; else None.
    """

    counts: Counts
    page: Sequence[Ranked]
    understanding: Understanding
    evoked: tuple[str, ...]
    degraded: str | None
    reading: Reading = NO_PLACE
    neighbours: Sequence[Ranked] | None = None


class _Page(NamedTuple):
    """Hits in order, and what to say, in French, of what could not order them."""

    hits: list[Ranked]
    said: str | None = None


class Searcher:
    """Answers queries with one engine and, where there is one, a model. `degraded` is said of all
    its answers, `late` asked at each what to say of an index that is behind the base. `reranking`,
    where there is one, has the last word on the first hits by words and meaning.
    """

    def __init__(
        self,
        engine: SearchEngine,
        meanings: Meanings,
        degraded: str | None = None,
        late: Callable[[], str | None] = lambda: None,
        reranking: Reranking | None = None,
    ) -> None:
        self.engine = engine
        self._degraded = degraded
        self._late = late
        self._reranking = reranking
        self._interpreter = Interpreter(engine, meanings)

    def count(self, query: SearchQuery, facets: Sequence[str]) -> Counts:
        """How many hits `query` has, and how many for each value of these facets. Raises
        `EngineFailure`.
        """
        return self.engine.counts(self._interpreter.interpret(query).wanted, facets)

    def search(self, query: SearchQuery, facets: Sequence[str]) -> Answer:
        """The answer to `query`, with the counts of these facets. Raises `EngineFailure`."""
        asked = self._interpreter.interpret(query)
        return self._answer(asked, *self._page(query, asked, facets))

    def overview(self, query: SearchQuery, facets: Sequence[str], size: int) -> Answer:
        """The same for a `query` that chooses no kind: its page is the `size` first hits of each,
        or, where all hits are of one, that of `search`. `facets` name the kind. Raises
        `EngineFailure`.
        """
        asked = self._interpreter.interpret(query)
        counts = self.engine.counts(asked.wanted, facets)
        if len(kinds_of(counts)) > 1:
            first, said = self._first(query, asked, counts, size)
            page = _Page(together(first, by_score=query.sort == "pertinence"), said)
        else:
            page = self._page(query, asked)[1] if counts.total else _Page([])
        return self._answer(asked, counts, page)

    def serving(self, query: SearchQuery, limit: int) -> list[Key]:
        """Those who serve the place of `near` and are not found by `query`, at most `limit`; none
        where `query` is not bound to what is around it. Raises `EngineFailure`.
        """
        if not query.origin or not query.rayon:
            return []
        return serving(self.engine, self._interpreter.interpret(query).wanted, query.origin, limit)

    def _first(
        self, query: SearchQuery, asked: Interpretation, counts: Counts, size: int
    ) -> tuple[dict[str, list[Ranked]], str | None]:
        """The first hits of each kind: those of the ranking where it holds every hit, else those of
        each kind alone. And what to say of what could not order them.
        """
        kinds = kinds_of(counts)
        if counts.total > RANKED:
            few = replace(query, page=1, par_page=size)
            pages = {kind: self._page(few, asked.only(kind))[1] for kind in kinds}
            said = next((page.said for page in pages.values() if page.said), None)
            return {kind: page.hits for kind, page in pages.items()}, said
        _, page = self._page(replace(query, page=1, par_page=RANKED), asked)
        of_kind = {kind: [one for one in page.hits if one.key.kind == kind] for kind in kinds}
        return {kind: hits[:size] for kind, hits in of_kind.items()}, page.said

    def _page(
        self, query: SearchQuery, asked: Interpretation, facets: Sequence[str] = ()
    ) -> tuple[Counts, _Page]:
        """The counts of these facets, and the page."""
        order = _order(query, asked)
        window = Window(order, query.first, query.par_page) if order else None
        matches = self.engine.matches(asked.wanted, facets, window)
        if window:
            return matches, _Page(_in_order(asked, matches))
        return matches, self._by_relevance(query, asked, matches)

    def _answer(self, asked: Interpretation, counts: Counts, page: _Page) -> Answer:
        happened = (self._degraded, asked.degraded, page.said, self._late())
        said = [said for said in happened if said]
        return Answer(
            counts=counts,
            page=page.hits,
            understanding=asked.understanding,
            evoked=tuple(asked.evidence.grid.evoked()),
            degraded=" ".join(said) or None,
            reading=asked.reading,
            neighbours=self._neighbours(asked),
        )

    def _neighbours(self, asked: Interpretation) -> list[Ranked] | None:
        """The nearest documents to a senseless text."""
        if asked.neighbours is None:
            return None
        matches = self.engine.matches(asked.neighbours, ())
        return Ranking.of(matches, asked.neighbours, asked.evidence).page(0, MOST_NEIGHBOURS)

    def _by_relevance(self, query: SearchQuery, asked: Interpretation, matches: Matches) -> _Page:
        """The page of the ranking; past its end, the rest of the set by date."""
        first, size = query.first, query.par_page
        if first >= matches.total:
            return _Page([])
        nearest, named = self._nearest(asked, matches), self._named(asked.wanted)
        ranking = Ranking.of(nearest, asked.wanted, asked.evidence, named)
        page, ranked = self._ranked(query, asked, ranking), len(ranking.scored)
        rest = size - len(page.hits)
        if rest and matches.total > ranked:
            offset = max(0, first - ranked)
            keys = self.engine.page(asked.wanted, "date", offset, rest, ranking.keys)
            page.hits.extend(ranking.explained(keys))
        return page

    def _ranked(self, query: SearchQuery, asked: Interpretation, ranking: Ranking) -> _Page:
        """The page of the ranking, its first hits put in order anew by whoever may."""
        first, last = query.first, query.first + query.par_page
        text = asked.understanding.text if query.mode == "hybrid" else ""
        if not self._reranking or not text or first >= RERANKED:
            return _Page(ranking.page(first, query.par_page))
        best, said = self._reranking.ordered(text, ranking.page(0, RERANKED))
        return _Page([*best, *ranking.page(RERANKED, max(0, last - RERANKED))][first:last], said)

    def _nearest(self, asked: Interpretation, matches: Matches) -> Matches:
        """The matches to rank: around a commune that has more than can be, the nearest of them."""
        place = asked.reading.place
        rings = closer(place) if place and asked.wanted.within else iter(())
        while matches.total > RANKED and (ring := next(rings, None)):
            matches = self.engine.matches(replace(asked.wanted, within=ring), ())
        return matches

    def _named(self, wanted: Wanted) -> list[Key]:
        """The hits that the whole text names, newest first."""
        if not wanted.named:
            return []
        return self.engine.page(wanted.only_named, "date", 0, len(wanted.named))


def _order(query: SearchQuery, asked: Interpretation) -> Order | None:
    """The order of the engine's that a page follows; None by relevance, which is ours. What nothing
    scores goes by distance where it is told, else by date.
    """
    is_scored = asked.evidence.is_any or asked.wanted.named
    if query.sort == "pertinence" and is_scored:
        return None
    if query.sort in ("pertinence", "distance") and query.origin:
        return query.origin
    return "title" if query.sort == "titre" else "date"


def _in_order(asked: Interpretation, matches: Matches) -> list[Ranked]:
    """The hits of the window, in an order that is not of relevance."""
    if asked.understanding.text and matches.keys:
        return Ranking.of(matches, asked.wanted, asked.evidence).explained(matches.keys)
    return [Ranked(key, 0.0, False, False) for key in matches.keys]


class Cascade:
    """The searchers of a service in the order in which they are preferred: that of the engine that
    serves, then those kept for when it fails.
    """

    def __init__(self, searchers: Sequence[Searcher]) -> None:
        self._searchers = searchers

    def ask(self, question: Callable[[Searcher], T]) -> T | None:
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

    def keys(self, question: Callable[[SearchEngine], list[Key]]) -> list[Key]:
        """The keys that the first engine that works answers; none when none does."""
        return self.ask(lambda searcher: question(searcher.engine)) or []

    def check(self) -> None:
        """Ask the serving engine a question, by the way and with the key of visitors. Raises
        `EngineFailure`.
        """
        self._searchers[0].engine.page(Wanted(), "date", 0, 1)
