"""A search on the map: all of what it finds that has a place, whatever the page of its list."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from impact_alliances import urls
from impact_alliances.search.query import FILTERS, SearchQuery
from impact_alliances.vocabularies import french
from impact_alliances.vocabularies.terms import DEPARTEMENTS
from impact_alliances.web.dependencies import WiredService
from impact_alliances.web.maps.drawing import FranceMap
from impact_alliances.web.pages.addressing import EVERYTHING, ON_A_MAP, Asked
from impact_alliances.web.pages.mapping import map_of, named
from impact_alliances.web.presenting import Link
from impact_alliances.web.rendering import render

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class SearchMapPage:
    """Context of `search_map.html`. `placed` says how many have a place; `kinds` are the same
    search of each kind, with whether it is the present one; `departements` say in words what the
    map shows.
    """

    sentence: str
    notices: tuple[str, ...]
    placed: str
    kinds: tuple[tuple[Link, bool], ...]
    map: FranceMap
    departements: tuple[Link, ...]
    list_url: str
    canonical: str


@router.get(urls.SEARCH_MAP)
def search_map(request: Request, service: WiredService) -> Response:
    asked = Asked.of(request, ON_A_MAP)
    if asked.elsewhere:
        return asked.elsewhere
    url = asked.url(ON_A_MAP)
    return render(
        request, "search_map.html", _page(service, asked, url), headers={"HX-Push-Url": url}
    )


def _page(service: WiredService, asked: Asked, url: str) -> SearchMapPage:
    query = asked.query.at(1)
    counts = service.finder.count(query, ["kind", "departement"])
    drawn = map_of(service, query, asked.view, EVERYTHING, ON_A_MAP)
    return SearchMapPage(
        sentence=query.sentence(counts.total),
        notices=asked.notices,
        placed=_placed(query, counts.total, drawn.count),
        kinds=_kinds(query, counts.facets["kind"]),
        map=drawn,
        departements=_departements(query, counts.facets["departement"]),
        list_url=EVERYTHING.of(query),
        canonical=url,
    )


def _placed(query: SearchQuery, total: int, placed: int) -> str:
    """« 310 des 412 fiches ont un lieu et sont sur la carte. »"""
    if not placed:
        return "Rien n’a de lieu à montrer sur la carte."
    if placed == total:
        return "Tout ce qui est trouvé est sur la carte."
    have = "ont un lieu et sont" if placed > 1 else "a un lieu et est"
    told = french.counted(total, *named(query))
    return f"{french.number(placed)} des {told} {have} sur la carte."


def _kinds(query: SearchQuery, counts: dict[str, int]) -> tuple[tuple[Link, bool], ...]:
    chosen = query.values("kind")
    offered: list[tuple[str, int, tuple[str, ...]]] = [("Tout", sum(counts.values()), ())]
    offered += [
        (term.label, counts.get(term.slug, 0), (term.slug,)) for term in FILTERS["kind"].terms
    ]
    return tuple(
        (
            Link(f"{label} ({french.number(count)})", ON_A_MAP.of(query.choosing("kind", kinds))),
            kinds == chosen,
        )
        for label, count, kinds in offered
    )


def _departements(query: SearchQuery, counts: dict[str, int]) -> tuple[Link, ...]:
    """« Côtes-d’Armor (12) », in the order of their codes."""
    return tuple(
        Link(
            f"{DEPARTEMENTS.label_of(code)} ({french.number(counts[code])})",
            EVERYTHING.of(query.choosing("departement", [code])),
        )
        for code in sorted(counts)
    )
