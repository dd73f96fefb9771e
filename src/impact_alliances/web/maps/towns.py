"""The largest towns of the map: their names tell where one is."""

from collections.abc import Collection, Iterable
from functools import cache
from typing import NamedTuple

import numpy as np

from impact_alliances.geo.places import Commune, gazetteer
from impact_alliances.web.maps.panels import Spot, panel_of, spot_of
from impact_alliances.web.maps.views import View

# From this zoom on names are written, so many at the most.
_NAMED_FROM, _MOST = 3, 12
# How many are tried: the others of a view are villages.
_TRIED = 100
# Where a name may be written, the best first: on its spot, below, above.
LINES = (0, 1, -1)
# The towns that everybody knows.
_KNOWN = 1_000
# The room that a name takes on a phone, part of the view: each sign across, the line along.
_SIGN, _LINE = 0.02, 0.05


class _Box(NamedTuple):
    """What is taken of a view, from 0 to 1."""

    left: float
    top: float
    right: float
    bottom: float

    def around(self, across: float, along: float) -> "_Box":
        """The same around that point."""
        return _Box(self.left + across, self.top + along, self.right + across, self.bottom + along)

    def meets(self, other: "_Box") -> bool:
        """Whether both take the same."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    @property
    def is_within(self) -> bool:
        """Whether it is whole in the view."""
        return self.left > 0 and self.top > 0 and self.right < 1 and self.bottom < 1


# What a pin or a cluster takes around its spot, on a phone.
_PIN = _Box(-0.045, -0.065, 0.045, 0.03)


class Written(NamedTuple):
    """A name, the spot it is of, and on which line it is written: on it, below or above."""

    name: str
    spot: Spot
    line: int


class Town(NamedTuple):
    """A commune, and the spot where it is drawn."""

    commune: Commune
    spot: Spot


def written(view: View, taken: Collection[Spot]) -> list[Written]:
    """The names of the most populous of a view, none over another, over what stands on the spots
    taken, nor cut by the edges.
    """
    if view.zoom < _NAMED_FROM:
        return []
    boxes = [_PIN.around(*view.share(*spot)) for spot in taken]
    found: list[Written] = []
    for town in _within(view):
        lines = [line for line in LINES if not _is_hindered(_box_of(town, view, line), boxes)]
        if lines and len(found) < _MOST:
            boxes.append(_box_of(town, view, lines[0]))
            found.append(Written(town.commune.name, town.spot, lines[0]))
    return found


def _within(view: View) -> list[Town]:
    all_towns, spots = _by_population()
    left, top, width, height = view.box
    shares = (spots - (left, top)) / (width, height)
    within = np.flatnonzero(((shares > 0) & (shares < 1)).all(axis=1))[:_TRIED]
    return [all_towns[at] for at in within]


def _is_hindered(box: "_Box", boxes: Iterable["_Box"]) -> bool:
    return not box.is_within or any(map(box.meets, boxes))


def _box_of(town: Town, view: View, line: int) -> "_Box":
    across, along = view.share(*town.spot)
    half = len(town.commune.name) * _SIGN / 2
    return _Box(-half, -_LINE / 2, half, _LINE / 2).around(across, along + line * _LINE)


def landmark(commune: Commune, reach: float) -> Commune:
    """The most populous commune of the largest of France within so many points of this one: that
    by which people know where it is. Itself where there is none.
    """
    all_towns, spots = _by_population()
    spot = spot_of(commune)
    gaps = np.abs(spots[:_KNOWN] - spot).max(axis=1) if spot else np.array([])
    near = (all_towns[at].commune for at in np.flatnonzero(gaps < reach))
    found = next(
        (one for one in near if panel_of(one.departement) is panel_of(commune.departement)), commune
    )
    return found if (found.population or 0) > (commune.population or 0) else commune


@cache
def _by_population() -> tuple[list[Town], np.ndarray]:
    """The communes that are drawn, the most populous first, and their spots, one row each."""
    communes = sorted(gazetteer().by_code.values(), key=lambda one: -(one.population or 0))
    drawn = [Town(one, spot) for one in communes if (spot := spot_of(one))]
    return drawn, np.array([town.spot for town in drawn])
