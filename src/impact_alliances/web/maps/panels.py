"""Where the territories stand on the map: metropolitan France above, the others in two rows below
it, each at a scale of its own.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from impact_alliances.geo.origin import Origin
from impact_alliances.geo.outlines import CLOSE, outlines
from impact_alliances.geo.places import Commune, gazetteer
from impact_alliances.web.maps.projections import Projection, degrees_of, lambert, squeezed
from impact_alliances.web.maps.views import HEIGHT, WIDTH, View

# Where something is on the drawing, in points.
Spot = tuple[float, float]
# The square of metropolitan France, and a place in the rows: how wide, how high with its name, how
# high without.
_LARGE = (0.0, 0.0, 1000.0, 940.0)
_ROW_WIDTH, _ROW_HEIGHT, _LAND_HEIGHT = 200.0, 204.0, 116.0
# Kept around a territory, for the pins that stand on its shores.
_SHORE = 16.0
# Overseas: the codes that are drawn together, and their name in two lines.
_OVERSEAS = (
    (("971",), ("Guadeloupe",)),
    (("972",), ("Martinique",)),
    (("973",), ("Guyane",)),
    (("974",), ("La Réunion",)),
    (("976",), ("Mayotte",)),
    (("975",), ("Saint-Pierre-", "et-Miquelon")),
    (("977", "978"), ("Saint-Martin,", "Saint-Barthélemy")),
    (("986",), ("Wallis-", "et-Futuna")),
    (("987",), ("Polynésie", "française")),
    (("988",), ("Nouvelle-", "Calédonie")),
)


@dataclass(frozen=True)
class Panel:
    """A territory on the drawing: the codes of its départements, its name in lines (none for
    metropolitan France), where it stands, and how its kilometres become points.
    """

    codes: tuple[str, ...]
    name: tuple[str, ...]
    left: float
    top: float
    width: float
    height: float
    projection: Projection
    west: float
    north: float
    scale: float

    @property
    def view(self) -> View:
        """The view of all of it."""
        right, bottom = self.left + self.width, self.top + self.height
        return View.holding([(self.left, self.top), (right, bottom)])

    def place(self, longitude: float, latitude: float) -> Spot:
        """Where a point is on the drawing."""
        x, y = self.projection(longitude, latitude)
        return self.left + (x - self.west) * self.scale, self.top + (y - self.north) * self.scale

    def holds(self, x: float, y: float) -> bool:
        """Whether a point of the drawing is in it."""
        return self.left <= x <= self.left + self.width and self.top <= y <= self.top + self.height


@cache
def panels() -> tuple[Panel, ...]:
    """The territories, metropolitan France first."""
    alone = {code for codes, _ in _OVERSEAS for code in codes}
    mainland = tuple(code for code in outlines(CLOSE) if code not in alone)
    rows = [
        _panel(codes, name, _place_in_rows(rank)) for rank, (codes, name) in enumerate(_OVERSEAS)
    ]
    return (_panel(mainland, (), _LARGE), *rows)


@cache
def panel_of(departement: str) -> Panel | None:
    """Where a département is drawn; None where none is (the Terres australes, Clipperton)."""
    return next((panel for panel in panels() if departement in panel.codes), None)


def spot_of(commune: Commune) -> Spot | None:
    """Where a commune is on the drawing; None where its point, or its territory, is not drawn."""
    if commune.longitude is None or commune.latitude is None:
        return None
    return _spot(commune.departement, commune.longitude, commune.latitude)


def spot_of_origin(origin: Origin) -> Spot | None:
    """The same of where distances are told from."""
    if origin.point is None:
        return None
    return _spot(origin.commune.departement, *degrees_of(origin.point))


@lru_cache(maxsize=65_536)
def _spot(departement: str, longitude: float, latitude: float) -> Spot | None:
    panel = panel_of(departement)
    spot = panel.place(longitude, latitude) if panel else None
    return spot if panel and spot and panel.holds(*spot) else None


def _place_in_rows(rank: int) -> tuple[float, float, float, float]:
    """Left, top, width and height of the land."""
    row, column = divmod(rank, int(WIDTH / _ROW_WIDTH))
    top = HEIGHT - (2 - row) * _ROW_HEIGHT
    return column * _ROW_WIDTH, top, _ROW_WIDTH, _LAND_HEIGHT


def _panel(
    codes: tuple[str, ...], name: tuple[str, ...], where: tuple[float, float, float, float]
) -> Panel:
    *_, width, height = where
    points = [*_shores(codes), *_communes(codes)]
    latitudes = [latitude for _, latitude in points]
    projection = squeezed((min(latitudes) + max(latitudes)) / 2) if name else lambert
    xs, ys = zip(*(projection(*point) for point in points), strict=True)
    wide, high = max(xs) - min(xs), max(ys) - min(ys)
    scale = min((width - 2 * _SHORE) / wide, (height - 2 * _SHORE) / high)
    return Panel(
        codes,
        name,
        *where,
        projection,
        west=min(xs) - (width / scale - wide) / 2,
        north=min(ys) - (height / scale - high) / 2,
        scale=scale,
    )


def _shores(codes: Iterable[str]) -> Iterator[tuple[float, float]]:
    return (point for code in codes for ring in outlines(CLOSE)[code] for point in ring)


def _communes(codes: Collection[str]) -> Iterator[tuple[float, float]]:
    """Where communes are: some are on islands too small to be drawn."""
    for one in gazetteer().by_code.values():
        if one.departement in codes and one.longitude is not None and one.latitude is not None:
            yield one.longitude, one.latitude
