"""The search of last resort, while no index can be read: words of the title, straight from the
database.
"""

import datetime as dt
import math
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from impact_alliances.batching import batched
from impact_alliances.db import reading
from impact_alliances.engines.documents import COMMUNE, facets_of
from impact_alliances.engines.engine import Counts
from impact_alliances.geo.globe import Communes
from impact_alliances.resources.key import Key
from impact_alliances.resources.kinds import KINDS
from impact_alliances.resources.published import load
from impact_alliances.resources.resource import PUBLISHED
from impact_alliances.search.overview import kinds_of, together
from impact_alliances.search.query import FILTERS, SearchQuery
from impact_alliances.search.ranking import Ranked
from impact_alliances.search.searcher import Answer
from impact_alliances.text.analysis import STOP_WORDS, words
from impact_alliances.text.understanding import Understanding

NO_INDEX = (
    "La recherche avancée est momentanément indisponible : résultats par les mots du titre "
    "seulement."
)
# Titles whose words are remembered, and resources read at once for their facets.
REMEMBERED, BATCH = 50_000, 500
# How often, in seconds, what changed is made ready for an outage.
WARM_EVERY_S = 60.0
# How old, in seconds, the titles that answer may be.
FRESHNESS_S = 1.0
Facets = dict[str, tuple[str, ...]]


class Light(NamedTuple):
    """What is read of every published resource: its key, its title, its day, and when it last
    changed.
    """

    key: Key
    title: str
    date: dt.date | None
    updated_at: dt.datetime


class TitlesOnly:
    """Answers from the titles. They are remembered for a moment, and the facets of a resource until
    it changes: an outage has visitors in numbers.
    """

    def __init__(self, database: Engine, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._titles: list[Light] = []
        self._read_at = float("-inf")
        self._lock = threading.Lock()
        self._known: dict[Key, tuple[dt.datetime, Facets]] = {}

    def keep_warm(self, stop: threading.Event) -> None:
        """Until `stop` is set, be ready for an outage."""
        while not stop.is_set():
            with suppress(SQLAlchemyError):
                self.warm()
            stop.wait(WARM_EVERY_S)

    def warm(self) -> None:
        """Read the titles and the facets of what changed, before an outage has everybody wait for
        it; forget what was withdrawn.
        """
        with reading(self._database) as session:
            published = _published(session)
            for batch in batched(published, BATCH):
                for one in batch:
                    _words_of(one.title)
                with self._lock:
                    self._facets(session, batch)
        with self._lock:
            for key in self._known.keys() - {one.key for one in published}:
                del self._known[key]

    def search(self, query: SearchQuery) -> Answer:
        """The answer to `query`: the resources whose title holds all of its words, the nearest
        first where there is a place, else the newest.
        """
        typed = frozenset(words(query.q))
        # A title may be made of stop words alone; what has no word at all is in no title.
        wanted = typed - STOP_WORDS or typed
        # One at a time: those who come together would each read the same.
        with reading(self._database) as session, self._lock:
            found = self._now(session) if wanted or not query.q else []
            matches = [one for one in found if wanted <= _words_of(one.title)]
            read = zip(matches, self._facets(session, matches), strict=True)
        facets = _within(dict(read), query)
        kept = [one for one, values in facets.items() if _passes(values, query)]
        kept.sort(key=lambda one: (*_distance(facets[one], query), _age(one), one.key))
        page = [
            Ranked(one.key, 0.0, bool(query.q), False)
            for one in kept[query.first : query.first + query.par_page]
        ]
        return Answer(
            Counts(len(kept), _counted(facets.values(), query)),
            page,
            Understanding(query.q),
            (),
            NO_INDEX,
        )

    def overview(self, query: SearchQuery, size: int) -> Answer:
        """The same for a `query` that chooses no kind: its page is the `size` first of each, or,
        where all are of one, that of `search`.
        """
        whole = self.search(replace(query, page=1, par_page=sys.maxsize))
        kinds = kinds_of(whole.counts)
        if len(kinds) < 2:
            return self.search(query)
        of_kind = {kind: [one for one in whole.page if one.key.kind == kind] for kind in kinds}
        return replace(whole, page=together({kind: of_kind[kind][:size] for kind in kinds}))

    def _now(self, session: Session) -> list[Light]:
        """Every published resource, as of a moment ago at the most."""
        if self._clock() >= self._read_at + FRESHNESS_S:
            self._titles, self._read_at = _published(session), self._clock()
        return self._titles

    def _facets(self, session: Session, titles: Sequence[Light]) -> list[Facets]:
        known = self._known
        unknown = [one for one in titles if known.get(one.key, (None,))[0] != one.updated_at]
        for batch in batched(unknown, BATCH):
            for key, resource in load(session, [one.key for one in batch]).items():
                known[key] = resource.updated_at, facets_of(resource)
        # A resource that was withdrawn a moment ago is not there any more.
        return [known.get(one.key, (None, {}))[1] for one in titles]


def _published(session: Session) -> list[Light]:
    titles = []
    for kind in KINDS.values():
        table = kind.table
        rows = session.exec(
            select(table.id, table.title, col(table.date), col(table.updated_at)).where(
                col(table.status) == PUBLISHED
            )
        )
        titles += [
            Light(Key(kind.slug, identifier), title, date, updated_at)
            for identifier, title, date, updated_at in rows
        ]
    return titles


@lru_cache(maxsize=REMEMBERED)
def _words_of(title: str) -> frozenset[str]:
    return frozenset(words(title))


def _passes(facets: Facets, query: SearchQuery, apart_from: str = "") -> bool:
    return all(
        name == apart_from or set(values) & set(facets.get(name, ()))
        for name, values in query.filters
    )


def _within(several: Mapping[Light, Facets], query: SearchQuery) -> dict[Light, Facets]:
    """Those that are within the bounds of a search."""
    communes = {code for facets in several.values() for code in facets.get(COMMUNE, ())}
    kept = {name: set(values) for name, values in query.kept(Communes.of(communes)).items()}
    return {
        one: facets
        for one, facets in several.items()
        if all(values.intersection(facets.get(name, ())) for name, values in kept.items())
    }


def _distance(facets: Facets, query: SearchQuery) -> tuple[float, ...]:
    """What puts a resource before another by its distance, where that is the order."""
    if not query.origin or query.sort not in ("pertinence", "distance"):
        return ()
    km = query.origin.distance_to("".join(facets.get(COMMUNE, ())))
    return (math.inf if km is None else km,)


def _age(one: Light) -> int:
    """The newest first; without a day, last."""
    return -(one.date.toordinal() if one.date else 0)


def _counted(several: Collection[Facets], query: SearchQuery) -> dict[str, dict[str, int]]:
    """The disjunctive counts of each facet."""
    return {
        name: Counter(
            value for one in several if _passes(one, query, name) for value in one.get(name, ())
        )
        for name in FILTERS
    }
