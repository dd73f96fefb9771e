"""A part of a set by distance, from what a server counts: it knows no distance of ours.

It says how many documents of the set each commune has; adding up tells which communes are in the
part asked for, and their documents alone are read.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from operator import itemgetter
from typing import NamedTuple

from impact_alliances.engines.documents import COMMUNE, TERRITOIRE
from impact_alliances.engines.engine import Window
from impact_alliances.engines.meilisearch.filters import among
from impact_alliances.engines.meilisearch.questions import (
    Answer,
    Located,
    Question,
    keys_in,
    located_in,
    page_of,
    to_locate,
)
from impact_alliances.geo.globe import TERRITORIES, Communes
from impact_alliances.geo.origin import Origin
from impact_alliances.resources.key import Key


class Ring(NamedTuple):
    """The communes at one distance, and how many documents of the set they have."""

    communes: tuple[str, ...]
    documents: int


def rings_of(counts: Mapping[str, int], origin: Origin) -> list[Ring]:
    """The communes of a set whose distance is known, nearest first."""
    spans = zip(origin.spans(Communes.of(counts)).tolist(), counts, strict=True)
    known = sorted((span, code) for span, code in spans if span < math.inf)
    alike = (tuple(code for _, code in ring) for _, ring in groupby(known, key=itemgetter(0)))
    return [Ring(codes, sum(counts[code] for code in codes)) for codes in alike]


@dataclass(frozen=True)
class Part:
    """What to read of a set: `near` so many of the documents of `rings` after those `skipped`, and
    `far` so many of those whose distance is not known, after those `passed`.
    """

    origin: Origin
    rings: Sequence[Ring]
    skipped: int
    near: int
    passed: int
    far: int

    @classmethod
    def of(cls, counts: Mapping[str, int], origin: Origin, window: Window) -> "Part":
        """The window of a set of which each commune has so many documents."""
        rings, end = rings_of(counts, origin), window.offset + window.limit
        ends = [0, *accumulate(ring.documents for ring in rings)]
        first, last = bisect_right(ends, window.offset) - 1, bisect_left(ends, end)
        return cls(
            origin,
            rings=rings[first:last],
            skipped=window.offset - ends[first],
            near=window.limit,
            passed=max(0, window.offset - ends[-1]),
            far=max(0, end - max(window.offset, ends[-1])),
        )

    def questions(self, clauses: Sequence[str]) -> list[Question]:
        """What to ask of the set of these clauses."""
        near, far = [self._near(clauses)], [self._far(clauses)]
        return [*(near if self.rings else ()), *(far if self.far else ())]

    def keys(self, answers: Sequence[Answer]) -> list[Key]:
        """The keys of the part, from the answers to its questions."""
        rank = {code: at for at, ring in enumerate(self.rings) for code in ring.communes}

        def order(one: Located) -> tuple[int, int]:
            return rank[one.commune], -one.date_order

        near, far = answers[: bool(self.rings)], answers[bool(self.rings) :]
        located = sorted((one for answer in near for one in located_in(answer)), key=order)
        start = 0 if self._is_one else self.skipped
        kept = [one.key for one in located[start : start + self.near]]
        return [*kept, *(key for answer in far for key in keys_in(answer))]

    @property
    def _is_one(self) -> bool:
        """Whether one ring holds it: its order is then by date, which the server knows."""
        return len(self.rings) == 1

    def _near(self, clauses: Sequence[str]) -> Question:
        communes = [code for ring in self.rings for code in ring.communes]
        held = sum(ring.documents for ring in self.rings)
        window = Window("date", *((self.skipped, self.near) if self._is_one else (0, held)))
        return to_locate([*clauses, among(COMMUNE, communes)], window)

    def _far(self, clauses: Sequence[str]) -> Question:
        known = {self.origin.territory} if self.origin.point else set()
        elsewhere = [name for name in TERRITORIES if name not in known]
        return page_of(
            [*clauses, among(TERRITOIRE, elsewhere)], Window("date", self.passed, self.far)
        )
