"""Where a query stands in the reading grid: how near it is to each of the sixteen fragilités."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# A fragilité is said to be touched by a need when it stands this many deviations above the sixteen.
EVOKED = 1.2


@dataclass(frozen=True)
class Grid:
    """How near the query is to each fragilité, as its standing (z) among the sixteen."""

    standing: Mapping[str, float]

    @classmethod
    def of(cls, likeness: Mapping[str, float]) -> "Grid":
        """The standing of each fragilité, from its cosine with the query."""
        if len(likeness) < 2:
            return cls({})
        mean = sum(likeness.values()) / len(likeness)
        deviation = (
            math.sqrt(sum((value - mean) ** 2 for value in likeness.values()) / len(likeness))
            or 1.0
        )
        return cls({slug: (value - mean) / deviation for slug, value in likeness.items()})

    def prior(self, fragilites: Sequence[str]) -> float:
        """What a document gains from being tagged with these fragilités; never negative."""
        return max((0.0, *(self.standing.get(slug, 0.0) for slug in fragilites)))

    def evoked(self) -> list[str]:
        """The fragilités the query clearly speaks of, nearest first, at most three."""
        near = sorted(self.standing.items(), key=lambda pair: -pair[1])
        return [slug for slug, z in near[:3] if z >= EVOKED]


NO_GRID = Grid({})
