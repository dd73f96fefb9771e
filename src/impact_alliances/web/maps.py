"""The map of the home page: a light outline of France and its overseas, the cases as points.

Drawn as SVG by the server. Each territory has a frame; those overseas stand in a row under
metropolitan France, each at a scale of its own. The map says nothing that the text beside it does
not: it is silent for who does not see it.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from math import cos, radians
from pathlib import Path

from markupsafe import Markup

from impact_alliances import geo
from impact_alliances.geo.places import gazetteer

_OUTLINES = Path(geo.__file__).with_name("outlines.json")
WIDTH, HEIGHT = 560, 600
# The square of metropolitan France, and those of the row overseas: left, top, side.
_LARGE = (20.0, 0.0, 520.0)
_SMALL, _ROW = 50.0, 545.0


@dataclass(frozen=True)
class Frame:
    """A territory on the map. A longitude and a latitude become a place on it through `scale`,
    points of the drawing by degree of latitude, and `squeeze`, a degree of longitude by one of
    latitude.
    """

    codes: tuple[str, ...]
    outline: str
    west: float
    north: float
    left: float
    top: float
    scale: float
    squeeze: float

    def place(self, longitude: float, latitude: float) -> tuple[int, int]:
        """Where on the drawing, in whole points."""
        return (
            round(self.left + (longitude - self.west) * self.squeeze * self.scale),
            round(self.top + (self.north - latitude) * self.scale),
        )


@cache
def frames() -> tuple[Frame, ...]:
    """The territories, metropolitan France first."""
    read = json.loads(_OUTLINES.read_text(encoding="utf-8"))
    overseas = len(read) - 1
    step = WIDTH / overseas
    squares = [_LARGE, *((step * one, _ROW, _SMALL) for one in range(overseas))]
    return tuple(
        _frame(tuple(one["codes"]), [list(_pairs(ring)) for ring in one["rings"]], *square)
        for one, square in zip(read, squares, strict=True)
    )


def _pairs(values: list[float]) -> Iterator[tuple[float, float]]:
    return zip(values[::2], values[1::2], strict=True)


def _frame(
    codes: tuple[str, ...],
    rings: list[list[tuple[float, float]]],
    left: float,
    top: float,
    side: float,
) -> Frame:
    lons, lats = zip(*(point for ring in rings for point in ring), strict=True)
    squeeze = cos(radians((min(lats) + max(lats)) / 2))
    wide, high = (max(lons) - min(lons)) * squeeze, max(lats) - min(lats)
    scale = side / max(wide, high)
    left += (side - wide * scale) / 2
    top += (side - high * scale) / 2
    bare = Frame(codes, "", min(lons), max(lats), left, top, scale, squeeze)
    outline = "".join(f"{_line([bare.place(*point) for point in ring])}z" for ring in rings)
    return Frame(codes, outline, bare.west, bare.north, left, top, scale, squeeze)


def _line(places: list[tuple[int, int]]) -> str:
    """A path through these places, each told from the one before."""
    (x, y), *rest = dict.fromkeys(places)
    parts = [f"M{x} {y}l"]
    for after_x, after_y in rest:
        parts.append(f"{after_x - x} {after_y - y} ")
        x, y = after_x, after_y
    return "".join(parts).strip().replace(" -", "-")


@lru_cache(maxsize=2)
def outline_map(communes: frozenset[str]) -> Markup:
    """The map with a point at each of these communes, by their INSEE codes; those that are nowhere
    are passed over.
    """
    shores = "".join(frame.outline for frame in frames())
    points = "".join(f"M{x} {y}h0" for x, y in sorted(_places(communes)))
    # Numbers only.
    return Markup(  # noqa: S704
        f'<svg class="carte-de-france" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true" '
        f'focusable="false"><path class="terres" d="{shores}"/><path class="points" '
        f'd="{points}"/></svg>'
    )


def _places(communes: Iterable[str]) -> set[tuple[int, int]]:
    by_code = {code: frame for frame in frames() for code in frame.codes}
    places = defaultdict(list)
    for code in communes:
        commune = gazetteer().by_code.get(code)
        if commune and commune.latitude is not None and commune.longitude is not None:
            frame = by_code.get(commune.departement, frames()[0])
            places[frame.place(commune.longitude, commune.latitude)].append(code)
    return {(x, y) for x, y in places if 0 <= x <= WIDTH and 0 <= y <= HEIGHT}
