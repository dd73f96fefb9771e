"""What stands on the map: pins, and clusters of those that would touch."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from impact_alliances.geo.places import Commune
from impact_alliances.web.maps.panels import Spot, panel_of, spot_of
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
    spots = ((pin, spot_of(pin.commune)) for pin in pins)
    shown = [(pin, spot) for pin, spot in spots if spot and view.shows(*spot)]
    shown.sort(key=lambda one: (-(one[0].commune.population or 0), one[0].commune.code))
    groups: dict[Spot, list[Pin]] = {}
    ground = _Ground(APART / view.zoom)
    for pin, spot in shown:
        near = None if view.zoom == CLOSEST else ground.taken_near(spot, pin.commune.departement)
        if near is None:
            ground.take(spot, pin.commune.departement)
        groups.setdefault(near or spot, []).append(pin)
    return [Cluster(tuple(group), spot) for spot, group in groups.items()]


class _Ground:
    """Spots already taken, and whether another is nearer to one of them than `apart` points."""

    def __init__(self, apart: float) -> None:
        self._apart = apart
        self._cells: dict[tuple[int, int], list[tuple[Spot, object]]] = defaultdict(list)

    def take(self, spot: Spot, departement: str) -> None:
        self._cells[self._cell(spot)].append((spot, panel_of(departement)))

    def taken_near(self, spot: Spot, departement: str) -> Spot | None:
        """The spot taken so near, in the territory of that département."""
        for taken, panel in self._around(spot):
            gap = (taken[0] - spot[0]) ** 2 + (taken[1] - spot[1]) ** 2
            if gap < self._apart**2 and panel is panel_of(departement):
                return taken
        return None

    def _cell(self, spot: Spot) -> tuple[int, int]:
        return int(spot[0] / self._apart), int(spot[1] / self._apart)

    def _around(self, spot: Spot) -> Iterator[tuple[Spot, object]]:
        column, row = self._cell(spot)
        for across in (column - 1, column, column + 1):
            for along in (row - 1, row, row + 1):
                yield from self._cells.get((across, along), ())
