"""The map of France, drawn as SVG: départements and what stands on them, all of them links.

The land has the points of the drawing; pins have the pixels of the screen, at a place told in
percent: they are as large on a phone as on a desk, however close the view.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from markupsafe import Markup, escape

from impact_alliances.geo.outlines import CLOSE, COUNTRY, VIGNETTE, outlines
from impact_alliances.geo.places import gazetteer
from impact_alliances.vocabularies import french
from impact_alliances.vocabularies.terms import DEPARTEMENTS
from impact_alliances.web.maps.panels import HEIGHT, WIDTH, panel_of
from impact_alliances.web.maps.pins import Cluster, Pin, Spot, clustered
from impact_alliances.web.maps.views import WHOLE, View

# From this zoom on, outlines are drawn as finely as they are known.
_FINE_FROM = 4


@dataclass(frozen=True)
class Counted:
    """A département on the map: how many things it has, and where they are listed."""

    count: int
    url: str


@dataclass(frozen=True)
class Move:
    """A way to another view: its name, its sign, its address; the view is already there without
    one.
    """

    name: str
    sign: str
    url: str


@dataclass(frozen=True)
class FranceMap:
    """Context of `_map.html`: the name of the map, the drawing, and the ways to other views."""

    label: str
    svg: Markup
    moves: tuple[Move, ...]


def draw(
    pins: Sequence[Pin],
    *,
    what: tuple[str, str],
    address: Callable[[str], str],
    view: str = "",
    origin: Spot | None = None,
    radius_km: float | None = None,
    departements: Mapping[str, Counted] | None = None,
) -> FranceMap:
    """The map of these pins. `what` names one of them and several (« catalyseur »,
    « catalyseurs »); `address` gives the address of the page with that value of its parameter
    `carte` (`views.VIEW`), `view` is the value asked for. Around `origin`, a circle of `radius_km`
    is drawn where one is told. `departements`, by code, become links.
    """
    seen = View.read(view) or _usual_view(origin, radius_km)
    label = f"Carte des {french.counted(sum(pin.count for pin in pins), *what)}"
    land = _land(seen, departements or {}, what)
    circle = _circle(origin, radius_km) if origin else ""
    marks = "".join(
        _pin(cluster.pins[0], seen)
        if len(cluster.pins) == 1
        else _cluster(cluster, seen, what, address)
        for cluster in clustered(pins, seen)
    )
    svg = _svg(seen, label, f"{land}{circle}", f"{_origin(origin, seen)}{marks}")
    return FranceMap(label, svg, _moves(seen, address))


def _usual_view(origin: Spot | None, radius_km: float | None) -> View:
    """All France, or what is around."""
    panel = panel_of(origin.departement) if origin else None
    if not origin or not origin.place or not panel:
        return WHOLE
    x, y = origin.place
    reach = (radius_km or 60) * panel.scale
    return View.holding([(x - reach, y - reach), (x + reach, y + reach)])


def _svg(view: View, label: str, land: str, marks: str) -> Markup:
    box = " ".join(f"{value:g}" for value in view.box)
    # Names were escaped one by one, the rest is numbers.
    return Markup(  # noqa: S704
        f'<svg class="france" width="{WIDTH}" height="{HEIGHT}" role="group" '
        f'aria-label="{escape(label)}"><svg class="terres" viewBox="{box}">{land}</svg>'
        f"{marks}</svg>"
    )


# -- the land -------------------------------------------------------------------------------------


@cache
def _shapes(detail: int) -> dict[str, str]:
    """The path of each département, in points of the drawing."""
    decimals = 1 if detail == CLOSE else 0
    return {
        code: "".join(_ring([panel.place(*point) for point in ring], decimals) for ring in rings)
        for code, rings in outlines(detail).items()
        if (panel := panel_of(code))
    }


def _ring(places: Sequence[tuple[float, float]], decimals: int) -> str:
    """A closed path through these places, each told from the one before."""
    grain = 10**decimals
    (x, y), *rest = dict.fromkeys((round(x * grain), round(y * grain)) for x, y in places)
    parts = [f"M{x / grain:g} {y / grain:g}l"]
    for after_x, after_y in rest:
        parts.append(f"{(after_x - x) / grain:g} {(after_y - y) / grain:g} ")
        x, y = after_x, after_y
    return f"{''.join(parts).strip().replace(' -', '-')}z" if rest else ""


@cache
def _boxes() -> dict[str, tuple[float, float, float, float]]:
    """The bounds of each département on the drawing: left, top, right, bottom."""
    found = {}
    for code, rings in outlines(COUNTRY).items():
        panel = panel_of(code)
        places = [panel.place(*point) for ring in rings for point in ring] if panel else []
        xs, ys = zip(*places, strict=True)
        found[code] = min(xs), min(ys), max(xs), max(ys)
    return found


def _in_view(code: str, view: View) -> bool:
    left, top, right, bottom = _boxes()[code]
    x, y, width, height = view.box
    return left <= x + width and right >= x and top <= y + height and bottom >= y


def _land(view: View, departements: Mapping[str, Counted], what: tuple[str, str]) -> str:
    shapes = _shapes(CLOSE if view.zoom >= _FINE_FROM else COUNTRY)
    return "".join(
        _departement(code, shape, departements.get(code), what)
        for code, shape in shapes.items()
        if _in_view(code, view)
    )


def _departement(code: str, shape: str, counted: Counted | None, what: tuple[str, str]) -> str:
    """Its outline, and its link where it has one. Out of the way of the Tab key: a filter of the
    list does the same.
    """
    name = DEPARTEMENTS.label_of(code)
    if not counted:
        return f'<path d="{shape}"><title>{escape(name)}</title></path>'
    told = escape(f"{name}, {french.counted(counted.count, *what)}")
    return (
        f'<a href="{escape(counted.url)}" tabindex="-1"><title>{told}</title>'
        f'<path d="{shape}"/></a>'
    )


# -- what stands on it ----------------------------------------------------------------------------


def _at(spot: Spot, view: View) -> tuple[str, str] | None:
    """Where it stands in the view, in percent; None where it is not shown."""
    if not spot.place or not view.shows(*spot.place):
        return None
    left, top, width, height = view.box
    x, y = spot.place
    return f"{(x - left) / width:.1%}", f"{(y - top) / height:.1%}"


def _pin(pin: Pin, view: View) -> str:
    x, y = _at(pin.spot, view) or ("", "")
    inside = _number(pin.count, x, y) if pin.count > 1 else ""
    return (
        f'<a class="epingle" href="{escape(pin.url)}"><title>{escape(pin.name)}</title>'
        f'<circle cx="{x}" cy="{y}" r="12"/>{inside}</a>'
    )


def _cluster(
    cluster: Cluster, view: View, what: tuple[str, str], address: Callable[[str], str]
) -> str:
    x, y = _at(cluster.spot, view) or ("", "")
    told = french.counted(cluster.count, *what)
    return (
        f'<a class="grappe" href="{escape(address(cluster.view.text))}">'
        f"<title>{escape(f'{told} autour de {cluster.spot.name}, agrandir')}</title>"
        f'<circle cx="{x}" cy="{y}" r="16"/>{_number(cluster.count, x, y)}</a>'
    )


def _number(count: int, x: str, y: str) -> str:
    return f'<text x="{x}" y="{y}" dy=".35em">{french.number(count)}</text>'


def _origin(origin: Spot | None, view: View) -> str:
    """A cross where one is."""
    at = _at(origin, view) if origin else None
    if not origin or not at:
        return ""
    x, y = at
    return (
        f'<svg class="ici" x="{x}" y="{y}"><title>{escape(origin.name)}</title>'
        '<path d="M-10 0h20M0-10v20"/></svg>'
    )


def _circle(origin: Spot, radius_km: float | None) -> str:
    panel = panel_of(origin.departement)
    if not radius_km or not origin.place or not panel:
        return ""
    x, y = origin.place
    return f'<circle class="rayon" cx="{x:.1f}" cy="{y:.1f}" r="{radius_km * panel.scale:.1f}"/>'


def _moves(view: View, address: Callable[[str], str]) -> tuple[Move, ...]:
    """Closer, farther, all France."""
    closer, farther = view.enlarged(2), view.enlarged(0.5)
    ways = (("Agrandir", "+", closer), ("Réduire", "−", farther), ("Toute la France", "", WHOLE))
    return tuple(
        Move(name, sign, "" if to == view else address(to.text)) for name, sign, to in ways
    )


# -- small maps -----------------------------------------------------------------------------------


@lru_cache(maxsize=2)
def outline_map(communes: frozenset[str]) -> Markup:
    """All of it, silent, with a point at each of these communes, by their INSEE codes; those that
    are nowhere are passed over.
    """
    known = (gazetteer().by_code.get(code) for code in communes)
    spots = (Spot.of(commune) for commune in known if commune)
    places = {spot.place for spot in spots if spot and spot.place}
    points = "".join(f"M{x} {y}h0" for x, y in sorted((round(x), round(y)) for x, y in places))
    shapes = "".join(_shapes(VIGNETTE).values())
    # Numbers only.
    return Markup(  # noqa: S704
        f'<svg class="vignette" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true" '
        f'focusable="false"><path class="terres" d="{shapes}"/><path class="points" '
        f'd="{points}"/></svg>'
    )
