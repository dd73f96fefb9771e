"""The embedded engine: finds and counts in a tantivy index. The nearest in meaning are found in
memory, above it.
"""

import copy
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import tantivy
from tantivy import Occur, Query

from impact_alliances.engines.engine import (
    ENDINGS,
    Counts,
    EngineFailure,
    Matches,
    Neighbours,
    Order,
    Promising,
    Vector,
    Wanted,
    Weighted,
    Window,
)
from impact_alliances.engines.tantivy.index import SCHEMA, asking
from impact_alliances.engines.tantivy.matches import TantivyMatches, candidates_of, counted
from impact_alliances.engines.tantivy.queries import set_query, sets_of
from impact_alliances.engines.tantivy.views import View, Views
from impact_alliances.geo.globe import Communes
from impact_alliances.geo.origin import Origin
from impact_alliances.resources.key import Key, key_in
from impact_alliances.text.understanding import Concept

# The field that each order follows, and which way.
_ORDERS = {
    "date": ("date_order", tantivy.Order.Desc),
    "title": ("title_order", tantivy.Order.Asc),
}


class TantivyEngine:
    """Finds and counts in the generation in use."""

    def __init__(self, folder: Path) -> None:
        self._views = Views(folder)
        self._view: Callable[[], View] = self._views.current

    def on_last_sound_state(self) -> "TantivyEngine":
        """The engine that answers, while the generation in use is lost or damaged, from what was
        read before.
        """
        other = copy.copy(self)
        other._view = self._views.held
        return other

    def refresh(self) -> None:
        """Open now what was just written, so that the next search need not; it sees it in any
        case.
        """
        with suppress(EngineFailure):
            self._view()

    # -- the words of the corpus -----------------------------------------------------------------

    def frequencies(self, stems: Iterable[str]) -> tuple[int, dict[str, int]]:
        searcher = self._view().searcher
        with asking():
            return searcher.num_docs, {stem: searcher.doc_freq("stems", stem) for stem in stems}

    def words(self) -> dict[str, int]:
        return self._view().words

    def starting(self, prefix: str, limit: int) -> list[str]:
        searcher = self._view().searcher
        with asking():
            return [word for word, _ in searcher.terms_with_prefix("words", prefix, limit=limit)]

    def neighbours(self, vector: Vector, standing: Neighbours, model: str) -> Neighbours:
        return standing

    # -- sets ------------------------------------------------------------------------------------

    def counts(self, wanted: Wanted, facets: Sequence[str]) -> Counts:
        with asking():
            sets = sets_of(wanted, facets)
        return counted(self._view().searcher, sets, facets)

    def matches(
        self, wanted: Wanted, facets: Sequence[str], window: Window | None = None
    ) -> Matches:
        view = self._view()
        with asking():
            sets = sets_of(wanted, facets)
        counts = counted(view.searcher, sets, facets)
        keys = _page(view.searcher, sets.whole, window) if window else []
        return TantivyMatches(counts.total, counts.facets, tuple(keys), view, sets.whole)

    def candidates(
        self,
        wanted: Wanted,
        concepts: Sequence[Weighted],
        limit: int,
        asked: Sequence[Concept] = (),
    ) -> Promising:
        view = self._view()
        with asking():
            query = set_query(wanted)
            total = view.searcher.search(query, 1, count=True).count
        return Promising(int(total or 0), candidates_of(view, query, concepts, limit, asked))

    def page(
        self, wanted: Wanted, order: Order, offset: int, limit: int, apart_from: Sequence[Key] = ()
    ) -> list[Key]:
        with asking():
            query = set_query(wanted)
            if apart_from:
                seen = Query.term_set_query(SCHEMA, "key", [str(key) for key in apart_from])
                query = Query.boolean_query([(Occur.Must, query), (Occur.MustNot, seen)])
        return _page(self._view().searcher, query, Window(order, offset, limit))

    def communes(self) -> Communes:
        return self._view().communes

    def titles(self, words: Sequence[str], limit: int) -> list[Key]:
        return self._saying("title_words", words, limit)

    def demandes(self, words: Sequence[str], limit: int) -> list[Key]:
        return self._saying("demande_words", words, limit)

    def _saying(self, field: str, words: Sequence[str], limit: int) -> list[Key]:
        """Documents whose `field` holds these words, the last one perhaps unfinished."""
        if not words:
            return []
        *whole, last = words
        searcher = self._view().searcher
        with asking():
            ends = [term for term, _ in searcher.terms_with_prefix(field, last, limit=ENDINGS)]
            clauses = [(Occur.Must, Query.term_query(SCHEMA, field, word)) for word in whole]
            clauses.append((Occur.Must, Query.term_set_query(SCHEMA, field, ends or [last])))
            query = Query.boolean_query(clauses)
        return _page(searcher, query, Window("date", 0, limit))


# -- hits ----------------------------------------------------------------------------------------


def _page(searcher: tantivy.Searcher, query: Query, window: Window) -> list[Key]:
    if window.limit <= 0:
        return []
    if isinstance(window.order, Origin):
        return _nearest(searcher, query, window, window.order)
    field, direction = _ORDERS[window.order]
    with asking():
        result = searcher.search(
            query,
            window.limit,
            count=False,
            order_by_field=field,
            order=direction,
            offset=window.offset,
        )
        return _keys(searcher, result)


def _nearest(searcher: tantivy.Searcher, query: Query, window: Window, origin: Origin) -> list[Key]:
    """A part of a set by distance: where it is, and its days, are read beside the documents."""
    with asking():
        hits = searcher.search(query, searcher.num_docs or 1, count=False).hits
        addresses = [address for _, address in hits]
        places = searcher.fast_field_values("commune_number", addresses)
        days = searcher.fast_field_values("date_order", addresses)
    spans = origin.spans(Communes(np.array(places, dtype=np.int64)))
    order = np.lexsort((-np.array(days, dtype=np.int64), spans))
    kept = order[window.offset : window.offset + window.limit].tolist()
    with asking():
        return [key_in(searcher.doc(addresses[place]).get_first("key")) for place in kept]


def _keys(searcher: tantivy.Searcher, result: tantivy.SearchResult) -> list[Key]:
    return [key_in(searcher.doc(address).get_first("key")) for _, address in result.hits]
