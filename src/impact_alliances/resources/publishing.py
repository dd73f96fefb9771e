"""The publishing rules: what a resource must have to be published, and what makes it only a
draft.
"""

from collections.abc import Iterable, Mapping
from itertools import chain, count

from sqlmodel import Session, col, select

from impact_alliances.geo.places import gazetteer
from impact_alliances.resources.changes import OldSlug
from impact_alliances.resources.fields import FIELDS, PUBLIC
from impact_alliances.resources.kinds import Kind, kind_of
from impact_alliances.resources.resource import DRAFT, PUBLISHED, RETIRED, Resource, now
from impact_alliances.resources.wishes import LEFT, PAUSED, WITHDRAWN
from impact_alliances.vocabularies.matching import slugify
from impact_alliances.vocabularies.terms import REGION_OF

SLUG_LENGTH = 90


def missing_to_publish(resource: Resource) -> list[str]:
    """What `resource` still lacks to be published, as French nouns; empty when it may be."""
    fields = FIELDS[kind_of(resource).slug]
    return [
        field.required for field in fields if field.required and not getattr(resource, field.name)
    ]


def complete(resource: Resource) -> None:
    """Fill what follows from the rest: the day of reference, the place from the commune, the région
    from the département.
    """
    if resource.DAY:
        resource.date = resource.date or getattr(resource, resource.DAY)
    commune = gazetteer().by_code.get(resource.commune)
    resource.taille = commune.taille if commune else ""
    if commune:
        resource.departement = commune.departement
    resource.region = REGION_OF.get(resource.departement, resource.region)


def is_news(resource: Resource, before: Mapping[str, object]) -> bool:
    """Whether visitors would now read something else than `before`, the columns as they were: an
    address kept for the editors, or a status, is nothing that they read.
    """
    public = {field.name for field in PUBLIC[kind_of(resource).slug]}
    return any(before[name] != getattr(resource, name) for name in public & before.keys())


def touch(resource: Resource) -> None:
    """Note that what visitors read of the resource changed now."""
    resource.updated_at = now()


def hold(resource: Resource, wish: str) -> None:
    """Keep a resource as the person it tells of asked (`wishes.LASTING`), whoever writes it.

    In pause, a person's sheet is out of sight; a case stays, and its bearer is not written to. Who
    left is forgotten; who withdrew, with the sheet.
    """
    if wish == PAUSED and resource.IS_PERSON and resource.status == PUBLISHED:
        resource.status = DRAFT
    if wish in (LEFT, WITHDRAWN):
        resource.forget_person()
    if wish == WITHDRAWN:
        resource.status = RETIRED


class Slugs:
    """The addresses of a kind, as they are in the transaction under way: given one by one, asked
    for a batch at once.
    """

    def __init__(self, session: Session, kind: Kind, resources: Iterable[Resource] = ()) -> None:
        self._session, self._kind = session, kind
        self._owners: dict[str, str | None] = {}
        self._ask([slug for resource in resources for slug in _wanted(resource)])

    def give(self, resource: Resource) -> None:
        """Give the address that follows from the title; a former address is kept and redirects."""
        wanted, unique = _wanted(resource)
        if resource.slug in (wanted, unique):
            return
        # Another title or id may have led to the same letters: then a number tells them apart.
        candidates = chain((wanted, unique), (f"{unique}-{number}" for number in count(2)))
        fresh = next(slug for slug in candidates if self._owner(slug) in (None, resource.id))
        if resource.slug == fresh:
            return
        if resource.slug:
            self._session.merge(
                OldSlug(kind=self._kind.slug, slug=resource.slug, resource_id=resource.id)
            )
        resource.slug = fresh
        self._owners[fresh] = resource.id

    def _owner(self, slug: str) -> str | None:
        if slug not in self._owners:
            self._ask([slug])
        return self._owners[slug]

    def _ask(self, slugs: list[str]) -> None:
        table = self._kind.table
        is_former = (col(OldSlug.kind) == self._kind.slug) & col(OldSlug.slug).in_(slugs)
        former = self._session.exec(
            select(OldSlug.slug, OldSlug.resource_id).where(is_former)
        ).all()
        present = self._session.exec(
            select(table.slug, table.id).where(col(table.slug).in_(slugs))
        ).all()
        self._owners.update({**dict.fromkeys(slugs), **dict(former), **dict(present)})


def _wanted(resource: Resource) -> tuple[str, str]:
    """The address that a title asks for, and the one with its id, for when it is taken."""
    wanted = (
        slugify(resource.title)[:SLUG_LENGTH].strip("-")
        or slugify(resource.id)
        or kind_of(resource).slug
    )
    return wanted, f"{wanted}-{slugify(resource.id)}".strip("-")
