"""What stands on the map: pins, and clusters of those that would touch."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from impact_alliances.geo.places import Commune
from impact_alliances.web.maps.panels import panel_of
from impact_alliances.web.maps.views import CLOSEST, View

# How far from each other clusters stand, in points of the whole map: on a phone, the width of a
# finger.
APART = 100


@dataclass(frozen=True)
class Spot:
    """A place to draw: its name, its département, WGS 84 degrees, its inhabitants."""

    name: str
    departement: str
    latitude: float
    longitude: float
    population: int = 0

    @classmethod
    def of(cls, commune: Commune) -> "Spot | None":
        """That of a commune; None when its point is not known."""
        if commune.latitude is None or commune.longitude is None:
            return None
        return cls(
            commune.name,
            commune.departement,
            commune.latitude,
            commune.longitude,
            commune.population or 0,
        )

    @cached_property
    def place(self) -> tuple[float, float] | None:
        """Where on the drawing, in points; None when its territory is not drawn."""
        panel = panel_of(self.departement)
        x, y = panel.place(self.longitude, self.latitude) if panel else (-1.0, -1.0)
        return (x, y) if panel and panel.holds(x, y) else None


@dataclass(frozen=True)
class Pin:
    """One thing on the map: what its link is called (« Awa Le Goff, Morlaix, 47 km »), where that
    leads, and how many it stands for.
    """

    spot: Spot
    name: str
    url: str
    count: int = 1


@dataclass(frozen=True)
class Cluster:
    """Pins that would touch, around the most populous of their communes; one alone is a pin."""

    pins: tuple[Pin, ...]

    @property
    def spot(self) -> Spot:
        """Where it stands."""
        return self.pins[0].spot

    @property
    def count(self) -> int:
        """How many things it stands for."""
        return sum(pin.count for pin in self.pins)

    @property
    def view(self) -> View:
        """The view that parts them."""
        places = [pin.spot.place for pin in self.pins]
        return View.holding(place for place in places if place)


def clustered(pins: Iterable[Pin], view: View) -> list[Cluster]:
    """The pins that a view shows, those too near one another together, the largest towns first; in
    the closest view each is alone.
    """
    shown = [pin for pin in pins if pin.spot.place and view.shows(*pin.spot.place)]
    shown.sort(key=lambda pin: (-pin.spot.population, pin.spot.name, pin.name))
    if view.zoom == CLOSEST:
        return [Cluster((pin,)) for pin in shown]
    return _gathered(shown, APART / view.zoom)


def _gathered(pins: Sequence[Pin], apart: float) -> list[Cluster]:
    """Each pin with the first before it that is nearer than so many points, in its territory."""
    groups: dict[tuple[float, float], list[Pin]] = {}
    cells: dict[tuple[int, int], list[tuple[float, float]]] = defaultdict(list)
    for pin in pins:
        x, y = pin.spot.place or (0.0, 0.0)
        column, row = int(x / apart), int(y / apart)
        near = next(
            (
                place
                for at in range(column - 1, column + 2)
                for along in range(row - 1, row + 2)
                for place in cells.get((at, along), ())
                if (place[0] - x) ** 2 + (place[1] - y) ** 2 < apart**2
                and panel_of(groups[place][0].spot.departement) is panel_of(pin.spot.departement)
            ),
            None,
        )
        if near is None:
            cells[column, row].append((x, y))
            groups[x, y] = [pin]
        else:
            groups[near].append(pin)
    return [Cluster(tuple(group)) for group in groups.values()]
