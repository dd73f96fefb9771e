"""From a query to loaded, explained hits: the one search of pages, API, terminal and feeds."""

import time
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Engine

from impact_alliances.db import reading
from impact_alliances.engines.engine import Counts
from impact_alliances.geo.nearness import Nearness
from impact_alliances.resources.published import Placed, load, load_in_order, placed
from impact_alliances.resources.resource import Resource
from impact_alliances.search.query import FILTERS, SearchQuery
from impact_alliances.search.ranking import Ranked
from impact_alliances.search.results import Facet, Hit, Results
from impact_alliances.search.searcher import Answer, Cascade
from impact_alliances.search.titles_only import TitlesOnly


class Finder:
    """Answers queries: by the first searcher that can, by the titles of the database when none can.

    It opens the database itself, for as long as it reads and no longer: what it returns needs no
    session, and no connection is held while a model or an engine thinks.
    """

    def __init__(self, database: Engine, cascade: Cascade, titles: TitlesOnly) -> None:
        self._database = database
        self._cascade = cascade
        self._titles = titles

    def find(self, query: SearchQuery) -> Results:
        """The page of hits of `query`, its exact total and facet counts. Never raises for a broken
        index.
        """
        started = time.perf_counter()
        answer = self._cascade.ask(lambda searcher: searcher.search(query, list(FILTERS)))
        return self._results(query, answer or self._titles.search(query), started)

    def overview(self, query: SearchQuery, size: int) -> Results:
        """The same for a `query` that chooses no kind, with the `size` first hits of each, kind
        after kind; where all hits are of one, its page. Never raises for a broken index.
        """
        started = time.perf_counter()
        answer = self._cascade.ask(lambda searcher: searcher.overview(query, list(FILTERS), size))
        return self._results(query, answer or self._titles.overview(query, size), started)

    def _results(self, query: SearchQuery, answer: Answer, started: float) -> Results:
        neighbours = answer.neighbours
        return Results(
            query=query,
            total=answer.counts.total,
            hits=self._hits(query, answer.page, answer),
            facets=tuple(
                Facet.of(name, answer.counts.facets.get(name, {}), query.values(name))
                for name in FILTERS
            ),
            understanding=answer.understanding,
            evoked=answer.evoked,
            degraded=answer.degraded,
            reading=answer.reading,
            neighbours=None if neighbours is None else self._hits(query, neighbours, answer),
            took_ms=round((time.perf_counter() - started) * 1000, 2),
        )

    def resources(self, query: SearchQuery) -> list[Resource]:
        """The resources of the page of `query`, in its order: nothing is counted nor explained.
        Never raises for a broken index.
        """
        keys = [one.key for one in self._page(query).page]
        with reading(self._database) as session:
            return load_in_order(session, keys)

    def nearest(self, query: SearchQuery) -> Hit | None:
        """The nearest hit of the same search without its radius; None without a place, and where no
        distance is known. Never raises for a broken index.
        """
        closest = replace(query, rayon="", tri="distance", page=1, par_page=1)
        answer = self._page(closest) if query.near else None
        hits = self._hits(closest, answer.page, answer) if answer else ()
        return next((hit for hit in hits if hit.distance_km is not None), None)

    def serving(self, query: SearchQuery, limit: int) -> list[Resource]:
        """Those who serve the place of `near`, and are not of what `query` finds within `rayon`: at
        most `limit`, who serves its département first, then its région, then from a distance. None
        without a radius, and none while no index can be read.
        """
        keys = self._cascade.ask(lambda searcher: searcher.serving(query, limit))
        with reading(self._database) as session:
            return load_in_order(session, keys or [])

    def placed(self, query: SearchQuery) -> list[Placed]:
        """What a map tells of the resources of the page of `query`: those that have a commune.
        Never raises for a broken index.
        """
        keys = [one.key for one in self._page(query).page]
        with reading(self._database) as session:
            return list(placed(session, keys))

    def count(self, query: SearchQuery, facets: Sequence[str] = ()) -> Counts:
        """How many hits `query` has, and how many for each value of these facets: nothing is
        ranked, loaded nor explained. Never raises for a broken index.
        """
        return self._cascade.ask(lambda searcher: searcher.count(query, facets)) or (
            self._titles.search(query).counts
        )

    def _page(self, query: SearchQuery) -> Answer:
        """The answer to `query` with no facet counted."""
        answer = self._cascade.ask(lambda searcher: searcher.search(query, ()))
        return answer or self._titles.search(query)

    def _hits(self, query: SearchQuery, page: Sequence[Ranked], answer: Answer) -> tuple[Hit, ...]:
        with reading(self._database) as session:
            loaded = load(session, [one.key for one in page])
        stems, origin = answer.understanding.stems, query.origin
        # Without a text nothing is there for being near, whatever the order.
        place = answer.reading.place or (origin.place if origin and query.q else None)
        nearness = Nearness(place) if place else None
        return tuple(
            Hit.of(loaded[one.key], one, stems, nearness, origin)
            for one in page
            if one.key in loaded
        )
