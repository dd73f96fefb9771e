"""The documents of a set from the nearest to the furthest, the same in every engine.

An engine counts the documents that each commune has in the set; adding up tells which communes are
in a page, and their documents alone are read. Those at one distance come by date; so do, last,
those whose distance is not known.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import NamedTuple

from impact_alliances.engines.documents import COMMUNE, TERRITOIRE
from impact_alliances.engines.engine import Located, SearchEngine, Wanted
from impact_alliances.geo.nearness import TERRITORIES
from impact_alliances.geo.origin import Origin
from impact_alliances.resources.key import Key


class _Ring(NamedTuple):
    """The communes at one distance of the origin, and how many documents of the set they have."""

    km: float
    communes: tuple[str, ...]
    documents: int


@dataclass(frozen=True)
class ByDistance:
    """A set in the order of the distances to `origin`. `communes` is how many of its documents each
    commune has.
    """

    engine: SearchEngine
    wanted: Wanted
    origin: Origin
    communes: Mapping[str, int]

    def page(self, offset: int, limit: int) -> list[Key]:
        """The keys of a part of the set. Raises `EngineFailure`."""
        rings = self._rings()
        ends = [0, *accumulate(ring.documents for ring in rings)]
        first, last = bisect_right(ends, offset), bisect_left(ends, offset + limit)
        skipped, known = offset - ends[first - 1], ends[-1]
        near = self._near(rings[first - 1 : last], skipped, limit)
        beyond = offset + limit - max(offset, known)
        return [*near, *(self._far(max(0, offset - known), beyond) if beyond > 0 else ())]

    def _rings(self) -> list[_Ring]:
        """The communes whose distance is known, nearest first."""
        at: dict[float, list[str]] = defaultdict(list)
        for code in self.communes:
            km = self.origin.distance_to(code)
            if km is not None:
                at[km].append(code)
        return [
            _Ring(km, tuple(codes), sum(self.communes[code] for code in codes))
            for km, codes in sorted(at.items())
        ]

    def _near(self, rings: Sequence[_Ring], offset: int, limit: int) -> list[Key]:
        """A part of what these rings hold."""
        if not rings:
            return []
        within = self._kept(COMMUNE, [code for ring in rings for code in ring.communes])
        if len(rings) == 1:
            return self.engine.page(within, "date", offset, limit)
        rank = {code: place for place, ring in enumerate(rings) for code in ring.communes}

        def order(one: Located) -> tuple[int, int, Key]:
            return rank[one.commune], -one.date_order, one.key

        found = self.engine.located(within, sum(ring.documents for ring in rings))
        return [one.key for one in sorted(found, key=order)[offset : offset + limit]]

    def _far(self, offset: int, limit: int) -> list[Key]:
        """A part of those whose distance is not known: elsewhere, or nowhere."""
        elsewhere = sorted(TERRITORIES - {self.origin.territory if self.origin.point else ""})
        return self.engine.page(self._kept(TERRITOIRE, elsewhere), "date", offset, limit)

    def _kept(self, field: str, values: Sequence[str]) -> Wanted:
        return replace(self.wanted, kept={**self.wanted.kept, field: tuple(values)})
