"""What matches in one state of the embedded index, counted, and those of it worth ranking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import tantivy
from tantivy import Occur, Query

from impact_alliances.engines.demanding import Demanding, stems_of
from impact_alliances.engines.engine import Candidate, Counts, Matches, Weighted
from impact_alliances.engines.tantivy.index import SCHEMA, asking
from impact_alliances.engines.tantivy.queries import Clauses, Sets, bm25, coverage, demanded
from impact_alliances.engines.tantivy.views import Place, Stored, View
from impact_alliances.text.understanding import Concept

# More than any facet has values: counts are exact or they are not counts.
_VALUES = 20_000
# A document by its place: its score, and its address.
ScoredPlaces = dict[Place, tuple[float, tantivy.DocAddress]]


@dataclass(frozen=True)
class TantivyMatches(Matches):
    """The matches in the state of the index that counted them: a change made meanwhile moves no
    candidate.
    """

    view: View = field(compare=False, repr=False)
    query: Query = field(compare=False, repr=False)

    def candidates(
        self, concepts: Sequence[Weighted], limit: int, asked: Sequence[Concept] = ()
    ) -> list[Candidate]:
        return candidates_of(self.view, self.query, concepts, limit, asked)


def candidates_of(
    view: View,
    query: Query,
    concepts: Sequence[Weighted],
    limit: int,
    asked: Sequence[Concept],
) -> list[Candidate]:
    """The documents of a set that are worth ranking, as `Matches.candidates` says."""
    demanding = Demanding.of(view.demandes(stems_of(asked)), asked)
    with asking():
        ways = [bm25(concepts), coverage(concepts)]
        best = [_scored(view.searcher, query, clauses, limit) for clauses in ways]
        if demanding.concepts:
            best.append(_scored(view.searcher, query, demanded(stems_of(asked)), limit))
    addresses = {place: address for one in best for place, (_, address) in one.items()}
    stored = view.stored(addresses)
    lexical, covered = (
        _completed(view.searcher, clauses, one, stored)
        for clauses, one in zip(ways, best[:2], strict=True)
    )
    return [
        Candidate(
            one.key,
            lexical[place][0],
            covered[place][0],
            one.date_order,
            one.fragilites,
            one.where,
            demanding.score(one.demandes, one.demandes_length),
        )
        for place, one in stored.items()
    ]


def _scored(searcher: tantivy.Searcher, query: Query, clauses: Clauses, limit: int) -> ScoredPlaces:
    members = (Occur.Must, Query.const_score_query(query, 0.0))
    asked = Query.boolean_query([members, *clauses])
    result = searcher.search(asked, max(limit, 1), count=False)
    return {(address.segment_ord, address.doc): (score, address) for score, address in result.hits}


def _completed(
    searcher: tantivy.Searcher, clauses: Clauses, best: ScoredPlaces, stored: Mapping[Place, Stored]
) -> ScoredPlaces:
    """The scores of one list, and those of the documents that are beyond its end and stand in
    another.
    """
    keys = [str(one.key) for place, one in stored.items() if place not in best]
    if not keys:
        return best
    with asking():
        beyond = Query.term_set_query(SCHEMA, "key", keys)
        return best | _scored(searcher, beyond, clauses, len(keys))


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
