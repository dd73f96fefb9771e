"""From degrees to a plane, in kilometres: x to the east, y to the south."""

from collections.abc import Callable
from math import asin, atan2, cos, degrees, log, radians, sin, tan

from impact_alliances.geo.globe import Point

# Mean radius of the Earth, in km.
_EARTH = 6371.009
# Longitude, latitude; x, y.
Projection = Callable[[float, float], tuple[float, float]]
# Those of Lambert 93, in which France draws itself: its meridian, its latitude of origin, and the
# two parallels that keep their length.
_MERIDIAN, _ORIGIN, _SOUTH, _NORTH = 3.0, 46.5, 44.0, 49.0


def _stretched(latitude: float) -> float:
    return tan(radians(45 + latitude / 2))


_CONE = log(cos(radians(_SOUTH)) / cos(radians(_NORTH))) / log(
    _stretched(_NORTH) / _stretched(_SOUTH)
)
_FACTOR = _EARTH * cos(radians(_SOUTH)) * _stretched(_SOUTH) ** _CONE / _CONE


def lambert(longitude: float, latitude: float) -> tuple[float, float]:
    """The conformal conic projection of Lambert, of a sphere, from its origin (46.5° N, 3° E)."""
    radius, angle = _radius(latitude), _CONE * radians(longitude - _MERIDIAN)
    return radius * sin(angle), radius * cos(angle) - _radius(_ORIGIN)


def _radius(latitude: float) -> float:
    """The distance to the tip of the cone."""
    return float(_FACTOR / _stretched(latitude) ** _CONE)


def squeezed(middle: float) -> Projection:
    """For a small territory: straight meridians, as far apart as they are at that latitude."""
    degree = radians(1) * _EARTH
    return lambda longitude, latitude: (
        longitude * degree * cos(radians(middle)),
        -latitude * degree,
    )


def degrees_of(point: Point) -> tuple[float, float]:
    """The longitude and the latitude of a point of the globe."""
    x, y, z = point
    return degrees(atan2(y, x)), degrees(asin(z))
