"""The search of last resort, while no index can be read: words of the title, straight from the
database.
"""

import datetime as dt
import threading
from collections import Counter
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import NamedTuple

from sqlmodel import Session, col, select

from impact_alliances.batching import batched
from impact_alliances.engines.documents import facets_of
from impact_alliances.engines.engine import Counts
from impact_alliances.resources.kinds import KINDS
from impact_alliances.resources.reading import load
from impact_alliances.resources.resource import PUBLISHED
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
Facets = dict[str, tuple[str, ...]]


class Light(NamedTuple):
    """What is read of every published resource: its key, its title, its day, and when it last
    changed.
    """

    kind: str
    id: str
    title: str
    date: dt.date | None
    updated_at: dt.datetime


class TitlesOnly:
    """Answers from the titles. The facets of a resource are remembered until it changes: an outage
    has visitors in numbers.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str], tuple[dt.datetime, Facets]] = {}

    def warm(self, session: Session) -> None:
        """Read the titles and the facets of what changed, before an outage has everybody wait for
        it.
        """
        for batch in batched(_published(session), BATCH):
            for one in batch:
                _words_of(one.title)
            with self._lock:
                self._facets(session, batch)

    def search(self, session: Session, query: SearchQuery) -> Answer:
        """The answer to `query`: the resources whose title holds all of its words, newest first."""
        wanted = frozenset(words(query.q)) - STOP_WORDS
        # One at a time: those who come together would each read the same.
        with self._lock:
            found = [one for one in _published(session) if wanted <= _words_of(one.title)]
            facets = dict(zip(found, self._facets(session, found), strict=True))
        kept = [one for one in found if _passes(facets[one], query)]
        kept.sort(key=lambda one: (-(one.date.toordinal() if one.date else 0), one.kind, one.id))
        page = [
            Ranked(f"{one.kind}:{one.id}", 0.0, bool(query.q), False)
            for one in kept[query.first : query.first + query.par_page]
        ]
        return Answer(
            Counts(len(kept), _counted(facets.values(), query)),
            page,
            Understanding(query.q),
            (),
            NO_INDEX,
        )

    def _facets(self, session: Session, found: Sequence[Light]) -> list[Facets]:
        known = self._known
        unknown = [
            one for one in found if known.get((one.kind, one.id), (None,))[0] != one.updated_at
        ]
        for batch in batched(unknown, BATCH):
            for key, resource in load(session, [(one.kind, one.id) for one in batch]).items():
                known[key] = resource.updated_at, facets_of(resource)
        # A resource that was withdrawn a moment ago is not there any more.
        return [known.get((one.kind, one.id), (None, {}))[1] for one in found]


def _published(session: Session) -> list[Light]:
    found = []
    for kind in KINDS.values():
        table = kind.table
        rows = session.exec(
            select(table.id, table.title, col(table.date), col(table.updated_at)).where(
                col(table.status) == PUBLISHED
            )
        )
        found += [Light(kind.slug, *row) for row in rows]
    return found


@lru_cache(maxsize=REMEMBERED)
def _words_of(title: str) -> frozenset[str]:
    return frozenset(words(title))


def _passes(facets: Facets, query: SearchQuery, apart_from: str = "") -> bool:
    return all(
        name == apart_from or set(values) & set(facets.get(name, ()))
        for name, values in query.filters
    )


def _counted(several: Collection[Facets], query: SearchQuery) -> dict[str, dict[str, int]]:
    """The disjunctive counts of each facet."""
    return {
        name: Counter(
            value for one in several if _passes(one, query, name) for value in one.get(name, ())
        )
        for name in FILTERS
    }
