"""Around the place of a search: its hits parted by distance, and where to look when nobody is
near.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from impact_alliances.geo.globe import MAINLAND
from impact_alliances.geo.origin import Origin
from impact_alliances.geo.places import gazetteer
from impact_alliances.geo.territories import of_departement
from impact_alliances.resources.kinds import KINDS, Kind, key_of
from impact_alliances.resources.resource import Resource
from impact_alliances.search.bounds import RAYONS, said_around
from impact_alliances.search.query import SearchQuery
from impact_alliances.search.results import Hit, Results, distance_told
from impact_alliances.vocabularies import french
from impact_alliances.web.cards import Card, card_of
from impact_alliances.web.dependencies import WiredService
from impact_alliances.web.pages.addressing import SearchAddress
from impact_alliances.web.presenting import Link, away, serves
from impact_alliances.web.writing_to import with_contact

# What is further, in km, is not near: an hour and a half of road. A radius of a search.
FURTHEST = "100"


@dataclass(frozen=True)
class Nobody:
    """What is said where nobody is near, and the wider searches that find somebody."""

    said: str
    wider: tuple[Link, ...]


def nobody_near(service: WiredService, found: Results, at: SearchAddress) -> Nobody | None:
    """What to say of an answer that has nobody near its place; None where it has, or has no place,
    and where that cannot be said: of words that mean nothing, of an engine in trouble.

    Without a radius an answer holds everybody: nobody is near when nobody is in the same territory.
    """
    query, origin = found.query, found.origin
    if not origin or found.degraded or found.neighbours is not None:
        return None
    if found.total if query.rayon else _has_somebody(found):
        return None
    nearest = service.finder.nearest(query)
    if not query.rayon and (nearest or not found.total):
        return None
    return Nobody(_said(query, origin, nearest), _wider(service, found, nearest, at))


def _has_somebody(found: Results) -> bool:
    return any(hit.distance_km is not None for hit in found.hits)


def parted(hits: tuple[Hit, ...]) -> tuple[tuple[Hit, ...], tuple[Hit, ...]]:
    """The hits whose distance is known, and those that are elsewhere, in the order they have."""
    near = tuple(hit for hit in hits if hit.distance_km is not None)
    return near, tuple(hit for hit in hits if hit.distance_km is None)


def serving(service: WiredService, found: Results, limit: int) -> tuple[Card, ...]:
    """The cards of those who serve the place from elsewhere or from a distance, and are not among
    the hits near it. Without a radius, elsewhere is further than what may be called near.
    """
    query, origin = found.query, found.origin
    if not origin or query.page > 1:
        return ()
    near, _ = parted(found.hits)
    shown = {key_of(hit.resource) for hit in near}
    around = replace(query, rayon=query.rayon or FURTHEST)
    others = service.finder.serving(around, limit + len(shown))
    afar = [one for one in others if key_of(one) not in shown][:limit]
    return with_contact(service, ((one, _card(one, origin)) for one in afar))


def _card(resource: Resource, origin: Origin) -> Card:
    far = away(resource, distance_told(resource, origin), origin)
    return card_of(resource, why=serves(resource, origin.commune.departement), away=far)


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
    service: WiredService, found: Results, nearest: Hit | None, at: SearchAddress
) -> tuple[Link, ...]:
    """The same search in wider and wider surroundings, then everywhere, each with how many it
    finds.
    """
    query, kind, links = found.query, _kind_of(found.query), {}
    for where, wider in (*_surroundings(found), _everywhere(query, nearest)):
        count = service.finder.count(wider).total
        if count:
            told = french.counted(count, kind.one, kind.many)
            links[where] = Link(f"{where} : {told}", at.of(wider))
    return tuple(links.values())


def _surroundings(found: Results) -> Iterator[tuple[str, SearchQuery]]:
    """« À moins de 50 km », « En Bretagne »: the radiuses wider than that of a search."""
    query, origin, radiuses = found.query, found.origin, list(RAYONS.by_slug)
    if origin and query.rayon:
        for rayon in radiuses[radiuses.index(query.rayon) + 1 :]:
            where = said_around(origin, rayon).removesuffix(f" {origin.complement}")
            yield f"{where[0].upper()}{where[1:]}", replace(query, rayon=rayon, page=1)


def _everywhere(query: SearchQuery, nearest: Hit | None) -> tuple[str, SearchQuery]:
    """From the nearest on; where none is near at all, wherever they are."""
    if nearest:
        return "Partout, du plus proche au plus lointain", replace(query, rayon="", page=1)
    return "Partout ailleurs", replace(query, near="", page=1)
