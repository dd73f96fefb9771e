"""Around the place of a search: its hits parted by distance, and where to look when nobody is
near.
"""

from dataclasses import dataclass, replace

from impact_alliances.geo.nearness import MAINLAND
from impact_alliances.geo.origin import Origin
from impact_alliances.geo.places import gazetteer
from impact_alliances.geo.territories import of_departement
from impact_alliances.resources.kinds import KINDS, Kind
from impact_alliances.search.bounds import RAYONS, said_around
from impact_alliances.search.query import SearchQuery
from impact_alliances.search.results import Hit, Results
from impact_alliances.vocabularies import french
from impact_alliances.web.dependencies import WiredService
from impact_alliances.web.pages.addressing import SearchAddress
from impact_alliances.web.presenting import Link


@dataclass(frozen=True)
class Nobody:
    """What is said where nobody is near, and the wider searches that find somebody."""

    said: str
    wider: tuple[Link, ...]


def nobody_near(service: WiredService, found: Results, at: SearchAddress) -> Nobody | None:
    """What to say of an answer that has nobody near its place; None where it has, or has none.

    Without a radius an answer holds everybody: nobody is near when nobody is in the same territory.
    """
    query, origin = found.query, found.origin
    if not origin or (found.total if query.rayon else _has_somebody(found)):
        return None
    nearest = nearest_to(service, query)
    if not query.rayon and (nearest or not found.total):
        return None
    return Nobody(_said(query, origin, nearest), _wider(service, query, origin, at))


def _has_somebody(found: Results) -> bool:
    return any(hit.distance_km is not None for hit in found.hits)


def nearest_to(service: WiredService, query: SearchQuery) -> Hit | None:
    """The hit of a search that is nearest to its place, however far inside its territory."""
    first = replace(query, rayon="", tri="distance", page=1, par_page=1)
    hits = service.finder.find(first).hits
    return hits[0] if hits and hits[0].distance_km is not None else None


def parted(hits: tuple[Hit, ...]) -> tuple[tuple[Hit, ...], tuple[Hit, ...]]:
    """The hits whose distance is known, and those that are elsewhere, in the order they have."""
    near = tuple(hit for hit in hits if hit.distance_km is not None)
    return near, tuple(hit for hit in hits if hit.distance_km is None)


def _said(query: SearchQuery, origin: Origin, nearest: Hit | None) -> str:
    """« Aucun catalyseur à moins de 30 km. Le plus proche est à 47 km (Morlaix). »"""
    nobody = f"Aucun {_kind_of(query).one}"
    if query.q or any(facet != "kind" for facet, _ in query.filters):
        nobody += " ne réunit ces critères"
    if nearest is None:
        listed = "" if "critères" in nobody else " référencé"
        return f"{nobody}{listed} {_territory(origin)} à ce jour."
    where = said_around(origin, query.rayon).removesuffix(f" {origin.complement}")
    return f"{nobody} {where}. {_nearest_said(query, nearest)}"


def _nearest_said(query: SearchQuery, nearest: Hit) -> str:
    """Where the nearest is. What a radius leaves out by less than one tells is « à peine plus loin
    ».
    """
    told = french.kilometres(nearest.distance_km or 0)
    is_next = told == f"{query.rayon}{french.NO_BREAK_SPACE}km"
    there = gazetteer().by_code[nearest.resource.commune].name
    return f"Le plus proche est à {'peine plus loin' if is_next else told} ({there})."


def _kind_of(query: SearchQuery) -> Kind:
    return KINDS[query.values("kind")[0]]


def _territory(origin: Origin) -> str:
    """« en Guyane », « en métropole »: inside what one may be near."""
    is_mainland = origin.territory == MAINLAND
    return "en métropole" if is_mainland else of_departement(origin.territory).said


def _wider(
    service: WiredService, query: SearchQuery, origin: Origin, at: SearchAddress
) -> tuple[Link, ...]:
    """The same search in wider and wider surroundings, each with how many it finds."""
    kind, links = _kind_of(query), {}
    radiuses = list(RAYONS.by_slug)
    wider = radiuses[radiuses.index(query.rayon) + 1 :] if query.rayon else []
    for rayon in wider:
        larger = replace(query, rayon=rayon, page=1)
        count = service.finder.count(larger).total
        where = said_around(origin, rayon).removesuffix(f" {origin.complement}")
        if count:
            told = french.counted(count, kind.one, kind.many)
            links[where] = Link(f"{where[0].upper()}{where[1:]} : {told}", at.of(larger))
    return tuple(links.values())
