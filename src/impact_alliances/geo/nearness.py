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
# Kilometres around a commune that are still « alentour »: an hour of road.
AROUND = 50.0
# Shorter ways, for when too much is around: the widest first, the last one being the commune.
CLOSER = (25.0, 10.0, 5.0, 0.0)
# What another commune has of nearness at no distance at all; it loses two thirds of it every so
# many km.
NEXT_DOOR, FADING = 0.9, 30.0
# The least that the same département and the same région have, however far.
SAME_DEPARTEMENT, SAME_REGION = 0.4, 0.2


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
        if not here or not there or _territory(here) != _territory(there):
            return math.inf
        return distance(here, there)


def _share(ones: Iterable[str], others: Iterable[str]) -> bool:
    return not set(ones).isdisjoint(others)


def _territory(commune: Commune) -> str:
    """The overseas département of a commune; empty for the rest of France."""
    region = REGION_OF[commune.departement]
    return commune.departement if is_overseas(region) else ""


def distance(one: Commune, other: Commune) -> float:
    """The great circle between two communes, in km; infinite where a point is not known."""
    if None in (one.latitude, one.longitude, other.latitude, other.longitude):
        return math.inf
    here, there = _point(one), _point(other)
    chord = math.dist(here, there)
    return 2 * _EARTH * math.asin(min(1.0, chord / 2))


def _point(commune: Commune) -> tuple[float, float, float]:
    """A commune on the sphere of radius 1."""
    latitude, longitude = math.radians(commune.latitude or 0), math.radians(commune.longitude or 0)
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
    for reach in CLOSER if place.commune else ():
        yield {"commune": _communes_around(place.commune, reach)}


def wider(place: Place) -> Place | None:
    """The région in which a place lies: where to look when nothing is near. None where it is one,
    or lies in several.
    """
    return None if place.region or len(place.regions) > 1 else of_region(*place.regions)


@lru_cache(maxsize=256)
def _communes_around(commune: Commune, reach: float) -> tuple[str, ...]:
    """The communes within so many km, this one first, in its own territory."""
    communes, points = _points()
    chords = np.linalg.norm(points - np.array(_point(commune)), axis=1)
    near = np.flatnonzero(chords <= 2 * math.sin(reach / 2 / _EARTH))
    codes = (communes[at].code for at in near if _territory(communes[at]) == _territory(commune))
    return tuple(dict.fromkeys([commune.code, *codes]))


@lru_cache(maxsize=1)
def _points() -> tuple[list[Commune], np.ndarray]:
    """The communes whose point is known, and these, one row each."""
    communes = [one for one in gazetteer().by_code.values() if one.latitude is not None]
    return communes, np.array([_point(one) for one in communes])
