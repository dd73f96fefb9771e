"""Where distances are told from: the commune that someone chose, or the point where they are."""

import math
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from impact_alliances.geo.globe import (
    Communes,
    Numbers,
    Point,
    between,
    nearest_commune,
    placed,
    point_at,
    point_of,
    territory_of,
)
from impact_alliances.geo.places import Commune, UnknownPlace, gazetteer
from impact_alliances.geo.territories import Place, of_commune
from impact_alliances.vocabularies import french

# Decimals kept of a point: some ten metres, and no more is told of whoever asks.
_DECIMALS = 4
# Further from any commune, in km, a point is not in France nor at its door.
_FURTHEST = 100.0
# Of a commune whose point is not known, none is within any distance.
_NOWHERE = (math.nan, math.nan, math.nan)
_POINT = re.compile(r"(-?\d{1,2}(?:\.\d+)?) ?, ?(-?\d{1,3}(?:\.\d+)?)")
_EXPECTED = (
    "donnez le code INSEE d’une commune (« 22113 »), ou une latitude et une longitude "
    "(« 48.7333,-3.4593 »)."
)


@dataclass(frozen=True)
class Origin:
    """A place from which distances are measured. `commune` is the one chosen, perhaps an
    arrondissement, or the nearest to a bare point; `text` the one way in which it is written: a
    code INSEE, or `latitude,longitude`.
    """

    text: str
    commune: Commune
    point: Point | None

    @classmethod
    def of(cls, text: str) -> "Origin":
        """The origin that a code INSEE or `latitude,longitude` gives. Raises `UnknownPlace`."""
        return _origin_of(text)

    @property
    def place(self) -> Place:
        """Its commune, as sentences say it."""
        return of_commune(self.commune)

    @cached_property
    def territory(self) -> str:
        """The territory inside which distances are measured, as `territory_of` names it."""
        return territory_of(self.commune)

    @property
    def label(self) -> str:
        """« Lannion (22300) »."""
        return self.commune.label

    @property
    def complement(self) -> str:
        """« de Lannion (22300) », « du Havre (76600) »: what follows « à 12 km »."""
        return self.place.complement + self.label.removeprefix(self.commune.name)

    @property
    def beside(self) -> str:
        """« près de Lannion (22300) »."""
        return f"près {self.complement}"

    def distance_to(self, code: str) -> float | None:
        """How far the commune of that code is, in km; None on the other side of a sea, or where its
        point is not known.
        """
        territory, point = placed(code)
        if not self.point or not point or territory != self.territory:
            return None
        return between(self.point, point)

    def spans(self, communes: Communes) -> Numbers:
        """How far each commune is, as a number that grows with the distance; infinite where
        `distance_to` tells none.
        """
        return communes.spans(self.point or _NOWHERE, self.territory)

    def within(self, reach: float, communes: Communes) -> tuple[str, ...]:
        """The codes of those of these communes that are within so many km."""
        return communes.within(reach, self.point or _NOWHERE, self.territory)


@lru_cache(maxsize=1_024)
def _origin_of(text: str) -> Origin:
    code = text.strip().upper()
    commune = gazetteer().coded(code)
    if commune:
        return Origin(code, commune, point_of(commune))
    degrees = _POINT.fullmatch(text.strip())
    if not degrees:
        raise UnknownPlace(
            f"{french.quoted(french.cut(text))} n’est pas un lieu connu : {_EXPECTED}"
        )
    return _at(*(round(float(one), _DECIMALS) for one in degrees.groups()))


def _at(latitude: float, longitude: float) -> Origin:
    """The origin at these degrees."""
    text = f"{_written(latitude)},{_written(longitude)}"
    point = point_at(latitude, longitude)
    commune, km = nearest_commune(point)
    if abs(latitude) > 90 or abs(longitude) > 180 or km > _FURTHEST:
        raise UnknownPlace(
            f"{french.quoted(text)} est à plus de {_FURTHEST:.0f} km de toute commune de France : "
            f"{_EXPECTED}"
        )
    return Origin(text, commune, point)


def _written(degrees: float) -> str:
    # Adding 0 leaves no « -0 ».
    return f"{degrees + 0:.{_DECIMALS}f}".rstrip("0").rstrip(".")
