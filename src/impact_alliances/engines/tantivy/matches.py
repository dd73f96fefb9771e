"""What matches in one state of the embedded index, counted, and those of it worth ranking."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import tantivy
from tantivy import Occur, Query

from impact_alliances.engines.engine import Candidate, Counts, Matches, Weighted
from impact_alliances.engines.tantivy.index import asking
from impact_alliances.engines.tantivy.queries import Clauses, Sets, bm25, coverage
from impact_alliances.resources.key import key_in

# More than any facet has values: counts are exact or they are not counts.
_VALUES = 20_000
# A document as tantivy numbers it: its segment, and its place there.
Place = tuple[int, int]
ScoredPlaces = dict[Place, tuple[float, Any]]


@dataclass(frozen=True)
class TantivyMatches(Matches):
    """The matches in the state of the index that counted them: a change made meanwhile moves no
    candidate.
    """

    searcher: tantivy.Searcher = field(compare=False, repr=False)
    query: Query = field(compare=False, repr=False)

    def candidates(self, concepts: Sequence[Weighted], limit: int) -> list[Candidate]:
        with asking():
            members = (Occur.Must, Query.const_score_query(self.query, 0.0))
            lexical = _scored(self.searcher, [members, *bm25(concepts)], limit)
            covered = _scored(self.searcher, [members, *coverage(concepts)], limit)
        return _joined(self.searcher, lexical, covered)


def _scored(searcher: tantivy.Searcher, clauses: Clauses, limit: int) -> ScoredPlaces:
    result = searcher.search(Query.boolean_query(clauses), max(limit, 1), count=False)
    return {(address.segment_ord, address.doc): (score, address) for score, address in result.hits}


def _joined(
    searcher: tantivy.Searcher, lexical: ScoredPlaces, covered: ScoredPlaces
) -> list[Candidate]:
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
            key=key_in(stored.get_first("key")),
            lexical=lexical.get(place, lowest)[0],
            covered=covered.get(place, least)[0],
            date_order=int(day or 0),
            fragilites=stored.get_all("fragilite"),
        )
        for place, day, stored in zip(addresses, days, documents, strict=True)
    ]


def counted(searcher: tantivy.Searcher, sets: Sets, facets: Sequence[str]) -> Counts:
    """The counts of a set: one question, and one more for each facet that has a filter."""
    total, values = _aggregated(
        searcher, sets.whole, [one for one in facets if one not in sets.freed]
    )
    for facet, freed in sets.freed.items():
        values |= _aggregated(searcher, freed, [facet])[1]
    return Counts(total, values)


def _aggregated(
    searcher: tantivy.Searcher, query: Query, facets: Sequence[str]
) -> tuple[int, dict[str, dict[str, int]]]:
    asked = {
        facet: {"terms": {"field": facet, "size": _VALUES, "segment_size": _VALUES}}
        for facet in facets
    }
    with asking():
        answer = searcher.aggregate(query, {"_total": {"value_count": {"field": "key"}}, **asked})
    values = {
        facet: {str(b["key"]): int(b["doc_count"]) for b in answer[facet]["buckets"]}
        for facet in facets
    }
    return int(answer["_total"]["value"]), values
