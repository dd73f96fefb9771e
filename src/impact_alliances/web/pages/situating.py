"""Where a sheet is: a small map, and the sentence that says what it shows."""

from dataclasses import dataclass

from markupsafe import Markup

from impact_alliances.geo.places import gazetteer
from impact_alliances.geo.territories import Place, of_commune, of_departement, of_region
from impact_alliances.resources.case import Case
from impact_alliances.resources.catalyseur import Catalyseur
from impact_alliances.resources.kinds import kind_of
from impact_alliances.resources.resource import Resource
from impact_alliances.search.query import SearchQuery
from impact_alliances.vocabularies import french
from impact_alliances.vocabularies.terms import DEPARTEMENTS, REGIONS
from impact_alliances.web.maps.vignettes import vignette
from impact_alliances.web.pages.addressing import ON_A_MAP
from impact_alliances.web.presenting import Link

# Territories served that a sentence tells.
MOST_TOLD = 6


@dataclass(frozen=True)
class Situation:
    """A small map, its sentence, and the larger map of what is around, if there is one."""

    vignette: Markup
    sentence: str
    around: Link | None


def situation_of(resource: Resource) -> Situation | None:
    """Where a case is, or a catalyseur is based and serves; None where that is not known, and for
    the kinds that are of no place.
    """
    if not isinstance(resource, Case | Catalyseur):
        return None
    based, served = _based(resource), _served(resource)
    if not based and not served:
        return None
    painted = {
        code for place in (served or based) if not place.commune for code in place.departements
    }
    communes = {place.commune.code for place in based if place.commune}
    return Situation(
        vignette(frozenset(communes), frozenset(painted)),
        _sentence(resource, based, served),
        _around(resource) if communes else None,
    )


def _based(resource: Resource) -> list[Place]:
    """Its commune, its département and its région, those that are known; the commune first."""
    commune = gazetteer().by_code.get(resource.commune)
    departement = commune.departement if commune else resource.departement
    places = [of_commune(commune)] if commune else []
    if departement in DEPARTEMENTS:
        places.append(of_departement(departement))
    elif resource.region in REGIONS:
        places.append(of_region(resource.region))
    return places


def _served(resource: Resource) -> list[Place]:
    """The territories that a catalyseur serves."""
    area = resource.area if isinstance(resource, Catalyseur) else []
    return [place for code in area if (place := _territory(*code.partition(":")[::2]))]


def _territory(kind: str, code: str) -> Place | None:
    if kind == "dep" and code in DEPARTEMENTS:
        return of_departement(code)
    return of_region(code) if kind == "reg" and code in REGIONS else None


def _sentence(resource: Resource, based: list[Place], served: list[Place]) -> str:
    """« À Savy, dans l’Aisne. Intervient dans l’Aisne, dans l’Oise et à distance. »"""
    there = ", ".join(dict.fromkeys(place.said for place in based))
    sentences = [f"{there[0].upper()}{there[1:]}."] if there else []
    where = [place.said for place in served[:MOST_TOLD]]
    if len(served) > MOST_TOLD:
        where.append(f"dans {len(served) - MOST_TOLD} autres territoires")
    if isinstance(resource, Catalyseur) and resource.remote:
        where.append("à distance")
    if where:
        sentences.append(f"Intervient {french.listed(where)}.")
    return " ".join(sentences)


def _around(resource: Resource) -> Link:
    kind = kind_of(resource)
    query = SearchQuery(near=resource.commune).choosing("kind", [kind.slug])
    return Link(f"Les {kind.many} alentour, sur la carte", ON_A_MAP.of(query))
