"""A search on the map: a pin for each thing found, or for each commune where too much is."""

from collections.abc import Mapping
from dataclasses import replace

from impact_alliances.geo.origin import Origin
from impact_alliances.geo.places import Commune, gazetteer
from impact_alliances.geo.territories import of_commune
from impact_alliances.resources.kinds import KINDS
from impact_alliances.resources.published import Placed
from impact_alliances.search.bounds import COMMUNE
from impact_alliances.search.query import SearchQuery
from impact_alliances.urls import page_at
from impact_alliances.vocabularies import french
from impact_alliances.web.dependencies import WiredService
from impact_alliances.web.maps.drawing import Counted, FranceMap, draw
from impact_alliances.web.maps.pins import Pin
from impact_alliances.web.maps.views import VIEW
from impact_alliances.web.pages.addressing import SearchAddress

# Beyond, things found are not named one by one on a map.
MOST_NAMED = 1_200


def map_of(
    service: WiredService,
    query: SearchQuery,
    view: str,
    listed: SearchAddress,
    mapped: SearchAddress,
    *more: tuple[str, str],
) -> FranceMap:
    """The map of all that `query` finds. `listed` is where its list is, `mapped` where the map
    itself is, with `more` parameters of that page; `view` is the view asked for.
    """
    query = query.at(1)
    counts = service.finder.count(query, ["departement", "commune"])
    if counts.total <= MOST_NAMED:
        pins = _named(service, query)
    else:
        pins = _by_commune(query, counts.facets.get("commune", {}), listed)
    return draw(
        pins,
        what=named(query),
        address=lambda seen: mapped.of(query, *more, *([(VIEW, seen)] if seen else [])) + "#carte",
        view=view,
        origin=query.origin,
        rayon=query.rayon,
        departements=_departements(query, counts.facets["departement"], listed),
    )


def named(query: SearchQuery) -> tuple[str, str]:
    """What a search finds, one and several: « catalyseur », « catalyseurs »."""
    kinds = query.values("kind")
    return (KINDS[kinds[0]].one, KINDS[kinds[0]].many) if len(kinds) == 1 else ("fiche", "fiches")


def _departements(
    query: SearchQuery, counts: Mapping[str, int], listed: SearchAddress
) -> dict[str, Counted]:
    return {
        code: Counted(count, listed.of(query.choosing("departement", [code])))
        for code, count in counts.items()
    }


def _named(service: WiredService, query: SearchQuery) -> list[Pin]:
    """A pin for each thing found. The order is of no account: that of titles costs the least."""
    whole = replace(query, tri="titre", par_page=MOST_NAMED)
    communes = gazetteer().by_code
    return [
        Pin(commune, _told(one, commune, query.origin), page_at(one.kind, one.slug))
        for one in service.finder.placed(whole)
        if (commune := communes.get(one.commune))
    ]


def _told(one: Placed, commune: Commune, origin: Origin | None) -> str:
    """« Awa Le Goff, Morlaix, 47 km »."""
    km = origin.distance_to(commune.code) if origin else None
    away = "" if km is None else f", {french.kilometres(km)}"
    return f"{one.name}, {commune.name}{away}"


def _by_commune(query: SearchQuery, counts: Mapping[str, int], listed: SearchAddress) -> list[Pin]:
    """A pin for each commune, which leads to the list of what is there."""
    communes = gazetteer().by_code
    return [
        Pin(
            commune,
            f"{french.counted(count, *named(query))} {of_commune(commune).said}",
            listed.of(replace(query, near=code, rayon=COMMUNE, tri="")),
            count,
        )
        for code, count in counts.items()
        if (commune := communes.get(code))
    ]
