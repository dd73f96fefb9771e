"""« Enough of these concepts » as a filter, in the language of any engine.

Engines know « and » and « or », not sums of weights. So the condition that the weights of the
concepts a document holds reach a need is unfolded into « (the first concept, and enough of the
others for what is then left) or enough of the others alone », and so on down to the last concept.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from impact_alliances.engines.engine import MOST_CONCEPTS, Bar, Weighted

# Below this a weight is nothing: sums of weights are not exact.
_NOTHING = 1e-9
Q = TypeVar("Q")


@dataclass(frozen=True)
class Language(Generic[Q]):
    """How an engine says that a concept is held, all of several conditions, any of them, everything
    and nothing.
    """

    holds: Callable[[Weighted], Q]
    every: Callable[[Sequence[Q]], Q]
    some: Callable[[Sequence[Q]], Q]
    everything: Q
    nothing: Q


def over_the_bar(bar: Bar, language: Language[Q]) -> Q:
    """The documents over `bar`, looked at by its `MOST_CONCEPTS` heaviest concepts. A branch that
    is always true, or never, is cut.
    """
    heaviest = sorted(bar.concepts, key=lambda weighted: -weighted.weight)[:MOST_CONCEPTS]
    left = [
        sum(weighted.weight for weighted in heaviest[start:]) for start in range(len(heaviest) + 1)
    ]
    holds = [language.holds(weighted) for weighted in heaviest]

    def enough(start: int, need: float) -> Q:
        if need <= _NOTHING:
            return language.everything
        if left[start] < need - _NOTHING:
            return language.nothing
        with_it, without_it = (
            enough(start + 1, need - heaviest[start].weight),
            enough(start + 1, need),
        )
        parts = [
            holds[start]
            if with_it is language.everything
            else language.every([holds[start], with_it])
        ]
        kept = [
            *(parts if with_it is not language.nothing else []),
            *([without_it] if without_it is not language.nothing else []),
        ]
        return language.some(kept) if kept else language.nothing

    return enough(0, bar.need)
