"""Resources as readers see them. What is public is said by the table of fields, how it is worded
here.
"""

import datetime as dt
from dataclasses import dataclass, fields

from impact_alliances import urls
from impact_alliances.geo.origin import Origin
from impact_alliances.geo.places import gazetteer
from impact_alliances.geo.territories import of_departement, of_region
from impact_alliances.resources.article import Article
from impact_alliances.resources.case import Case
from impact_alliances.resources.catalyseur import Catalyseur
from impact_alliances.resources.fields import PUBLIC, Field, Type
from impact_alliances.resources.jeudi import Jeudi
from impact_alliances.resources.kinds import kind_of
from impact_alliances.resources.resource import REMOTE, Resource
from impact_alliances.vocabularies import french
from impact_alliances.vocabularies.terms import (
    DEPARTEMENTS,
    ECHELONS,
    FACETS,
    FRAGILITES,
    REGION_OF,
    REGIONS,
)

# The first and the last lines of every identity card, by field.
_FIRST = ("commune", "region", "echelon", "taille", "fragilites", "acteurs", "started_on", "state")
_LAST = ("odd", "tags")


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


@dataclass(frozen=True)
class Shown:
    """What a template may show of a resource beside its facts: public fields, its address, and the
    day when its text last changed, if it did since it came. Templates are never given the resource
    itself.
    """

    id: str
    title: str
    summary: str
    body: str
    date: dt.date | None
    verified_on: dt.date | None
    changed_on: dt.date | None
    url: str


def shown(resource: Resource) -> Shown:
    """The part of a resource that a template may show."""
    public = {field.name for field in PUBLIC[kind_of(resource).slug]}
    names = [field.name for field in fields(Shown) if field.name not in ("url", "changed_on")]
    # A field that the table no longer tells is not shown either: the page fails, it does not leak.
    values = {name: getattr(resource, name) for name in names if name in public}
    return Shown(**values, changed_on=_changed_on(resource), url=urls.page_of(resource))


def _changed_on(resource: Resource) -> dt.date | None:
    """The day of the last change; what never changed has the day of its import, which tells
    nothing to its readers.
    """
    changed = resource.updated_at.date()
    return changed if changed > resource.created_at.date() else None


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


def away(resource: Resource, km: float | None, origin: Origin | None) -> str:
    """How far a resource is: « à 12 km de Lannion », « à Lannion même »; empty where that is not
    known.
    """
    if origin is None or km is None:
        return ""
    if resource.commune == origin.commune.code:
        return f"{origin.place.said} même"
    return f"à {french.kilometres(km)} {origin.place.complement}"


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
    """The identity card of a resource: a line for each public field that has a heading and a value;
    each value of a facet leads to its search.
    """
    headed = [field for field in PUBLIC[kind_of(resource).slug] if field.heading]
    lines = sorted((field for field in headed if field.type is not Type.TEXT), key=_place_of_line)
    facts = [Fact(field.heading, _values(resource, field)) for field in lines]
    return [fact for fact in facts if fact.values]


def _place_of_line(field: Field) -> int:
    """Lines of one kind stand between the first and the last, in the order of the table."""
    if field.name in _FIRST:
        return _FIRST.index(field.name)
    return len(_FIRST) + (field.name in _LAST)


def _values(resource: Resource, field: Field) -> tuple[Link, ...]:
    stored = getattr(resource, field.name)
    match field.type:
        case Type.COMMUNE:
            links = [Link(place_of(resource))]
        case Type.YES_NO:
            links = [Link("oui" if stored else "non")]
        case Type.AREA:
            links = [Link(served(code)) for code in stored]
        case Type.DATE:
            links = [Link(_days(resource, stored))]
        case _:
            links = [_value(resource, field, value) for value in field.values(resource)]
    return tuple(link for link in links if link.label)


def _days(resource: Resource, day: dt.date | None) -> str:
    if not day:
        return ""
    if not isinstance(resource, Case):
        return french.day(day)
    end = french.month(resource.ended_on) if resource.ended_on else ""
    return f"de {french.month(day)} à {end}" if end else f"depuis {french.month(day)}"


def _value(resource: Resource, field: Field, value: str) -> Link:
    vocabulary = FACETS.get(field.facet, field.vocabulary)
    label = vocabulary.label_of(value) if vocabulary else value
    if field.facet:
        return Link(label, urls.search_with(field.facet, value, kind_of(resource).slug))
    # Where an article was read is where it can be read again.
    is_source = isinstance(resource, Article) and field.name == "source"
    return Link(label, resource.source_url if is_source else "")


def served(code: str) -> str:
    """« Côtes-d’Armor (22) » or « Bretagne », from an area code `dep:22` or `reg:53`."""
    prefix, _, slug = code.partition(":")
    return f"{DEPARTEMENTS.label_of(slug)} ({slug})" if prefix == "dep" else REGIONS.label_of(slug)


def serves(resource: Resource, departement: str) -> str:
    """How somebody serves a département: « intervient dans les Côtes-d’Armor », « en Bretagne », «
    à distance », « dans la même région »; empty where they do not.
    """
    if departement not in REGION_OF:
        return ""
    region, area = REGION_OF[departement], resource.desserte()
    ways = {
        of_departement(departement).said: departement in resource.departements(),
        of_region(region).said: f"reg:{region}" in area,
        "à distance": REMOTE in area,
        "dans la même région": region in resource.regions(),
    }
    return next((f"intervient {there}" for there, holds in ways.items() if holds), "")


def public(resource: Resource, base_url: str) -> dict[str, object]:
    """What a visitor may know of a resource, as JSON values."""
    kind = kind_of(resource).slug
    return {
        "kind": kind,
        **resource.model_dump(mode="json", include={field.name for field in PUBLIC[kind]}),
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
