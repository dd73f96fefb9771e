"""The home page: what the base is, one field, counts by fragilité, the week's Jeudi, the newest
cases.
"""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from impact_alliances import db, urls
from impact_alliances.resources import reading
from impact_alliances.resources.jeudi import Jeudi
from impact_alliances.resources.kinds import KINDS
from impact_alliances.resources.resource import Resource
from impact_alliances.search.query import SearchQuery
from impact_alliances.vocabularies.terms import FRAGILITES
from impact_alliances.web.dependencies import WiredService
from impact_alliances.web.presenting import Shown, shown
from impact_alliances.web.rendering import render

EXAMPLES = (
    "ma commune n’a plus de médecin",
    "des jeunes qui ne trouvent pas à se loger",
    "rompre la solitude des aînés",
    "covoiturage à la campagne",
)
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Gauge:
    """One fragilité: its cases, the address of their search, and the length of its gauge in percent
    of the longest.
    """

    label: str
    count: int
    url: str
    percent: int


@dataclass(frozen=True)
class HomePage:
    """Context of `home.html`. `groups` lists the gauges by group; `collections` are (label, count,
    url, sentence); `cases` come with the label of their first fragilité.
    """

    examples: tuple[tuple[str, str], ...]
    collections: tuple[tuple[str, int, str, str], ...]
    groups: tuple[tuple[str, tuple[Gauge, ...]], ...]
    jeudi: Shown | None
    jeudi_number: int | None
    cases: tuple[tuple[Shown, str], ...]


@router.get(urls.HOME)
def home(request: Request, service: WiredService) -> HTMLResponse:
    counts = service.finder.count(SearchQuery().choosing("kind", ["case"]), ["fragilite"])
    with db.reading(service.database) as session:
        note = next(iter(reading.newest(session, KINDS["jeudi"], 1)), None)
        page = HomePage(
            examples=tuple((text, SearchQuery(q=text).url()) for text in EXAMPLES),
            collections=_collections(session),
            groups=_groups(counts.facets["fragilite"]),
            jeudi=shown(note) if note else None,
            jeudi_number=note.number if isinstance(note, Jeudi) else None,
            cases=tuple(
                (shown(case), _first_fragilite(case))
                for case in reading.newest(session, KINDS["case"], 6)
            ),
        )
    return render(request, "home.html", page)


def _first_fragilite(case: Resource) -> str:
    return FRAGILITES.label_of(case.fragilites[0]) if case.fragilites else ""


def _collections(session: Session) -> tuple[tuple[str, int, str, str], ...]:
    return tuple(
        (kind.tab, reading.count(session, kind), urls.collection_page(kind), kind.promise)
        for kind in KINDS.values()
    )


def _groups(counts: dict[str, int]) -> tuple[tuple[str, tuple[Gauge, ...]], ...]:
    most = max(counts.values(), default=0) or 1
    groups: dict[str, list[Gauge]] = {}
    for term in FRAGILITES.terms:
        count = counts.get(term.slug, 0)
        gauge = Gauge(
            term.label,
            count,
            urls.search_with("fragilite", term.slug, "case"),
            max(1, round(100 * count / most)),
        )
        groups.setdefault(term.group, []).append(gauge)
    return tuple((name, tuple(gauges)) for name, gauges in groups.items())
