"""What stands on the map: pins, and clusters of those that would touch."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from math import dist

from impact_alliances.geo.places import Commune
from impact_alliances.web.maps.panels import Panel, Spot, panel_of, spot_of
from impact_alliances.web.maps.views import CLOSEST, View

# How far from each other clusters stand, in points of the whole map: on a phone, the width of a
# finger.
APART = 100


@dataclass(frozen=True)
class Pin:
    """One thing on the map: its commune, what its link is called (« Awa Le Goff, Morlaix, 47 km »),
    where that leads. `count` is how many it stands for, where all that is in a commune is one pin.
    """

    commune: Commune
    name: str
    url: str
    count: int = 1


@dataclass(frozen=True)
class Cluster:
    """Pins that would touch, the one of the most populous commune first; or a pin alone."""

    pins: tuple[Pin, ...]
    spot: Spot

    @property
    def commune(self) -> Commune:
        """Where it stands."""
        return self.pins[0].commune

    @property
    def is_one_commune(self) -> bool:
        """Whether all of it is there."""
        return len({pin.commune.code for pin in self.pins}) == 1

    @cached_property
    def count(self) -> int:
        """How many things it stands for."""
        return sum(pin.count for pin in self.pins)

    def nearer(self, view: View) -> View:
        """The view that parts them. From one of all France, that of a territory overseas is shown
        whole first.
        """
        panel = panel_of(self.commune.departement)
        if panel and panel.name and view.zoom < panel.view.zoom:
            return panel.view
        spots = (spot_of(pin.commune) for pin in self.pins)
        return View.holding(spot for spot in spots if spot)


def clustered(pins: Iterable[Pin], view: View) -> list[Cluster]:
    """The pins that a view shows, those too near one another together, the largest towns first; in
    the closest view, only those of one commune are.
    """
    shown = [(pin, spot) for pin in pins if (spot := spot_of(pin.commune)) and view.shows(*spot)]
    shown.sort(key=lambda one: (-(one[0].commune.population or 0), one[0].commune.code))
    groups: dict[Spot, list[Pin]] = {}
    grounds: dict[Panel | None, _Ground] = defaultdict(lambda: _Ground(APART / view.zoom))
    for pin, spot in shown:
        ground = grounds[panel_of(pin.commune.departement)]
        near = spot if view.zoom == CLOSEST else ground.near(spot)
        groups.setdefault(near, []).append(pin)
    return [Cluster(tuple(group), spot) for spot, group in groups.items()]


class _Ground:
    """The spots taken in a territory, none nearer to another than `apart` points."""

    def __init__(self, apart: float) -> None:
        self._apart = apart
        self._cells: dict[tuple[int, int], list[Spot]] = defaultdict(list)

    def near(self, spot: Spot) -> Spot:
        """The spot taken so near to this one; else this one, which is taken from now on."""
        column, row = int(spot[0] / self._apart), int(spot[1] / self._apart)
        for across in (column - 1, column, column + 1):
            for along in (row - 1, row, row + 1):
                for taken in self._cells.get((across, along), ()):
                    if dist(taken, spot) < self._apart:
                        return taken
        self._cells[column, row].append(spot)
        return spot
