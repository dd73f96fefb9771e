"""How near something is to a place: what is there comes first, then what is near, nearest first,
then the same département, the same région. Overseas nothing is near but one's own territory.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from impact_alliances.geo.globe import between, everywhere, point_of, territory_of
from impact_alliances.geo.places import Commune, gazetteer
from impact_alliances.geo.territories import Place, of_region
from impact_alliances.vocabularies.terms import REGION_OF

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
        if where.commune == place.commune.town:
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


def distance(one: Commune, other: Commune) -> float:
    """The great circle between two communes, in km; infinite where a point is not known."""
    here, there = point_of(one), point_of(other)
    return math.inf if here is None or there is None else between(here, there)


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


@lru_cache(maxsize=256)
def _communes_around(commune: Commune, reach: float) -> tuple[str, ...]:
    """The communes within so many km, this one first, or its town, in its own territory."""
    point = point_of(commune)
    near = everywhere().within(reach, point, territory_of(commune)) if point else ()
    return tuple(dict.fromkeys([commune.town, *near]))


def implantation_of(commune: str, departement: str, region: str) -> tuple[str, ...]:
    """Where something is based, from the codes that are known of it, each perhaps empty: `22113`,
    `dep:22`, `reg:53`.
    """
    known = gazetteer().by_code.get(commune)
    departement = known.departement if known else departement
    region = REGION_OF.get(departement, region)
    places = (commune, departement and f"dep:{departement}", region and f"reg:{region}")
    return tuple(filter(None, places))
