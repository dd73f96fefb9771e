"""The embedded engine: finds and counts in a tantivy index. The nearest in meaning are found in memory, above it."""

import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import tantivy
from tantivy import Occur, Query

from impact_alliances.search.engine import Candidate, Counts, EngineFailure, Neighbours, Order, Vector, Wanted, Weighted, Window
from impact_alliances.search.tantivy_index import MEND, SCHEMA, Generations, opened, ours
from impact_alliances.search.tantivy_queries import Clauses, bm25, coverage, set_query

# More than any facet has values: counts are exact or they are not counts.
_VALUES = 20_000
Place = tuple[int, int]


class TantivyEngine:
    """Finds and counts in the generation in use; reopens when it changes."""

    def __init__(self, folder: Path) -> None:
        self._generations = Generations(folder)
        self._lock = threading.Lock()
        self._index: tantivy.Index | None = None
        self._stamp = -1
        self._words: tuple[int, dict[str, int]] = (-1, {})

    # -- opening ---------------------------------------------------------------------------------

    def _open(self) -> tantivy.Index:
        stamp = self._generations.stamp()
        with self._lock:
            if self._index is None or stamp != self._stamp:
                current = self._generations.current()
                if current is None:
                    self._index = None
                    raise EngineFailure(MEND)
                self._index, self._stamp = opened(current), stamp
                self._words = (-1, {})
            return self._index

    def _searcher(self) -> tantivy.Searcher:
        return self._open().searcher()

    def refresh(self) -> None:
        """See at once what this process has just written; what others write is seen within about a second."""
        with ours():
            self._open().reload()
            self._words = (-1, {})

    # -- the words of the corpus -----------------------------------------------------------------

    def frequencies(self, stems: Iterable[str]) -> tuple[int, dict[str, int]]:
        with ours():
            searcher = self._searcher()
            return searcher.num_docs, {stem: searcher.doc_freq("stems", stem) for stem in stems}

    def words(self) -> dict[str, int]:
        with ours():
            searcher = self._searcher()
            if self._words[0] != searcher.num_docs:
                self._words = (searcher.num_docs, dict(searcher.terms_with_prefix("words", "")))
            return self._words[1]

    def starting(self, prefix: str, limit: int) -> list[str]:
        with ours():
            return [word for word, _ in self._searcher().terms_with_prefix("words", prefix, limit=limit)]

    def neighbours(self, vector: Vector, standing: Neighbours, model: str) -> Neighbours:
        return standing

    # -- sets ------------------------------------------------------------------------------------

    def counts(self, wanted: Wanted, facets: Sequence[str], window: Window | None = None) -> Counts:
        with ours():
            searcher = self._searcher()
            free = [facet for facet in facets if facet not in wanted.filters]
            total, counted = _aggregated(searcher, set_query(wanted), free)
            for facet in facets:
                if facet in wanted.filters:
                    counted |= _aggregated(searcher, set_query(wanted.without(facet)), [facet])[1]
        keys = self.page(wanted, window.order, window.offset, window.limit) if window else []
        return Counts(total, counted, tuple(keys))

    def candidates(self, wanted: Wanted, concepts: Sequence[Weighted], limit: int) -> list[Candidate]:
        with ours():
            searcher = self._searcher()
            members = (Occur.Must, Query.const_score_query(set_query(wanted), 0.0))
            lexical = _scored(searcher, [members, *bm25(concepts)], limit)
            covered = _scored(searcher, [members, *coverage(concepts)], limit)
            return _joined(searcher, lexical, covered)

    def page(self, wanted: Wanted, order: Order, offset: int, limit: int, apart_from: Sequence[str] = ()) -> list[str]:
        if limit <= 0:
            return []
        with ours():
            searcher = self._searcher()
            query = set_query(wanted)
            if apart_from:
                seen = Query.term_set_query(SCHEMA, "key", list(apart_from))
                query = Query.boolean_query([(Occur.Must, query), (Occur.MustNot, seen)])
            field, direction = ("title_order", tantivy.Order.Asc) if order == "title" else ("date_order", tantivy.Order.Desc)
            found = searcher.search(query, limit, count=False, order_by_field=field, order=direction, offset=offset)
            return _keys(searcher, found)

    def titles(self, words: Sequence[str], limit: int) -> list[str]:
        if not words:
            return []
        with ours():
            searcher = self._searcher()
            *whole, last = words
            ends = [term for term, _ in searcher.terms_with_prefix("title_words", last, limit=50)]
            clauses = [(Occur.Must, Query.term_query(SCHEMA, "title_words", word)) for word in whole]
            clauses.append((Occur.Must, Query.term_set_query(SCHEMA, "title_words", ends or [last])))
            found = searcher.search(Query.boolean_query(clauses), limit, count=False, order_by_field="date_order", order=tantivy.Order.Desc)
            return _keys(searcher, found)


# -- reading hits --------------------------------------------------------------------------------


def _keys(searcher: tantivy.Searcher, found: tantivy.SearchResult) -> list[str]:
    return [str(searcher.doc(address).get_first("key")) for _, address in found.hits]


def _scored(searcher: tantivy.Searcher, clauses: Clauses, limit: int) -> dict[Place, tuple[float, Any]]:
    found = searcher.search(Query.boolean_query(clauses), max(limit, 1), count=False)
    return {(address.segment_ord, address.doc): (score, address) for score, address in found.hits}


def _joined(
    searcher: tantivy.Searcher, lexical: dict[Place, tuple[float, Any]], covered: dict[Place, tuple[float, Any]]
) -> list[Candidate]:
    """The two rankings as one list. A document beyond the end of one of them gets that list's lowest score."""
    lowest = (min((score for score, _ in lexical.values()), default=0.0), None)
    least = (min((score for score, _ in covered.values()), default=0.0), None)
    addresses = {place: address for place, (_, address) in {**covered, **lexical}.items()}
    days = searcher.fast_field_values("date_order", list(addresses.values())) if addresses else []
    documents = map(searcher.doc, addresses.values())
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


def _aggregated(searcher: tantivy.Searcher, query: Query, facets: Sequence[str]) -> tuple[int, dict[str, dict[str, int]]]:
    wanted = {facet: {"terms": {"field": facet, "size": _VALUES, "segment_size": _VALUES}} for facet in facets}
    counted = {"_total": {"value_count": {"field": "key"}}, **wanted}
    found = searcher.aggregate(query, counted)
    values = {facet: {str(b["key"]): int(b["doc_count"]) for b in found[facet]["buckets"]} for facet in facets}
    return int(found["_total"]["value"]), values
