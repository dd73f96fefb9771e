"""A base of documents all over France, searches around places taken at random, and what such a
search must find, worked out without any engine.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from impact_alliances.engines.documents import document_of, facets_of
from impact_alliances.geo.places import Commune, gazetteer
from impact_alliances.resources.resource import Resource
from impact_alliances.search.bounds import RAYONS
from impact_alliances.search.query import SORTS, SearchQuery
from impact_alliances.search.results import Results
from impact_alliances.vocabularies.terms import REGION_OF
from support.builders import a_case, a_catalyseur, a_jeudi

# Towns and villages from which people search, on the mainland, in Corsica, overseas, and at sea.
PLACES = (
    *("22113", "75056", "69123", "2A004", "23096", "29155", "59350", "13055"),
    *("97302", "97411", "97611", "97120", "97701", "97801", "98735", "97502"),
    *("48.73,-3.46", "48.8566,2.3522", "-12.7806,45.2278", "43.5,5.0001"),
)
_SUBJECTS = ("vélo", "médecin", "cantine", "logement", "haies", "ordinateur", "rivière")
_FRAGILITES = ("mobilite", "sante", "education", "logement", "numerique")
_TEXTS = (
    "",
    "",
    "",
    "vélo",
    "un médecin et une cantine",
    "-haies",
    '"pour tous"',
    "cantine à Brest",
)
_CLOSE_DEPARTEMENTS = frozenset({"22", "29", "35", "56"})


def scattered(count: int, seed: int = 1) -> list[Resource]:
    """So many resources, half of them in Brittany, some overseas, several in one commune, some
    without a commune, a département or any place.
    """
    chance = random.Random(seed)
    communes = _communes(chance)
    return [_resource(chance, number, chance.choice(communes)) for number in range(count)]


def _communes(chance: random.Random) -> list[Commune]:
    known = list(gazetteer().by_code.values())
    close = [one for one in known if one.departement in _CLOSE_DEPARTEMENTS]
    overseas = [one for one in known if len(one.departement) == 3]
    return [
        *chance.sample(close, 60),
        *chance.sample(overseas, 20),
        *chance.sample(known, 30),
        *(gazetteer().by_code[code] for code in PLACES if "," not in code),
    ]


def _resource(chance: random.Random, number: int, commune: Commune) -> Resource:
    where = {"commune": commune.code}
    if chance.random() < 0.2:
        region = REGION_OF[commune.departement]
        where = chance.choice([{"departement": commune.departement}, {"region": region}, {}])
        where = {"commune": "", **where}
    shared = {
        "title": f"{chance.choice(_SUBJECTS)} pour tous, {number}",
        "fragilites": sorted(chance.sample(_FRAGILITES, 2)),
        **where,
    }
    if chance.random() < 0.35:
        area = [f"dep:{commune.departement}", f"reg:{REGION_OF[commune.departement]}"]
        return a_catalyseur(
            id=f"k{number}",
            area=chance.sample(area, chance.randint(0, 2)),
            remote=chance.random() < 0.2,
            **{"departement": "", **shared},
        )
    if chance.random() < 0.1:
        return a_jeudi(id=f"j{number}", number=number + 1, **shared)
    echelon = chance.choice(["local", "regional", "national"])
    return a_case(id=f"c{number}", echelon=echelon, **shared)


# -- searches ------------------------------------------------------------------------------------


def searched(seed: int) -> SearchQuery:
    """A search taken at random: a text or none, kinds, facets, a place or none, a radius, a size,
    an order, pages of some length.
    """
    chance = random.Random(seed)
    query = SearchQuery(
        q=chance.choice(_TEXTS),
        near=chance.choice(PLACES) if chance.random() < 0.85 else "",
        rayon=chance.choice(list(RAYONS.by_slug)) if chance.random() < 0.5 else "",
        comme=chance.choice(["22113", "75056", "23001"]) if chance.random() < 0.2 else "",
        tri=chance.choice(["", "", *SORTS]),
        par_page=chance.choice([5, 20, 37, 100]),
        mode=chance.choice(["hybrid", "keyword"]),
    )
    if chance.random() < 0.4:
        query = query.choosing("kind", [chance.choice(["case", "catalyseur"])])
    if chance.random() < 0.3:
        query = query.choosing("fragilite", chance.sample(_FRAGILITES, chance.randint(1, 2)))
    return query.choosing("region", ["53"]) if chance.random() < 0.1 else query


@dataclass(frozen=True)
class Followed:
    """A link of a facet, and the number that stood beside it."""

    query: SearchQuery
    announced: int


def followed(found: Results, seed: int) -> Followed | None:
    """The link of a value taken at random among those that have hits and are not chosen; None
    where there is none.
    """
    links = [
        Followed(found.query.choosing(facet.name, [value]), count)
        for facet in found.facets
        for value, count, is_chosen in facet.values
        if count and not is_chosen
    ]
    return random.Random(seed).choice(links) if links else None


# -- what must be found --------------------------------------------------------------------------


def expected(resources: Sequence[Resource], query: SearchQuery) -> list[str]:
    """The ids that a search without a text must find, in order."""
    found = [one for one in resources if _is_wanted(one, query)]
    return [one.id for one in sorted(found, key=lambda one: _order(one, query))]


def _is_wanted(resource: Resource, query: SearchQuery) -> bool:
    facets = facets_of(resource)
    is_chosen = all(set(values) & set(facets[facet]) for facet, values in query.filters)
    is_alike = not query.model or resource.taille == query.model.taille
    return is_chosen and is_alike and (not query.rayon or _is_around(resource, query))


def _is_around(resource: Resource, query: SearchQuery) -> bool:
    assert query.origin
    here, departement = query.origin.commune.departement, resource.departement
    if query.rayon == "commune":
        return resource.commune == query.origin.commune.code
    if query.rayon == "departement":
        return departement == here
    if query.rayon == "region":
        return REGION_OF.get(departement, resource.region) == REGION_OF[here]
    return distance(resource, query) <= float(query.rayon)


def distance(resource: Resource, query: SearchQuery) -> float:
    """From where the search is made, in km; infinite where it is not known."""
    km = query.origin.distance_to(resource.commune) if query.origin else None
    return math.inf if km is None else km


def _order(resource: Resource, query: SearchQuery) -> tuple[float | str, ...]:
    document = document_of(resource)
    if query.sort == "titre":
        return (document.title_order,)
    by_distance = distance(resource, query) if query.sort == "distance" else 0.0
    return by_distance, -document.date_order


def all_ids(pages: Sequence[Results]) -> list[str]:
    """The ids of the hits of some pages, in order."""
    return [hit.resource.id for page in pages for hit in page.hits]
