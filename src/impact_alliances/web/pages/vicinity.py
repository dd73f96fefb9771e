"""What is near the place of a sheet: who to call near a case, what was done near a catalyseur."""

from dataclasses import dataclass, replace

from impact_alliances.geo.origin import Origin
from impact_alliances.resources.case import Case
from impact_alliances.resources.catalyseur import Catalyseur
from impact_alliances.resources.kinds import key_of
from impact_alliances.resources.resource import Resource
from impact_alliances.search.query import SearchQuery
from impact_alliances.search.results import distance_told
from impact_alliances.search.similar import shared_fragilite
from impact_alliances.web.cards import Card, card_of
from impact_alliances.web.dependencies import WiredService
from impact_alliances.web.pages.addressing import CATALYSEURS, EVERYTHING
from impact_alliances.web.pages.nearby import FURTHEST
from impact_alliances.web.presenting import Link, away, serves
from impact_alliances.web.writing_to import with_contact

# How many are shown beside a sheet.
CONTACTS, CASES = 2, 3


@dataclass(frozen=True)
class Vicinity:
    """What is near a sheet, under its heading, and the search of all there is, if there is one."""

    heading: str
    cards: tuple[Card, ...]
    all: Link | None = None


NOTHING = Vicinity("", ())


def vicinity_of(service: WiredService, resource: Resource) -> Vicinity:
    """Catalyseurs near a case, the nearest first, then those who serve it; cases near a catalyseur;
    nothing near the other kinds.
    """
    if isinstance(resource, Case):
        return _catalyseurs(service, resource)
    return _cases(service, resource) if isinstance(resource, Catalyseur) else NOTHING


def _catalyseurs(service: WiredService, case: Case) -> Vicinity:
    query = SearchQuery(near=case.commune).choosing("kind", ["catalyseur"])
    found = _nearest(service, query, CONTACTS)
    if len(found) < CONTACTS:
        found += service.similar_sheets.nearby_catalyseurs(case, CONTACTS)
    people = list({key_of(one): one for one in found}.values())[:CONTACTS]
    cards = ((one, _card(one, _help(case, one), query.origin)) for one in people)
    beside = query.origin.place.beside if query.origin else ""
    link = Link(f"Tous les catalyseurs {beside}", CATALYSEURS.of(query)) if beside else None
    return Vicinity("Près de chez vous", with_contact(service, cards), link)


def _help(case: Case, person: Resource) -> str:
    """Why somebody may help with a case: where they work, and what both know."""
    reasons = (serves(person, case.departement), shared_fragilite(case, person))
    return ", ".join(filter(None, reasons))


def _cases(service: WiredService, person: Catalyseur) -> Vicinity:
    query = SearchQuery(near=person.commune).choosing("kind", ["case"])
    if not query.origin:
        return NOTHING
    found, beside = _nearest(service, query, CASES), query.origin.place.beside
    cards = tuple(_card(one, shared_fragilite(person, one), query.origin) for one in found)
    return Vicinity(
        f"Des cas {beside}", cards, Link(f"Tous les cas {beside}", EVERYTHING.of(query))
    )


def _nearest(service: WiredService, query: SearchQuery, limit: int) -> list[Resource]:
    around = replace(query, rayon=FURTHEST, par_page=limit)
    return service.finder.resources(around) if query.near else []


def _card(resource: Resource, why: str, origin: Origin | None) -> Card:
    km = distance_told(resource, origin) if origin else None
    return card_of(resource, why=why, away=away(resource, km, origin))
