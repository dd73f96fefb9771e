"""The land: the outline of each département, a link where there is something to list."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache

from markupsafe import escape

from impact_alliances.geo.outlines import CLOSE, COUNTRY, VIGNETTE, outlines
from impact_alliances.vocabularies.terms import DEPARTEMENTS
from impact_alliances.web.maps.panels import Spot, panel_of, panels
from impact_alliances.web.maps.views import View

# What outlines are told in, by their detail, in points of the drawing: whole numbers weigh least.
GRAINS = {VIGNETTE: 3.0, COUNTRY: 1.0, CLOSE: 0.1}
# From this zoom on, outlines are drawn as finely as they are known.
_FINE_FROM = 4
# The name of a département's link, and where it leads; None where there is nothing to list.
Linked = Callable[[str], tuple[str, str] | None]
# Left, top, right, bottom, in points of the drawing.
Box = tuple[float, float, float, float]


def land(view: View, linked: Linked) -> str:
    """The départements that a view shows, and the frames of those overseas, as SVG in points of the
    drawing.
    """
    detail = CLOSE if view.zoom >= _FINE_FROM else COUNTRY
    shown = "".join(
        _departement(code, shape, linked(code))
        for code, shape in shapes_of(detail).items()
        if _meets(box_of([code]), view)
    )
    return f'<path class="cadres" d="{_frames()}"/>{scaled(shown, detail)}'


def scaled(shapes: str, detail: int) -> str:
    """Shapes told in grains, brought to the points of the drawing."""
    grain = GRAINS[detail]
    return shapes if grain == 1 else f'<g transform="scale({grain:g})">{shapes}</g>'


def _departement(code: str, shape: str, link: tuple[str, str] | None) -> str:
    """Out of the way of the Tab key: a filter of the list does the same."""
    if not link:
        return f'<g><title>{escape(DEPARTEMENTS.label_of(code))}</title><path d="{shape}"/></g>'
    name, url = link
    return (
        f'<a href="{escape(url)}" tabindex="-1"><title>{escape(name)}</title>'
        f'<path d="{shape}"/></a>'
    )


@cache
def shapes_of(detail: int) -> dict[str, str]:
    """The path of each département, at a detail of `outlines`, in whole grains of it."""
    return {
        code: "".join(_ring([panel.place(*point) for point in ring], detail) for ring in rings)
        for code, rings in outlines(detail).items()
        if (panel := panel_of(code))
    }


def _ring(spots: Sequence[Spot], detail: int) -> str:
    """A closed path through these, each told from the one before."""
    grain = GRAINS[detail]
    (x, y), *rest = dict.fromkeys((round(x / grain), round(y / grain)) for x, y in spots)
    parts = [f"M{x} {y}l"]
    for after_x, after_y in rest:
        parts.append(f"{after_x - x} {after_y - y} ")
        x, y = after_x, after_y
    return f"{''.join(parts).strip().replace(' -', '-')}z" if rest else ""


def box_of(codes: Iterable[str]) -> Box:
    """The bounds of these départements together."""
    lefts, tops, rights, bottoms = zip(*(_boxes()[code] for code in codes), strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


@cache
def _boxes() -> dict[str, Box]:
    found = {}
    for code, rings in outlines(COUNTRY).items():
        panel = panel_of(code)
        spots = [panel.place(*point) for ring in rings for point in ring] if panel else []
        xs, ys = zip(*spots, strict=True)
        found[code] = min(xs), min(ys), max(xs), max(ys)
    return found


def _meets(box: Box, view: View) -> bool:
    left, top, right, bottom = box
    x, y, width, height = view.box
    return left <= x + width and right >= x and top <= y + height and bottom >= y


@cache
def _frames() -> str:
    return "".join(
        f"M{panel.left + 4:g} {panel.top:g}h{panel.width - 8:g}v{panel.height:g}"
        f"h{8 - panel.width:g}z"
        for panel in panels()
        if panel.name
    )
