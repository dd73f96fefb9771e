"""The names written on a close view, so that one knows where one is: its largest towns."""

from functools import cache
from typing import NamedTuple

import numpy as np

from impact_alliances.geo.places import gazetteer
from impact_alliances.web.maps.panels import Spot, spot_of
from impact_alliances.web.maps.views import View

# From this zoom on names are written, so many at the most.
_NAMED_FROM, _MOST = 3, 12
# How many are tried: the others of a view are villages.
_TRIED = 100
# The room that a name takes on a phone, part of the view: each sign across, the line along.
_SIGN, _LINE = 0.02, 0.05


class Town(NamedTuple):
    """A name to write, and the spot it is of."""

    name: str
    spot: Spot


def towns(view: View) -> list[Town]:
    """The most populous of a view, no name over another nor cut by its edges."""
    if view.zoom < _NAMED_FROM:
        return []
    all_towns, spots = _by_population()
    left, top, width, height = view.box
    shares = (spots - (left, top)) / (width, height)
    within = np.flatnonzero(((shares > 0) & (shares < 1)).all(axis=1))[:_TRIED]
    written: list[tuple[Town, float, float]] = []
    for at in within:
        town, (across, along) = all_towns[at], shares[at]
        if len(written) < _MOST and _has_room(town, across, along, written):
            written.append((town, across, along))
    return [town for town, _, _ in written]


def _has_room(
    town: Town, across: float, along: float, written: list[tuple[Town, float, float]]
) -> bool:
    half = len(town.name) * _SIGN / 2
    is_within = half < across < 1 - half and _LINE < along < 1 - _LINE
    return is_within and all(
        abs(along - its_along) > _LINE
        or abs(across - its_across) > half + len(other.name) * _SIGN / 2
        for other, its_across, its_along in written
    )


@cache
def _by_population() -> tuple[list[Town], np.ndarray]:
    """The communes that are drawn, the most populous first, and their spots, one row each."""
    communes = sorted(gazetteer().by_code.values(), key=lambda one: -(one.population or 0))
    drawn = [Town(one.name, spot) for one in communes if (spot := spot_of(one))]
    return drawn, np.array([town.spot for town in drawn])
