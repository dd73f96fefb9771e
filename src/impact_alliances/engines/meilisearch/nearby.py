"""A part of a set by distance, from what a server counts: it knows no distance of ours.

It says how many documents of the set each commune has; adding up tells which communes are in the
part asked for, and their documents alone are read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

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
from impact_alliances.geo.globe import TERRITORIES, Communes, Numbers
from impact_alliances.geo.origin import Origin
from impact_alliances.resources.key import Key


@dataclass(frozen=True)
class Part:
    """What to read of a set: `near` so many of the documents of `rings`, the communes at each
    distance, which hold `held` of them, after those `skipped`; and `far` so many of those whose
    distance is not known, after those `passed`.
    """

    origin: Origin
    rings: Sequence[Sequence[str]]
    held: int
    skipped: int
    near: int
    passed: int
    far: int

    @classmethod
    def of(cls, counts: Mapping[str, int], origin: Origin, window: Window) -> "Part":
        """The window of a set of which each commune has so many documents."""
        spans, codes = origin.spans(Communes.of(counts)), list(counts)
        order = np.argsort(spans, kind="stable")[: np.isfinite(spans).sum()]
        held = np.fromiter(counts.values(), dtype=np.int64, count=len(counts))[order]
        ends = np.concatenate(([0], held.cumsum()))
        first, last = _bounds(spans[order], ends, window)
        ring = groupby(order[first:last].tolist(), key=spans.__getitem__)
        known, end = int(ends[-1]), window.offset + window.limit
        return cls(
            origin,
            rings=[[codes[at] for at in alike] for _, alike in ring],
            held=int(ends[last] - ends[first]),
            skipped=window.offset - int(ends[first]),
            near=window.limit,
            passed=max(0, window.offset - known),
            far=max(0, end - max(window.offset, known)),
        )

    def questions(self, clauses: Sequence[str]) -> list[Question]:
        """What to ask of the set of these clauses."""
        near, far = [self._near(clauses)], [self._far(clauses)]
        return [*(near if self.rings else ()), *(far if self.far else ())]

    def keys(self, answers: Sequence[Answer]) -> list[Key]:
        """The keys of the part, from the answers to its questions."""
        rank = {code: at for at, ring in enumerate(self.rings) for code in ring}

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
        communes = [code for ring in self.rings for code in ring]
        window = Window("date", *((self.skipped, self.near) if self._is_one else (0, self.held)))
        return to_locate([*clauses, among(COMMUNE, communes)], window)

    def _far(self, clauses: Sequence[str]) -> Question:
        known = {self.origin.territory} if self.origin.point else set()
        elsewhere = [name for name in TERRITORIES if name not in known]
        return page_of(
            [*clauses, among(TERRITOIRE, elsewhere)], Window("date", self.passed, self.far)
        )


def _bounds(spans: Numbers, ends: Numbers, window: Window) -> tuple[int, int]:
    """From which commune to which one a window goes, those at one distance being taken together:
    `spans` are their distances in order, `ends` how many documents there are before each.
    """
    first = int(np.searchsorted(ends, window.offset, side="right")) - 1
    last = min(int(np.searchsorted(ends, window.offset + window.limit)), len(spans))
    if first >= last:
        return last, last
    return (
        int(np.searchsorted(spans, spans[first])),
        int(np.searchsorted(spans, spans[last - 1], side="right")),
    )
