"""How near something is to a place: what is there comes first, then what is near, nearest first,
then the same département, the same région. Overseas nothing is near but one's own territory.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from impact_alliances.geo.places import Commune, gazetteer
from impact_alliances.geo.territories import Place, is_overseas, of_region
from impact_alliances.vocabularies.terms import REGION_OF

# Mean radius of the Earth, in km.
_EARTH = 6371.009
# The territory that is not overseas: Corsica is of it.
MAINLAND = "metropole"
# The territory of what is nowhere that is known.
NOWHERE = "inconnu"
TERRITORIES = frozenset(
    {MAINLAND, NOWHERE, *(code for code, region in REGION_OF.items() if is_overseas(region))}
)
# Kilometres around a commune that are still « alentour »: an hour of road.
AROUND = 50.0
# Shorter ways, for when too much is around: the widest first, the last one being the commune.
CLOSER = (25.0, 10.0, 5.0, 0.0)
# What another commune has of nearness at no distance at all; it loses two thirds of it every so
# many km.
NEXT_DOOR, FADING = 0.9, 30.0
# The least that the same département and the same région have, however far.
SAME_DEPARTEMENT, SAME_REGION = 0.4, 0.2


# Somewhere on the sphere of radius 1.
Point = tuple[float, float, float]


class Whereabouts(NamedTuple):
    """Where a document is: the code of its commune, empty without one, and the départements and
    régions it is of or serves.
    """

    commune: str = ""
    departements: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Nearness:
    """How near documents are to one place."""

    place: Place
    _distances: dict[str, float] = field(default_factory=dict, compare=False, repr=False)

    def of(self, where: Whereabouts) -> float:
        """From 0 (elsewhere) to 1 (there)."""
        place = self.place
        if place.commune is None:
            is_there = place.region in where.regions or _share(
                place.departements, where.departements
            )
            return 1.0 if is_there else SAME_REGION * _share(place.regions, where.regions)
        if where.commune == place.commune.code:
            return 1.0
        least = SAME_REGION * _share(place.regions, where.regions)
        if _share(place.departements, where.departements):
            least = SAME_DEPARTEMENT
        return max(least, NEXT_DOOR * math.exp(-self._distance(where) / FADING))

    def _distance(self, where: Whereabouts) -> float:
        """To the commune of a document, in km; infinite for one that has none, or is on the other
        side of a sea.
        """
        known = self._distances.get(where.commune)
        if known is None:
            known = self._distances[where.commune] = self._measured(where.commune)
        return known

    def _measured(self, code: str) -> float:
        here, there = self.place.commune, gazetteer().by_code.get(code)
        if not here or not there or territory_of(here) != territory_of(there):
            return math.inf
        return distance(here, there)


def _share(ones: Iterable[str], others: Iterable[str]) -> bool:
    return not set(ones).isdisjoint(others)


def territory_of(commune: Commune) -> str:
    """The territory inside which communes may be near: an overseas département or collectivity, by
    its code, or `MAINLAND`.
    """
    region = REGION_OF[commune.departement]
    return commune.departement if is_overseas(region) else MAINLAND


def distance(one: Commune, other: Commune) -> float:
    """The great circle between two communes, in km; infinite where a point is not known."""
    here, there = point_of(one), point_of(other)
    return math.inf if here is None or there is None else between(here, there)


def between(here: Point, there: Point) -> float:
    """The great circle between two points, in km."""
    return 2 * _EARTH * math.asin(min(1.0, math.dist(here, there) / 2))


def point_of(commune: Commune) -> Point | None:
    """Where a commune is on the globe; None where its point is not known."""
    if commune.latitude is None or commune.longitude is None:
        return None
    return point_at(commune.latitude, commune.longitude)


@lru_cache(maxsize=65_536)
def point_at(latitude: float, longitude: float) -> Point:
    """The point of the sphere of radius 1 at these degrees."""
    latitude, longitude = math.radians(latitude), math.radians(longitude)
    return (
        math.cos(latitude) * math.cos(longitude),
        math.cos(latitude) * math.sin(longitude),
        math.sin(latitude),
    )


def around(place: Place) -> dict[str, tuple[str, ...]]:
    """Where things are that are there or near, as values of the fields `commune`, `departement` and
    `region`, of which any will do: a commune's surroundings, and its département; or the whole of
    a territory.
    """
    if place.region:
        return {"region": (place.region,)}
    if place.commune is None:
        return {"departement": place.departements}
    return {"commune": _communes_around(place.commune, AROUND), "departement": place.departements}


def closer(place: Place) -> Iterator[dict[str, tuple[str, ...]]]:
    """The same for less and less around a commune; nothing for a territory."""
    if place.commune:
        for reach in CLOSER:
            yield {"commune": _communes_around(place.commune, reach)}


def wider(place: Place) -> Place | None:
    """The région in which a place lies: where to look when nothing is near. None where it is one,
    or lies in several.
    """
    return None if place.region or len(place.regions) > 1 else of_region(*place.regions)


def _communes_around(commune: Commune, reach: float) -> tuple[str, ...]:
    """The communes within so many km, this one first, in its own territory."""
    point = point_of(commune)
    near = communes_within(point, territory_of(commune), reach) if point else ()
    return tuple(dict.fromkeys([commune.code, *near]))


def implantation_of(commune: str, departement: str, region: str) -> tuple[str, ...]:
    """Where something is based, from the codes that are known of it, each perhaps empty: `22113`,
    `dep:22`, `reg:53`.
    """
    known = gazetteer().by_code.get(commune)
    departement = known.departement if known else departement
    region = REGION_OF.get(departement, region)
    places = (commune, departement and f"dep:{departement}", region and f"reg:{region}")
    return tuple(filter(None, places))


def territory_at(code: str) -> str:
    """The territory in which distances to the commune of that code are measured; `NOWHERE` where
    it is not known, or its point is not.
    """
    known = gazetteer().by_code.get(code)
    return territory_of(known) if known and point_of(known) else NOWHERE


@lru_cache(maxsize=256)
def communes_within(point: Point, territory: str, reach: float) -> tuple[str, ...]:
    """The codes of the communes of a territory within so many km of a point."""
    communes, points = _points()
    chords = np.linalg.norm(points - np.array(point), axis=1)
    near = np.flatnonzero(chords <= 2 * math.sin(reach / 2 / _EARTH))
    return tuple(communes[at].code for at in near if territory_of(communes[at]) == territory)


def nearest_commune(point: Point) -> tuple[Commune, float]:
    """The commune nearest to a point, wherever it is, and how far, in km."""
    communes, points = _points()
    nearest = communes[int(np.linalg.norm(points - np.array(point), axis=1).argmin())]
    return nearest, between(point, point_of(nearest) or point)


@lru_cache(maxsize=1)
def _points() -> tuple[list[Commune], np.ndarray]:
    """The communes whose point is known, and these, one row each."""
    pairs = ((one, point_of(one)) for one in gazetteer().by_code.values())
    known = [(one, point) for one, point in pairs if point]
    return [one for one, _ in known], np.array([point for _, point in known])
