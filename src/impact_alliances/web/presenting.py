"""Resources as readers see them: the one place that says what is public and how it is worded."""

from collections.abc import Callable
from dataclasses import dataclass

from impact_alliances import urls
from impact_alliances.geo.places import gazetteer
from impact_alliances.resources.article import Article
from impact_alliances.resources.case import Case
from impact_alliances.resources.catalyseur import Catalyseur
from impact_alliances.resources.jeudi import Jeudi
from impact_alliances.resources.kinds import kind_of
from impact_alliances.resources.resource import Resource
from impact_alliances.vocabularies import french
from impact_alliances.vocabularies.terms import (
    ACTEURS,
    DEPARTEMENTS,
    ECHELONS,
    FRAGILITES,
    IMPACTS,
    METIERS,
    ODD,
    ORGANISATION_SIZES,
    REGIONS,
    STATES,
    STRANDS,
    TAILLES,
    Vocabulary,
)

# Columns that never leave the database: contacts are reached through the Observatoire.
PRIVATE = frozenset({"email", "phone", "status", "created_at"})


@dataclass(frozen=True)
class Link:
    """A label, and where it leads (nowhere when empty)."""

    label: str
    url: str = ""


@dataclass(frozen=True)
class Fact:
    """One line of an identity card: a name and its values."""

    name: str
    values: tuple[Link, ...]


def place_of(resource: Resource) -> str:
    """« Lannion (22300) », else the département or the région; empty when the resource has no
    place.
    """
    commune = gazetteer().by_code.get(resource.commune)
    if commune:
        return commune.label
    if resource.departement:
        return f"{DEPARTEMENTS.label_of(resource.departement)} ({resource.departement})"
    return REGIONS.label_of(resource.region) if resource.region else ""


def meta_of(resource: Resource) -> list[str]:
    """The short facts under a title in a list: place, échelon, fragilités, date."""
    fragilites = [FRAGILITES.label_of(slug) for slug in resource.fragilites]
    more = f" + {len(fragilites) - 1}" if len(fragilites) > 1 else ""
    number = (
        f"n°{french.NO_BREAK_SPACE}{resource.number}"
        if isinstance(resource, Jeudi) and resource.number
        else ""
    )
    source = resource.source if isinstance(resource, Article) else ""
    parts = [
        number,
        source,
        place_of(resource),
        f"échelon {ECHELONS.label_of(resource.echelon).lower()}" if resource.echelon else "",
    ]
    parts += [f"{fragilites[0]}{more}" if fragilites else "", _when(resource)]
    return [part for part in parts if part]


def _when(resource: Resource) -> str:
    if resource.date is None or isinstance(resource, Catalyseur):
        return ""
    return str(resource.date.year) if isinstance(resource, Case) else french.day(resource.date)


def facts_of(resource: Resource) -> list[Fact]:
    """The identity card of a resource; each value of a vocabulary leads to its search."""
    kind = kind_of(resource).slug

    def terms(name: str, vocabulary: Vocabulary, slugs: list[str], facet: str = "") -> Fact:
        links = (
            Link(vocabulary.label_of(slug), urls.search_with(facet, slug, kind) if facet else "")
            for slug in slugs
            if slug
        )
        return Fact(name, tuple(links))

    facts = [
        Fact("Territoire", (Link(place_of(resource)),) if place_of(resource) else ()),
        terms("Région", REGIONS, resource.regions(), "region"),
        terms("Échelon", ECHELONS, [resource.echelon], "echelon"),
        terms("Taille du territoire", TAILLES, [resource.taille], "taille"),
        terms("Fragilités", FRAGILITES, resource.fragilites, "fragilite"),
        terms("Profils d’acteurs", ACTEURS, resource.acteurs, "acteur"),
        *_own_facts(resource, terms),
        terms("Objectifs de développement durable", ODD, resource.odd, "odd"),
        Fact("Mots-clés", tuple(Link(tag) for tag in resource.tags)),
    ]
    return [fact for fact in facts if fact.values]


def _own_facts(resource: Resource, terms: Callable[..., Fact]) -> list[Fact]:
    match resource:
        case Case():
            return [
                Fact("Période", (Link(_period(resource)),) if resource.started_on else ()),
                terms("État", STATES, [resource.state]),
                terms("Taille de l’organisation", ORGANISATION_SIZES, [resource.organisation_size]),
                terms("Impacts visés", IMPACTS, resource.impacts, "impact"),
            ]
        case Catalyseur():
            return [
                Fact(
                    "Organisation", (Link(resource.organisation),) if resource.organisation else ()
                ),
                terms("Métiers", METIERS, resource.metiers),
                Fact("Zone d’intervention", tuple(Link(served(code)) for code in resource.area)),
                Fact("À distance", (Link("oui" if resource.remote else "non"),)),
            ]
        case Jeudi():
            return [
                Fact("Thème du mois", (Link(resource.month_theme),) if resource.month_theme else ())
            ]
        case Article():
            return [
                Fact("Source", (Link(resource.source, resource.source_url),)),
                Fact("Auteur", (Link(resource.author),) if resource.author else ()),
                Fact("Bulletin", (Link(resource.bulletin),) if resource.bulletin else ()),
                terms("Volet", STRANDS, [resource.strand]),
            ]
    return []


def _period(case: Case) -> str:
    start = french.month(case.started_on) if case.started_on else ""
    return f"de {start} à {french.month(case.ended_on)}" if case.ended_on else f"depuis {start}"


def served(code: str) -> str:
    """« Côtes-d’Armor (22) » or « Bretagne », from an area code `dep:22` or `reg:53`."""
    prefix, _, slug = code.partition(":")
    return f"{DEPARTEMENTS.label_of(slug)} ({slug})" if prefix == "dep" else REGIONS.label_of(slug)


def public(resource: Resource, base_url: str) -> dict[str, object]:
    """What a visitor may know of a resource, as JSON values."""
    values = {
        name: value
        for name, value in resource.model_dump(mode="json").items()
        if name not in PRIVATE
    }
    return {
        "kind": kind_of(resource).slug,
        **values,
        "url": base_url + urls.page_of(resource),
        "place": place_of(resource),
    }


def citation(resource: Resource, base_url: str) -> str:
    """How to cite a sheet."""
    kind = kind_of(resource).one
    year = f", {resource.date.year}" if resource.date else ""
    title = french.quoted(resource.title)
    return (
        f"{title}, {kind} {resource.id}{year}, base IMPACT-Alliances. "
        f"{base_url}{urls.page_of(resource)}"
    )
