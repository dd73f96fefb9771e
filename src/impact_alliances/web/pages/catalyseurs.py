"""The page where one finds a catalyseur: the search of that kind, at an address of its own."""

from dataclasses import dataclass, replace

from fastapi import APIRouter, Request
from fastapi.responses import Response

from impact_alliances.resources.kinds import KINDS, Kind
from impact_alliances.search.query import SearchQuery
from impact_alliances.search.results import Hit, Results
from impact_alliances.vocabularies import french
from impact_alliances.vocabularies.terms import REGIONS
from impact_alliances.web.cards import Card
from impact_alliances.web.dependencies import WiredService
from impact_alliances.web.maps.drawing import FranceMap
from impact_alliances.web.pages.addressing import AS_A_MAP, CATALYSEURS, Asked
from impact_alliances.web.pages.facets import counted
from impact_alliances.web.pages.mapping import map_of
from impact_alliances.web.pages.nearby import Nobody, nobody_near, parted, serving
from impact_alliances.web.pages.search import Group, SearchPage, answered, card_of_hit, pushed
from impact_alliances.web.presenting import Link
from impact_alliances.web.rendering import render
from impact_alliances.web.writing_to import with_contact

# What tells one person from another. A search may have other filters: they are told all the same.
FACETS = ("fragilite", "acteur", "metier", "region", "departement")
# Whoever serves the place from elsewhere, shown apart.
SERVING = 4
KIND = KINDS["catalyseur"]
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class CatalyseursPage(SearchPage):
    """Context of `catalyseurs.html` and of its block `recherche`: that of a search, and what only
    people have.

    While nothing is asked, `regions` lead to those of each région, in metropolitan France and
    overseas. `nobody` is what is said where nobody is near, `serving` are those who come from
    elsewhere. `map` shows all of the list, whatever its page; `views` are the two of them, `is_map`
    tells which one fills a phone.
    """

    kind: Kind
    is_start: bool
    regions: tuple[tuple[str, tuple[Link, ...]], ...]
    nobody: Nobody | None
    serving: tuple[Card, ...]
    map: FranceMap | None
    views: tuple[Link, ...]
    is_map: bool


@router.get(CATALYSEURS.path)
def catalyseurs(request: Request, service: WiredService) -> Response:
    asked = Asked.of(request, CATALYSEURS)
    if asked.elsewhere:
        return asked.elsewhere
    found, page = answered(service, asked, CATALYSEURS)
    headers = pushed(request, asked.url(CATALYSEURS))
    shown = _page(service, asked, found, page)
    return render(request, "catalyseurs.html", shown, block="recherche", headers=headers)


def _page(service: WiredService, asked: Asked, found: Results, page: SearchPage) -> CatalyseursPage:
    nobody = nobody_near(service, found, CATALYSEURS)
    is_start = _asks_nothing(found.query)
    return CatalyseursPage(
        **vars(_of_people(service, found, page, nobody)),
        kind=KIND,
        is_start=is_start,
        regions=_regions(found) if is_start else (),
        nobody=nobody,
        serving=serving(service, found, SERVING),
        map=_map(service, asked) if found.total and not nobody else None,
        views=_views(asked),
        is_map=asked.is_map,
    )


def _map(service: WiredService, asked: Asked) -> FranceMap:
    """All of them, whatever the page of the list."""
    more = [AS_A_MAP] if asked.is_map else []
    return map_of(service, asked.query, asked.view, CATALYSEURS, CATALYSEURS, *more)


def _asks_nothing(query: SearchQuery) -> bool:
    return query == SearchQuery().choosing("kind", [KIND.slug])


def _of_people(
    service: WiredService, found: Results, page: SearchPage, nobody: Nobody | None
) -> SearchPage:
    """The page of a search, as one looks for people: few facets, those elsewhere apart; no list
    where nobody is near.
    """
    facets = tuple(facet for facet in page.facets if facet.name in FACETS)
    if nobody and not found.query.rayon:
        sentence = nobody.said.removesuffix(".")
        return replace(
            page,
            facets=facets,
            title=f"{sentence} — IMPACT-Alliances",
            sentence=sentence,
            announcement=nobody.said,
            groups=(),
            pages=(),
        )
    title = f"{KIND.heading} — IMPACT-Alliances" if _asks_nothing(found.query) else page.title
    ways = {link.url for link in nobody.wider} if nobody else set()
    return replace(
        page,
        title=title,
        facets=facets,
        groups=_groups(service, found),
        reliefs=tuple(link for link in page.reliefs if link.url not in ways),
    )


def _groups(service: WiredService, found: Results) -> tuple[Group, ...]:
    """Those whose distance is known, then those who are elsewhere; one list without a place."""
    near, elsewhere = parted(found.hits) if found.origin else (found.hits, ())
    shown = (("", near), ("Ailleurs", elsewhere))
    return tuple(
        Group("", heading, _cards(service, found, hits), None) for heading, hits in shown if hits
    )


def _cards(service: WiredService, found: Results, hits: tuple[Hit, ...]) -> tuple[Card, ...]:
    return with_contact(service, ((hit.resource, card_of_hit(hit, found)) for hit in hits))


def _regions(found: Results) -> tuple[tuple[str, tuple[Link, ...]], ...]:
    counts = {value: count for value, count, _ in counted(found, "region") if count}
    names = dict.fromkeys(term.group for term in REGIONS.terms)
    return tuple(
        (
            name,
            tuple(
                Link(
                    f"{term.label} ({french.number(counts[term.slug])})",
                    CATALYSEURS.of(found.query.choosing("region", [term.slug])),
                )
                for term in REGIONS.terms
                if term.group == name and term.slug in counts
            ),
        )
        for name in names
    )


def _views(asked: Asked) -> tuple[Link, ...]:
    return (
        Link("Liste", CATALYSEURS.of(asked.query)),
        Link("Carte", CATALYSEURS.of(asked.query, AS_A_MAP)),
    )
