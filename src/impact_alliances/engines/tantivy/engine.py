"""The embedded engine: finds and counts in a tantivy index. The nearest in meaning are found in
memory, above it.
"""

import copy
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import tantivy
from tantivy import Occur, Query

from impact_alliances.engines.engine import (
    Candidate,
    Counts,
    EngineFailure,
    Neighbours,
    Order,
    Vector,
    Wanted,
    Weighted,
    Window,
)
from impact_alliances.engines.tantivy.index import SCHEMA, asking
from impact_alliances.engines.tantivy.queries import Clauses, bm25, coverage, set_query
from impact_alliances.engines.tantivy.views import View, Views

# More than any facet has values: counts are exact or they are not counts.
_VALUES = 20_000
Place = tuple[int, int]
Addresses = dict[Place, tuple[float, Any]]


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

    def counts(self, wanted: Wanted, facets: Sequence[str], window: Window | None = None) -> Counts:
        searcher = self._view().searcher
        free = [facet for facet in facets if facet not in wanted.filters]
        total, counted = _aggregated(searcher, wanted, free)
        for facet in facets:
            if facet in wanted.filters:
                counted |= _aggregated(searcher, wanted.without(facet), [facet])[1]
        keys = self.page(wanted, window.order, window.offset, window.limit) if window else []
        return Counts(total, counted, tuple(keys))

    def candidates(
        self, wanted: Wanted, concepts: Sequence[Weighted], limit: int
    ) -> list[Candidate]:
        searcher = self._view().searcher
        with asking():
            members = (Occur.Must, Query.const_score_query(set_query(wanted), 0.0))
            lexical = _scored(searcher, [members, *bm25(concepts)], limit)
            covered = _scored(searcher, [members, *coverage(concepts)], limit)
        return _joined(searcher, lexical, covered)

    def page(
        self, wanted: Wanted, order: Order, offset: int, limit: int, apart_from: Sequence[str] = ()
    ) -> list[str]:
        if limit <= 0:
            return []
        field, direction = (
            ("title_order", tantivy.Order.Asc)
            if order == "title"
            else ("date_order", tantivy.Order.Desc)
        )
        searcher = self._view().searcher
        with asking():
            query = set_query(wanted)
            if apart_from:
                seen = Query.term_set_query(SCHEMA, "key", list(apart_from))
                query = Query.boolean_query([(Occur.Must, query), (Occur.MustNot, seen)])
            found = searcher.search(
                query, limit, count=False, order_by_field=field, order=direction, offset=offset
            )
            return _keys(searcher, found)

    def titles(self, words: Sequence[str], limit: int) -> list[str]:
        if not words:
            return []
        *whole, last = words
        searcher = self._view().searcher
        with asking():
            ends = [term for term, _ in searcher.terms_with_prefix("title_words", last, limit=50)]
            clauses = [
                (Occur.Must, Query.term_query(SCHEMA, "title_words", word)) for word in whole
            ]
            clauses.append(
                (Occur.Must, Query.term_set_query(SCHEMA, "title_words", ends or [last]))
            )
            found = searcher.search(
                Query.boolean_query(clauses),
                limit,
                count=False,
                order_by_field="date_order",
                order=tantivy.Order.Desc,
            )
            return _keys(searcher, found)


# -- reading hits --------------------------------------------------------------------------------


def _keys(searcher: tantivy.Searcher, found: tantivy.SearchResult) -> list[str]:
    return [str(searcher.doc(address).get_first("key")) for _, address in found.hits]


def _scored(searcher: tantivy.Searcher, clauses: Clauses, limit: int) -> Addresses:
    found = searcher.search(Query.boolean_query(clauses), max(limit, 1), count=False)
    return {(address.segment_ord, address.doc): (score, address) for score, address in found.hits}


def _joined(searcher: tantivy.Searcher, lexical: Addresses, covered: Addresses) -> list[Candidate]:
    """The two rankings as one list. A document beyond the end of one of them gets that list's
    lowest score.
    """
    lowest = (min((score for score, _ in lexical.values()), default=0.0), None)
    least = (min((score for score, _ in covered.values()), default=0.0), None)
    addresses = {place: address for place, (_, address) in {**covered, **lexical}.items()}
    with asking():
        days = (
            searcher.fast_field_values("date_order", list(addresses.values())) if addresses else []
        )
        documents = [searcher.doc(address) for address in addresses.values()]
    return [
        Candidate(
            key=str(stored.get_first("key")),
            lexical=lexical.get(place, lowest)[0],
            covered=covered.get(place, least)[0],
            date_order=int(day or 0),
            fragilites=stored.get_all("fragilite"),
        )
        for place, day, stored in zip(addresses, days, documents, strict=True)
    ]


def _aggregated(
    searcher: tantivy.Searcher, wanted: Wanted, facets: Sequence[str]
) -> tuple[int, dict[str, dict[str, int]]]:
    asked = {
        facet: {"terms": {"field": facet, "size": _VALUES, "segment_size": _VALUES}}
        for facet in facets
    }
    with asking():
        found = searcher.aggregate(
            set_query(wanted), {"_total": {"value_count": {"field": "key"}}, **asked}
        )
    values = {
        facet: {str(b["key"]): int(b["doc_count"]) for b in found[facet]["buckets"]}
        for facet in facets
    }
    return int(found["_total"]["value"]), values
