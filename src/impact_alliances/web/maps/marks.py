"""What is drawn over the land: pins and clusters, the names of towns and territories, where one
looks from.

A mark has the pixels of the screen, at a spot told in percent of the view: it is as large on a
phone as on a desk, however close the view.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from math import cos, pi, sin

from markupsafe import escape

from impact_alliances.geo.origin import Origin
from impact_alliances.geo.territories import of_commune
from impact_alliances.vocabularies import french
from impact_alliances.web.maps.panels import Spot, panels, spot_of_origin
from impact_alliances.web.maps.pins import APART, Cluster, Pin
from impact_alliances.web.maps.towns import Written, landmark, written
from impact_alliances.web.maps.views import View

# Pixels between those that share a spot.
_SPREAD = 30
# A drop whose tip is the spot, a square for all that is in a commune, and the disc of a cluster,
# wider as it counts more.
_DROP = "M0 0c-3-7-10-10-10-18a10 10 0 0 1 20 0c0 8-7 11-10 18zm-4-18a4 4 0 0 0 8 0a4 4 0 0 0-8 0z"
_SQUARE = "M-13-13h26v26h-26z"
_DISCS = ((10, 14), (100, 17), (1_000, 21))
_WIDEST = 25
# What is pressed: never less than 24 pixels.
_TARGET = '<circle class="cible" r="15"/>'
# The URL of a view, by its text.
Address = Callable[[str], str]


def marks(
    clusters: Iterable[Cluster], view: View, what: tuple[str, str], address: Address
) -> Iterator[str]:
    """Each cluster, a link to the view that parts it; each pin, one to what it is."""
    for cluster in clusters:
        closer = view if len(cluster.pins) == 1 else cluster.nearer(view)
        if closer == view:
            yield from _pins(cluster, view)
        else:
            drawn = _cluster(cluster, _said(cluster, view, what), address(closer.text))
            yield _placed(cluster.spot, view, drawn)


def _pins(cluster: Cluster, view: View) -> Iterator[str]:
    """Those that no view parts, around the spot they share."""
    for pin, offset in zip(cluster.pins, _offsets(len(cluster.pins)), strict=True):
        yield _placed(cluster.spot, view, _pin(pin), offset)


def _placed(spot: Spot, view: View, drawn: str, offset: tuple[int, int] = (0, 0)) -> str:
    across, along = view.share(*spot)
    moved = f'<g transform="translate({offset[0]} {offset[1]})">{drawn}</g>'
    return (
        f'<svg role="none" x="{across:.1%}" y="{along:.1%}">{moved if any(offset) else drawn}</svg>'
    )


def _offsets(count: int) -> list[tuple[int, int]]:
    """Where things that share a spot stand around it, in pixels: one in the middle, six around it,
    twelve around these…
    """
    places, ring = [(0, 0)], 1
    while len(places) < count:
        angles = (2 * pi * step / (6 * ring) for step in range(6 * ring))
        places += [
            (round(cos(angle) * ring * _SPREAD), round(sin(angle) * ring * _SPREAD))
            for angle in angles
        ]
        ring += 1
    return places[:count]


def _pin(pin: Pin) -> str:
    is_lot = pin.count > 1
    inside = f'<path d="{_SQUARE if is_lot else _DROP}"/>' + (_number(pin.count) if is_lot else "")
    return (
        f'<a class="{"lot" if is_lot else "epingle"}" href="{escape(pin.url)}">'
        f"<title>{escape(pin.name)}</title>{_TARGET}{inside}</a>"
    )


def _cluster(cluster: Cluster, said: str, url: str) -> str:
    radius = next((radius for most, radius in _DISCS if cluster.count < most), _WIDEST)
    return (
        f'<a class="grappe" href="{escape(url)}"><title>{escape(said)}</title>'
        f'<circle r="{radius}"/>{_number(cluster.count)}</a>'
    )


def _said(cluster: Cluster, view: View, what: tuple[str, str]) -> str:
    """« 4 catalyseurs autour de Rennes, agrandir »."""
    if cluster.is_one_commune:
        where = of_commune(cluster.commune).said
    else:
        town = landmark(cluster.commune, APART / view.zoom / 4)
        where = f"autour {of_commune(town).complement}"
    return f"{french.counted(cluster.count, *what)} {where}, agrandir"


def _number(count: int) -> str:
    return f'<text dy=".35em">{french.number(count)}</text>'


def here(origin: Origin, view: View) -> str:
    """A cross where distances are told from."""
    spot = spot_of_origin(origin)
    if not spot or not view.shows(*spot):
        return ""
    cross = (
        f'<g class="ici"><title>{escape(f"Vous cherchez {origin.beside}")}</title>'
        '<path d="M-11 0h22M0-11v22"/></g>'
    )
    return _placed(spot, view, cross)


def names(view: View, taken: Collection[Spot]) -> str:
    """The names of the territories overseas and of the largest towns, beside what stands on the
    spots taken: seen, not read, the links say more.
    """
    drawn = [*_territories(view), *(_name(one, view) for one in written(view, taken))]
    return f'<g aria-hidden="true">{"".join(drawn)}</g>' if drawn else ""


def _name(one: Written, view: View) -> str:
    across, along = view.share(*one.spot)
    return (
        f'<text class="ville" x="{across:.1%}" y="{along:.1%}" dy="{0.35 + 2 * one.line:g}em">'
        f"{escape(one.name)}</text>"
    )


def _territories(view: View) -> Iterator[str]:
    for panel in panels():
        below = panel.left + panel.width / 2, panel.top + panel.height
        if panel.name and view.shows(*below):
            across, along = (f"{share:.1%}" for share in view.share(*below))
            lines = "".join(
                f'<tspan x="{across}" dy="1.15em">{escape(line)}</tspan>' for line in panel.name
            )
            yield f'<text class="outre-mer" x="{across}" y="{along}">{lines}</text>'
