"""The communes on the globe, and the distances between them. France is parted in territories: from
one to another nothing is near, whatever the map says.
"""

import math
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from impact_alliances.geo.places import Commune, gazetteer
from impact_alliances.geo.territories import is_overseas
from impact_alliances.vocabularies.terms import REGION_OF

# Mean radius of the Earth, in km.
_EARTH = 6371.009
# The territory that is not overseas: Corsica is of it.
MAINLAND = "metropole"
# The territory of what is nowhere that is known.
NOWHERE = "inconnu"
TERRITORIES = (
    MAINLAND,
    NOWHERE,
    *(code for code, region in REGION_OF.items() if is_overseas(region)),
)
_CODE = re.compile("[0-9A-Z]{5}")
# Somewhere on the sphere of radius 1.
Point = tuple[float, float, float]
Numbers = npt.NDArray[Any]


def point_at(latitude: float, longitude: float) -> Point:
    """The point of the sphere of radius 1 at these degrees."""
    latitude, longitude = math.radians(latitude), math.radians(longitude)
    return (
        math.cos(latitude) * math.cos(longitude),
        math.cos(latitude) * math.sin(longitude),
        math.sin(latitude),
    )


def point_of(commune: Commune) -> Point | None:
    """Where a commune is on the globe; None where its point is not known."""
    if commune.latitude is None or commune.longitude is None:
        return None
    return point_at(commune.latitude, commune.longitude)


def between(here: Point, there: Point) -> float:
    """The great circle between two points, in km."""
    return 2 * _EARTH * math.asin(min(1.0, math.dist(here, there) / 2))


def territory_of(commune: Commune) -> str:
    """The territory inside which communes may be near: an overseas département or collectivity, by
    its code, or `MAINLAND`.
    """
    region = REGION_OF[commune.departement]
    return commune.departement if is_overseas(region) else MAINLAND


@lru_cache(maxsize=65_536)
def placed(code: str) -> tuple[str, Point | None]:
    """The territory in which distances to the commune of that code are measured, and its point;
    `NOWHERE` and None where it is not known, or its point is not.
    """
    known = gazetteer().by_code.get(code)
    point = point_of(known) if known else None
    return (territory_of(known), point) if known and point else (NOWHERE, None)


# -- many at once --------------------------------------------------------------------------------


def number_of(code: str) -> int:
    """A code INSEE as a number, which an index can hold beside each document; 0 for none."""
    return int(code, 36) if _CODE.fullmatch(code) else 0


class _Table:
    """All communes whose point is known, one row each in the order of their numbers, and a last row
    for whatever else is asked for.
    """

    def __init__(self, communes: Iterable[Commune]) -> None:
        located = {number_of(one.code): (one, point_of(one)) for one in communes}
        known = [(number, *one) for number, one in sorted(located.items()) if one[1]]
        self.numbers = np.array([number for number, _, _ in known])
        self.communes = [commune for _, commune, _ in known]
        self.points = np.array([*(point for _, _, point in known), (np.nan,) * 3])
        lands = [TERRITORIES.index(territory_of(one)) for one in self.communes]
        self.lands = np.array([*lands, TERRITORIES.index(NOWHERE)])

    def rows(self, numbers: Numbers) -> Numbers:
        """The row of each number."""
        rows = np.searchsorted(self.numbers, numbers).clip(max=len(self.numbers) - 1)
        return np.where(self.numbers[rows] == numbers, rows, len(self.numbers))


@lru_cache(maxsize=1)
def _table() -> _Table:
    return _Table(gazetteer().by_code.values())


class Communes:
    """Some communes, ready to be measured from anywhere: each by its number, 0 for none."""

    def __init__(self, numbers: Numbers) -> None:
        self._rows = _table().rows(numbers)

    @classmethod
    def of(cls, codes: Iterable[str]) -> "Communes":
        """Those of these codes."""
        return cls(np.fromiter(map(number_of, codes), dtype=np.int64))

    def within(self, reach: float, point: Point, territory: str) -> tuple[str, ...]:
        """The codes of those of a territory that are within so many km of a point."""
        near = self._rows[self.spans(point, territory) <= span_of(reach)]
        return tuple(_table().communes[row].code for row in np.unique(near))

    def spans(self, point: Point, territory: str = "") -> Numbers:
        """How far each is from a point, as a number that grows with the distance (`span_of`):
        infinite where that is not known, or is across a sea from the territory given.
        """
        away = _table().points[self._rows] - np.array(point)
        spans: Numbers = (away * away).sum(axis=1)
        is_out = np.isnan(spans)
        if territory:
            is_out |= _table().lands[self._rows] != TERRITORIES.index(territory)
        spans[is_out] = np.inf
        return spans


def span_of(km: float) -> float:
    """A distance as `Communes.spans` tells it: the square of the chord."""
    return float(4 * math.sin(km / 2 / _EARTH) ** 2)


@lru_cache(maxsize=1)
def everywhere() -> Communes:
    """All communes whose point is known."""
    return Communes(_table().numbers)


def nearest_commune(point: Point) -> tuple[Commune, float]:
    """The commune, or arrondissement, nearest to a point, across seas too, and how far in km."""
    smallest = _smallest()
    away = smallest.points[:-1] - np.array(point)
    nearest = smallest.communes[int((away * away).sum(axis=1).argmin())]
    return nearest, between(point, point_of(nearest) or point)


@lru_cache(maxsize=1)
def _smallest() -> _Table:
    """The communes, those in arrondissements being these."""
    arrondissements = gazetteer().arrondissements.values()
    towns = {one.town for one in arrondissements}
    whole = (one for one in gazetteer().by_code.values() if one.code not in towns)
    return _Table([*whole, *arrondissements])
