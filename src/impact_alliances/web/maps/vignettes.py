"""Small maps, silent: what they show is written beside them."""

from collections.abc import Collection
from functools import lru_cache

from markupsafe import Markup

from impact_alliances.geo.outlines import VIGNETTE
from impact_alliances.geo.places import gazetteer
from impact_alliances.web.maps.land import scaled, shapes_of
from impact_alliances.web.maps.panels import Panel, Spot, panel_of, panels, spot_of
from impact_alliances.web.maps.views import WIDTH


@lru_cache(maxsize=256)
def vignette(communes: frozenset[str], departements: frozenset[str] = frozenset()) -> Markup:
    """France with a point at each of these communes, by their INSEE codes, those that are nowhere
    passed over, and these départements painted; a territory overseas alone where all is in it.
    """
    spots = _spots(communes)
    alone = _alone({*departements, *spots.values()})
    shapes = shapes_of(VIGNETTE)
    drawn = {code: shapes[code] for code in (alone.codes if alone else shapes)}
    land = "".join(shape for code, shape in drawn.items() if code not in departements)
    painted = "".join(shape for code, shape in drawn.items() if code in departements)
    points = "".join(f"M{x} {y}h0" for x, y in sorted({(round(x), round(y)) for x, y in spots}))
    left, top, width, height = _box(alone)
    paths = f'<path class="terres" d="{land}"/><path class="zone" d="{painted}"/>'
    # Numbers only.
    return Markup(  # noqa: S704
        f'<svg class="vignette{" seule" if alone else ""}" '
        f'viewBox="{left:g} {top:g} {width:g} {height:g}" aria-hidden="true" focusable="false">'
        f'{scaled(paths, VIGNETTE)}<path class="points" d="{points}"/></svg>'
    )


def _spots(communes: Collection[str]) -> dict[Spot, str]:
    """Where these communes are, each with its département."""
    known = (gazetteer().by_code.get(code) for code in communes)
    return {spot: one.departement for one in known if one and (spot := spot_of(one))}


def _alone(departements: Collection[str]) -> Panel | None:
    """The territory overseas that has all of these, if one does."""
    found = {panel_of(code) for code in departements}
    panel = found.pop() if len(found) == 1 else None
    return panel if panel and panel.name else None


def _box(alone: Panel | None) -> tuple[float, float, float, float]:
    if alone:
        return alone.left, alone.top, alone.width, alone.height
    # Without the names of the last row.
    return 0, 0, WIDTH, panels()[-1].top + panels()[-1].height
