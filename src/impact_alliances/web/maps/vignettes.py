"""Small maps, silent: what they show is written beside them."""

from collections.abc import Collection
from functools import lru_cache

from markupsafe import Markup

from impact_alliances.geo.outlines import VIGNETTE
from impact_alliances.geo.places import gazetteer
from impact_alliances.web.maps.land import shapes_of
from impact_alliances.web.maps.panels import spot_of
from impact_alliances.web.maps.views import HEIGHT, WIDTH


@lru_cache(maxsize=128)
def vignette(communes: frozenset[str], departements: frozenset[str] = frozenset()) -> Markup:
    """France with a point at each of these communes, by their INSEE codes, those that are nowhere
    passed over; and these départements painted.
    """
    shapes = shapes_of(VIGNETTE)
    land = "".join(shape for code, shape in shapes.items() if code not in departements)
    painted = "".join(shapes.get(code, "") for code in sorted(departements))
    # Numbers only.
    return Markup(  # noqa: S704
        f'<svg class="vignette" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true" '
        f'focusable="false"><path class="terres" d="{land}"/>'
        + (f'<path class="zone" d="{painted}"/>' if painted else "")
        + f'<path class="points" d="{_points(communes)}"/></svg>'
    )


def _points(communes: Collection[str]) -> str:
    known = (gazetteer().by_code.get(code) for code in communes)
    spots = {spot for commune in known if commune and (spot := spot_of(commune))}
    return "".join(f"M{x} {y}h0" for x, y in sorted({(round(x), round(y)) for x, y in spots}))
