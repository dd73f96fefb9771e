"""The home page: one field over the map of the cases, four ways in, the fragilités with their
counts, the last Jeudi, the newest cases.
"""

from collections.abc import Collection
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup
from sqlmodel import Session

from impact_alliances import urls
from impact_alliances.db import reading
from impact_alliances.resources import published
from impact_alliances.resources.jeudi import Jeudi
from impact_alliances.resources.kinds import KINDS
from impact_alliances.search.query import SearchQuery
from impact_alliances.vocabularies import french
from impact_alliances.vocabularies.terms import FRAGILITES
from impact_alliances.web.cards import Card, card_of, hue_of
from impact_alliances.web.dependencies import WiredService
from impact_alliances.web.maps.vignettes import vignette
from impact_alliances.web.pages.addressing import ON_A_MAP
from impact_alliances.web.pages.place_field import PlaceField
from impact_alliances.web.presenting import Shown, shown
from impact_alliances.web.rendering import render

EXAMPLES = (
    "ma commune n’a plus de médecin",
    "des jeunes qui ne trouvent pas à se loger",
    "rompre la solitude des aînés",
    "covoiturage à la campagne",
)
# Fills rows of three, of two and of one.
NEWEST = 6
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Tile:
    """One fragilité: its cases, the address of their search, the hue of its group, and the length
    of its gauge in percent of the longest.
    """

    label: str
    count: int
    url: str
    hue: str
    percent: int


@dataclass(frozen=True)
class HomePage:
    """Context of `home.html`. `groups` are the groups of fragilités, each with its hue;
    `collections` are (label, count, url, sentence); `note` is the last Jeudi.
    """

    place: PlaceField
    examples: tuple[tuple[str, str], ...]
    map: Markup
    map_sentence: str
    map_url: str
    collections: tuple[tuple[str, int, str, str], ...]
    groups: tuple[tuple[str, str], ...]
    tiles: tuple[Tile, ...]
    note: Shown | None
    note_number: int | None
    cases: tuple[Card, ...]


@router.get(urls.HOME)
def home(request: Request, service: WiredService) -> HTMLResponse:
    cases = SearchQuery().choosing("kind", ["case"])
    counts = service.finder.count(cases, ["fragilite"])
    with reading(service.database) as session:
        communes = published.communes(session, KINDS["case"])
        note = next(iter(published.newest(session, KINDS["jeudi"], 1)), None)
        collections = _collections(session)
        page = HomePage(
            place=PlaceField(),
            examples=tuple((text, SearchQuery(q=text).url()) for text in EXAMPLES),
            map=vignette(communes),
            map_sentence=_map_sentence(collections[0][1], communes),
            map_url=ON_A_MAP.of(cases),
            collections=collections,
            groups=_groups(),
            tiles=_tiles(counts.facets["fragilite"]),
            note=shown(note) if note else None,
            note_number=note.number if isinstance(note, Jeudi) else None,
            cases=tuple(map(card_of, published.newest(session, KINDS["case"], NEWEST))),
        )
    return render(request, "home.html", page)


def _collections(session: Session) -> tuple[tuple[str, int, str, str], ...]:
    return tuple(
        (kind.tab, published.count(session, kind), urls.collection_page(kind), kind.promise)
        for kind in KINDS.values()
    )


def _map_sentence(cases: int, communes: Collection[str]) -> str:
    """« 1 068 cas dans 1 043 communes, dont 92 outre-mer », the text of the map."""
    overseas = sum(code.startswith(("97", "98")) for code in communes)
    where = french.counted(len(communes), "commune", "communes")
    told = f"{french.counted(cases, 'cas', 'cas')} dans {where}"
    return f"{told}, dont {french.number(overseas)} outre-mer" if overseas else told


def _groups() -> tuple[tuple[str, str], ...]:
    names = dict.fromkeys(term.group for term in FRAGILITES.terms)
    return tuple((name.removeprefix("Fragilités ").capitalize(), hue_of(name)) for name in names)


def _tiles(counts: dict[str, int]) -> tuple[Tile, ...]:
    most = max(counts.values(), default=0) or 1
    return tuple(
        Tile(
            term.label,
            counts.get(term.slug, 0),
            urls.search_with("fragilite", term.slug, "case"),
            hue_of(term.group),
            max(1, round(100 * counts.get(term.slug, 0) / most)),
        )
        for term in FRAGILITES.terms
    )
