"""The map of France, drawn as SVG: départements and what stands on them, all of them links. It
needs no script, and says nothing that a list beside it does not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from math import dist

from markupsafe import Markup, escape

from impact_alliances.geo.origin import Origin
from impact_alliances.search.bounds import KILOMETRES
from impact_alliances.vocabularies import french
from impact_alliances.vocabularies.terms import DEPARTEMENTS, REGION_OF
from impact_alliances.web.maps.land import box_of, land
from impact_alliances.web.maps.marks import Address, here, marks, names
from impact_alliances.web.maps.panels import Panel, Spot, panel_of, spot_of, spot_of_origin
from impact_alliances.web.maps.pins import Cluster, Pin, clustered
from impact_alliances.web.maps.views import HEIGHT, WHOLE, WIDTH, View

# Around a place, without a radius: the nearest things, and at the least so many kilometres.
_NEAREST, _LEAST_KM = 3, 15.0
# Part of its width by which a view is moved.
_STEP = 0.5


@dataclass(frozen=True)
class Counted:
    """What a département lists: how many things, and where."""

    count: int
    url: str


@dataclass(frozen=True)
class Move:
    """A way to another view: its slug, its name, its sign, its address."""

    slug: str
    name: str
    sign: str
    url: str


@dataclass(frozen=True)
class FranceMap:
    """Context of `_map.html`. `count` is how many are on the map, in view or not, `label` its name
    (« Carte des 12 catalyseurs »); `told` says how many are in view, empty where all are; `moves`
    are the ways to other views. For the script: `view` is the one that is drawn, and `address` that
    of any other, in which `VUE` stands for it.
    """

    count: int
    label: str
    told: str
    svg: Markup
    moves: tuple[Move, ...]
    view: str
    address: str


def draw(
    pins: Sequence[Pin],
    *,
    what: tuple[str, str],
    address: Address,
    view: str = "",
    origin: Origin | None = None,
    rayon: str = "",
    departements: Mapping[str, Counted] | None = None,
) -> FranceMap:
    """The map of these pins. `what` names one of them and several (« catalyseur »,
    « catalyseurs »); `address` gives the address of the page with that value of its parameter
    `carte` (`views.VIEW`), `view` is the value asked for: where it tells none, what lies around
    `origin` is shown, else all France. `rayon` is that of the search. `departements`, by code,
    become links.
    """
    usual = _usual_view(pins, origin, rayon)
    seen = View.read(view) or usual
    clusters = clustered(pins, seen)
    count = sum(pin.count for pin in pins)
    label = _label(count, what)
    ground = land(seen, lambda code: _link_of(code, departements or {}, what))
    around, cross = (_circle(origin, rayon), here(origin, seen)) if origin else ("", "")
    towns = names(seen, _taken(clusters, origin))
    above = "".join([towns, cross, *marks(clusters, seen, what, address)])
    return FranceMap(
        count=count,
        label=label,
        told=_told(clusters, what) if seen != WHOLE else "",
        svg=_svg(seen, label, ground + around, above),
        moves=_moves(seen, usual, address),
        view=seen.text,
        address=address("VUE"),
    )


def _taken(clusters: Sequence[Cluster], origin: Origin | None) -> set[Spot]:
    """Where something stands."""
    center = spot_of_origin(origin) if origin else None
    return {cluster.spot for cluster in clusters} | ({center} if center else set())


def _label(count: int, what: tuple[str, str]) -> str:
    """« Carte des 12 catalyseurs », « Carte : 1 catalyseur »."""
    link = " des" if count > 1 else f"{french.NO_BREAK_SPACE}:"
    return f"Carte{link} {french.counted(count, *what)}"


def _link_of(
    code: str, departements: Mapping[str, Counted], what: tuple[str, str]
) -> tuple[str, str] | None:
    """« Côtes-d’Armor, 12 catalyseurs »."""
    counted = departements.get(code)
    if not counted or not counted.count:
        return None
    name = DEPARTEMENTS.label_of(code)
    return f"{name}, {french.counted(counted.count, *what)}", counted.url


def _told(clusters: Sequence[Cluster], what: tuple[str, str]) -> str:
    count = sum(cluster.count for cluster in clusters)
    return f"Dans cette vue{french.NO_BREAK_SPACE}: {french.counted(count, *what)}."


def _svg(view: View, label: str, ground: str, above: str) -> Markup:
    box = " ".join(f"{value:g}" for value in view.box)
    # Names were escaped one by one, the rest is numbers.
    return Markup(  # noqa: S704
        f'<svg class="france" width="{WIDTH}" height="{HEIGHT}" role="group" '
        f'aria-label="{escape(label)}">'
        f'<svg class="terres" role="none" viewBox="{box}">{ground}</svg>{above}</svg>'
    )


# -- what is around -------------------------------------------------------------------------------


def _usual_view(pins: Sequence[Pin], origin: Origin | None, rayon: str) -> View:
    spot = spot_of_origin(origin) if origin else None
    panel = panel_of(origin.commune.departement) if origin else None
    if not origin or not spot or not panel:
        return WHOLE
    if rayon in ("departement", "region"):
        left, top, right, bottom = box_of(_territory(origin.commune.departement, rayon))
        return View.holding([(left, top), (right, bottom)])
    reach = _reach(spot, panel, rayon, pins)
    x, y = spot
    return View.holding([(x - reach, y - reach), (x + reach, y + reach)])


def _territory(departement: str, rayon: str) -> list[str]:
    """The codes of the département, or of all those of its région."""
    if rayon == "departement":
        return [departement]
    return [code for code, region in REGION_OF.items() if region == REGION_OF[departement]]


def _reach(spot: Spot, panel: Panel, rayon: str, pins: Sequence[Pin]) -> float:
    """How far a view is to show, in points: to the radius, or to the nearest things."""
    if rayon in KILOMETRES:
        return float(rayon) * panel.scale
    spots = (spot_of(pin.commune) for pin in pins if panel_of(pin.commune.departement) is panel)
    nearest = nsmallest(_NEAREST, (dist(spot, one) for one in spots if one))
    return max(_LEAST_KM * panel.scale, *nearest, 0.0)


def _circle(origin: Origin, rayon: str) -> str:
    """The radius around a place."""
    spot, panel = spot_of_origin(origin), panel_of(origin.commune.departement)
    if rayon not in KILOMETRES or not spot or not panel:
        return ""
    x, y = spot
    return (
        f'<circle class="portee" cx="{x:.1f}" cy="{y:.1f}" r="{float(rayon) * panel.scale:.1f}"/>'
    )


# -- other views ----------------------------------------------------------------------------------


def _moves(view: View, usual: View, address: Address) -> tuple[Move, ...]:
    """Closer, farther, to each side, all France: those that lead elsewhere."""
    ways = (
        ("agrandir", "Agrandir", "+", view.enlarged(2)),
        ("reduire", "Réduire", "−", view.enlarged(0.5)),
        ("nord", "Vers le nord", "↑", view.moved(0, -_STEP)),
        ("sud", "Vers le sud", "↓", view.moved(0, _STEP)),
        ("ouest", "Vers l’ouest", "←", view.moved(-_STEP, 0)),
        ("est", "Vers l’est", "→", view.moved(_STEP, 0)),
        ("france", "Toute la France", "", WHOLE),
    )
    return tuple(
        Move(slug, name, sign, address("" if to == usual else to.text))
        for slug, name, sign, to in ways
        if to != view
    )
