"""The first hits of every kind together. Cases come first: others are read beside them."""

from collections.abc import Mapping, Sequence

from impact_alliances.engines.engine import Counts
from impact_alliances.resources.kinds import KINDS
from impact_alliances.search.ranking import Ranked

# By how much the best score of another kind, in [0, 1[, must beat that of the cases to go before
# them. Chosen on half of the questions of every kind (`bench/kinds.py`): in the other half, the
# right kind is then first for all of those of cases, one in five of those of other kinds, and 94 in
# 100 of the question file, which is all cases. More for other kinds costs as many cases.
LEAD = 0.04
KIND = "kind"


def kinds_of(counts: Counts) -> list[str]:
    """The kinds that have hits, in their usual order. `counts` holds those of the facet `kind`."""
    return [kind for kind in KINDS if counts.facets[KIND].get(kind)]


def together(first: Mapping[str, Sequence[Ranked]], *, by_score: bool = True) -> list[Ranked]:
    """The first hits of each kind, kind after kind: in the order given, but for the one that
    answers clearly better than the first, where scores tell.
    """
    best = {kind: ranked[0].score for kind, ranked in first.items() if ranked}
    kinds = list(best)
    if by_score and kinds:
        before = leading(best)
        kinds.sort(key=lambda kind: kind != before)
    return [one for kind in kinds for one in first[kind]]


def leading(best: Mapping[str, float], lead: float = LEAD) -> str:
    """The kind that goes before the others, given the best score of each in their usual order: the
    first of them, unless another's is higher by more than `lead`.
    """
    usual, better = next(iter(best)), max(best, key=best.__getitem__)
    return better if best[better] > best[usual] + lead else usual
