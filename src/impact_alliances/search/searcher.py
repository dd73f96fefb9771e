"""From a query to the keys that answer it, ranked and explained, with one engine."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from impact_alliances.engines.engine import (
    Counts,
    Matches,
    Neighbours,
    SearchEngine,
    Wanted,
    Window,
)
from impact_alliances.engines.lexicon import EngineLexicon
from impact_alliances.meaning.grid import NO_GRID, Grid
from impact_alliances.meaning.meanings import Meanings
from impact_alliances.resources.key import Key
from impact_alliances.search import ranking
from impact_alliances.search.query import SearchQuery
from impact_alliances.text.understanding import Understanding, understand

NO_VECTORS = "Les vecteurs de sens ne sont pas encore calculés : résultats par les mots seulement."


@dataclass(frozen=True)
class Answer:
    """The size of the set, its counts and one page of it. `degraded` says, in French, what did not
    work.
    """

    counts: Counts
    page: Sequence[ranking.Ranked]
    understanding: Understanding
    evoked: tuple[str, ...]
    degraded: str | None


@dataclass(frozen=True)
class _Text:
    """A text made searchable: its set, what the words and the meaning say, and what is missing."""

    understanding: Understanding
    wanted: Wanted
    neighbours: Neighbours | None = None
    grid: Grid = NO_GRID
    degraded: str | None = None


@dataclass(frozen=True)
class _Meant:
    """What the meaning says of a text."""

    neighbours: Neighbours | None = None
    grid: Grid = NO_GRID
    degraded: str | None = None


def _window(query: SearchQuery, text: _Text) -> Window | None:
    """The page that follows an order of the engine's; none by relevance, which is ours. What
    nothing scores goes by date.
    """
    is_scored = bool(text.wanted.bar or text.neighbours)
    if query.sort == "pertinence" and is_scored:
        return None
    return Window("title" if query.sort == "titre" else "date", query.first, query.par_page)


class Searcher:
    """Answers queries with one engine and, where there is one, a model. `degraded` is said of all
    its answers, `late` asked at each what to say of an index that is behind the base.
    """

    def __init__(
        self,
        engine: SearchEngine,
        meanings: Meanings,
        degraded: str | None = None,
        late: Callable[[], str | None] = lambda: None,
    ) -> None:
        self.engine = engine
        self._meanings = meanings
        self._degraded = degraded
        self._late = late
        self._lexicon = EngineLexicon(engine)

    def count(self, query: SearchQuery, facets: Sequence[str]) -> Counts:
        """How many hits `query` has, and how many for each value of these facets. Raises
        `EngineFailure`.
        """
        return self.engine.counts(self._read(query).wanted, facets)

    def search(self, query: SearchQuery, facets: Sequence[str]) -> Answer:
        """The answer to `query`, with the counts of these facets. Raises `EngineFailure`."""
        text = self._read(query)
        window = _window(query, text)
        matches = self.engine.matches(text.wanted, facets, window)
        said = [said for said in (self._degraded, text.degraded, self._late()) if said]
        return Answer(
            counts=matches,
            page=self._explained(text, matches, matches.keys)
            if window
            else self._page(query, text, matches),
            understanding=text.understanding,
            evoked=tuple(text.grid.evoked()),
            degraded=" ".join(said) or None,
        )

    # -- reading the query ------------------------------------------------------------------------

    def _read(self, query: SearchQuery) -> _Text:
        if not query.q:
            return _Text(Understanding(""), Wanted(filters=query.chosen))
        understood = understand(
            query.q, self._lexicon, correct=query.correction, synonyms=query.synonymes
        )
        meant = self._meant(query, understood)
        wanted = self._wanted(query, understood, meant.neighbours)
        return _Text(understood, wanted, meant.neighbours, meant.grid, meant.degraded)

    def _meant(self, query: SearchQuery, understood: Understanding) -> _Meant:
        if query.mode == "keyword" or not understood.text:
            return _Meant()
        meaning = self._meanings.now()
        vector, said = meaning.read(understood.text)
        if vector is None:
            return _Meant(degraded=said)
        standing = meaning.vectors.seen_from(vector)
        if standing is None:
            return _Meant(degraded=NO_VECTORS)
        return _Meant(
            self.engine.neighbours(vector, standing, meaning.model), meaning.grid(vector), said
        )

    def _wanted(
        self, query: SearchQuery, understood: Understanding, neighbours: Neighbours | None
    ) -> Wanted:
        total, frequencies = self.engine.frequencies(understood.stems)
        weighted = ranking.weights(understood.concepts, total, frequencies)
        bar = None if query.mode == "semantic" else ranking.bar_of(weighted)
        near = ranking.near_enough(neighbours) if neighbours else ()
        only_operators = not understood.concepts and bool(understood.phrases or understood.excluded)
        return Wanted(
            bar=None if only_operators else bar,
            near=() if only_operators else near,
            phrases=understood.phrases,
            excluded=understood.excluded,
            filters=query.chosen,
            nothing=not (bar or near or only_operators),
        )

    # -- one page of the set ----------------------------------------------------------------------

    def _page(self, query: SearchQuery, text: _Text, matches: Matches) -> list[ranking.Ranked]:
        first, size = query.first, query.par_page
        if first >= matches.total:
            return []
        ranked = _ranked(text, matches)
        kept = [_explain(text, scored) for scored in ranked[first : first + size]]
        rest = size - len(kept)
        if rest and matches.total > len(ranked):
            offset = max(0, first - len(ranked))
            keys = self.engine.page(
                text.wanted, "date", offset, rest, [candidate.key for _, candidate in ranked]
            )
            kept += self._explained(text, matches, keys)
        return kept

    def _explained(
        self, text: _Text, matches: Matches, keys: Sequence[Key]
    ) -> list[ranking.Ranked]:
        """Hits in an order that is not of relevance, each still saying why it is there."""
        if not (text.understanding.text and keys):
            return [ranking.Ranked(key, 0.0, False, False) for key in keys]
        known = {scored[1].key: scored for scored in _ranked(text, matches)}
        unranked = [ranking.Ranked(key, 0.0, text.wanted.bar is not None, False) for key in keys]
        return [_explain(text, known[one.key]) if one.key in known else one for one in unranked]


def _ranked(text: _Text, matches: Matches) -> list[ranking.Scored]:
    bar = text.wanted.bar
    candidates = matches.candidates(bar.concepts if bar else (), ranking.RANKED)
    ranked = ranking.rank(candidates, bar=bar, neighbours=text.neighbours, grid=text.grid)
    return ranked[: ranking.RANKED]


def _explain(text: _Text, scored: ranking.Scored) -> ranking.Ranked:
    return ranking.explain(scored, bar=text.wanted.bar, near=text.wanted.near)
