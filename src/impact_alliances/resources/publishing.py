"""The publishing rules: what a resource must have to be published, and what makes it only a draft."""

import datetime as dt
from itertools import chain, count

from sqlmodel import Session, select

from impact_alliances.geo.places import gazetteer
from impact_alliances.resources.article import Article
from impact_alliances.resources.case import Case
from impact_alliances.resources.catalyseur import Catalyseur
from impact_alliances.resources.changes import OldSlug
from impact_alliances.resources.jeudi import Jeudi
from impact_alliances.resources.kinds import Kind, kind_of
from impact_alliances.resources.resource import PUBLISHED, Resource, now
from impact_alliances.vocabularies.matching import slugify
from impact_alliances.vocabularies.terms import REGION_OF

THURSDAY = 3
SLUG_LENGTH = 90
_REQUIRED: dict[type[Resource], tuple[tuple[str, str], ...]] = {
    Case: (
        ("title", "un titre"),
        ("summary", "un chapô"),
        ("need", "le besoin"),
        ("alliance", "l’alliance"),
        ("actions", "ce qui a été fait"),
        ("fragilites", "au moins une fragilité"),
        ("acteurs", "au moins un profil d’acteur"),
        ("echelon", "un échelon"),
        ("date", "une date"),
    ),
    Catalyseur: (
        ("title", "un titre"),
        ("name", "un nom"),
        ("role", "un rôle"),
        ("email", "une adresse électronique"),
        ("departement", "un département"),
    ),
    Jeudi: (("title", "un titre"), ("body", "un texte"), ("published_on", "une date de parution"), ("number", "un numéro")),
    Article: (
        ("title", "un titre"),
        ("summary", "un résumé"),
        ("source", "une source"),
        ("published_on", "une date de parution"),
    ),
}


def missing_to_publish(resource: Resource) -> list[str]:
    """What `resource` still lacks to be published, as French nouns; empty when it may be."""
    return [noun for field, noun in _REQUIRED[type(resource)] if not getattr(resource, field)]


def incoherences(resource: Resource) -> list[str]:
    """What contradicts itself in `resource`, as French sentences; a draft may not hold these either."""
    problems = []
    if isinstance(resource, Case) and resource.started_on and resource.ended_on and resource.ended_on < resource.started_on:
        problems.append("La fin (ended_on) précède le début (started_on).")
    if isinstance(resource, Jeudi) and resource.published_on and resource.published_on.weekday() != THURSDAY:
        problems.append(f"Un Jeudi paraît un jeudi ; le {resource.published_on:%d/%m/%Y} n’en est pas un.")
    return problems


def complete(resource: Resource) -> None:
    """Fill what follows from the rest: the day of reference, the place from the commune, the région from the département."""
    resource.date = resource.date or _day_of(resource)
    commune = gazetteer().by_code.get(resource.commune)
    resource.taille = commune.taille if commune else ""
    if commune:
        resource.departement = commune.departement
    resource.region = REGION_OF.get(resource.departement, resource.region)


def _day_of(resource: Resource) -> dt.date | None:
    if isinstance(resource, Case):
        return resource.started_on
    return resource.published_on if isinstance(resource, Jeudi | Article) else None


def touch(resource: Resource) -> None:
    """Note that the resource changed now."""
    resource.updated_at = now()


def publish(resource: Resource) -> None:
    """Make `resource` visible; the caller has checked `missing_to_publish`."""
    resource.status = PUBLISHED
    touch(resource)


def slugs_of(session: Session, kind: Kind) -> dict[str, str]:
    """Every slug of `kind`, present or former, with the id it leads to."""
    former = session.exec(select(OldSlug.slug, OldSlug.resource_id).where(OldSlug.kind == kind.slug)).all()
    present = session.exec(select(kind.table.slug, kind.table.id)).all()
    return {**dict(former), **dict(present)}


def give_slug(session: Session, resource: Resource, taken: dict[str, str]) -> None:
    """Give the address that follows from the title; a former address is kept and redirects. Updates `taken`."""
    wanted = slugify(resource.title)[:SLUG_LENGTH].strip("-") or slugify(resource.id) or kind_of(resource).slug
    unique = f"{wanted}-{slugify(resource.id)}".strip("-")
    if resource.slug in (wanted, unique):
        return
    # Another title or id may have led to the same letters: then a number tells them apart.
    candidates = chain((wanted, unique), (f"{unique}-{number}" for number in count(2)))
    fresh = next(slug for slug in candidates if taken.get(slug, resource.id) == resource.id)
    if resource.slug == fresh:
        return
    if resource.slug:
        session.merge(OldSlug(kind=kind_of(resource).slug, slug=resource.slug, resource_id=resource.id))
    resource.slug = fresh
    taken[fresh] = resource.id
