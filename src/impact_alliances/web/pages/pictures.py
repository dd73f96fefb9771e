"""The picture by which a sheet is shared: its title and its figure, drawn as PNG."""

import textwrap
from functools import lru_cache
from typing import Annotated
from xml.sax.saxutils import escape

import resvg_py
from fastapi import APIRouter, Path
from fastapi.responses import Response

from impact_alliances import urls
from impact_alliances.db import reading
from impact_alliances.errors import NotFound
from impact_alliances.resources import published
from impact_alliances.resources.case import Case
from impact_alliances.resources.kinds import BY_COLLECTION, kind_of
from impact_alliances.resources.resource import Resource
from impact_alliances.web.dependencies import WiredService
from impact_alliances.web.figures import PAPER, picture, profiles_of, sentence
from impact_alliances.web.fonts import FACES, source_of
from impact_alliances.web.presenting import place_of
from impact_alliances.web.xml import writable

# What those who show links ask for, in pixels.
WIDTH, HEIGHT = 1_200, 630
# How the title is set: signs in a line, lines at most.
_LINE, _LINES = 26, 6
# A sheet may change, and its picture with it: kept a day.
_KEPT = {"Cache-Control": "public, max-age=86400"}
_INK, _GREY, _BACKGROUND = "#24201b", "#5f574d", "#faf7f1"
# Sheets of the other kinds have the mark of the base.
_MARK = (
    '<circle cx="34" cy="50" r="29" fill="#9a3c1a" fill-opacity=".9"/>'
    '<circle cx="66" cy="50" r="29" fill="#1f5a4c" fill-opacity=".85"/>'
)
router = APIRouter(include_in_schema=False)


@router.get(urls.PICTURES)
def shared(
    service: WiredService, collection: str, identifier: Annotated[str, Path(max_length=64)]
) -> Response:
    kind = BY_COLLECTION.get(collection)
    if kind is None:
        raise NotFound("Aucune image à cette adresse.")
    with reading(service.database) as session:
        resource = published.by_id(session, kind, identifier)
    return Response(_png(_drawing(resource)), media_type="image/png", headers=_KEPT)


def _drawing(resource: Resource) -> str:
    """The picture as SVG."""
    profiles = profiles_of(resource) if isinstance(resource, Case) else ()
    kind = kind_of(resource).one.capitalize()
    place = place_of(resource)
    lines = textwrap.wrap(resource.title, _LINE, max_lines=_LINES, placeholder=" …")
    title = "".join(_text(80, 250 + 62 * row, 54, line) for row, line in enumerate(lines))
    figure = picture(profiles) if profiles else _MARK
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{_BACKGROUND}"/>'
        f'<rect width="{WIDTH}" height="14" fill="#9a3c1a"/>'
        f'<svg x="76" y="58" width="60" height="60" viewBox="0 0 100 100">{_MARK}</svg>'
        f"{_text(150, 100, 34, 'IMPACT-Alliances')}"
        f"{_text(80, 178, 28, ' · '.join(filter(None, (kind, place))), _GREY)}{title}"
        f"{_text(80, 598, 26, sentence(profiles), _GREY)}"
        f'<circle cx="960" cy="315" r="225" fill="{PAPER}"/>'
        f'<svg x="750" y="105" width="420" height="420" viewBox="0 0 100 100">{figure}</svg>'
        "</svg>"
    )


def _text(x: int, y: int, size: int, text: str, colour: str = _INK) -> str:
    family = "Source Serif 4" if size > 30 else "Source Sans 3"
    return (
        f'<text x="{x}" y="{y}" font-family="\'{family}\'" font-size="{size}" '
        f'font-weight="{600 if size > 30 else 400}" fill="{colour}">'
        f"{escape(writable(text))}</text>"
    )


@lru_cache(maxsize=64)
def _png(drawing: str) -> bytes:
    """A drawing as PNG; 30 ms, spared to those shared often."""
    fonts = [str(source_of(face)) for face in FACES.values()]
    drawn: bytes = resvg_py.svg_to_bytes(
        svg_string=drawing, width=WIDTH, font_files=fonts, skip_system_fonts=True
    )
    return bytes(drawn)
