"""Queries that return published things: the only door through which pages and API see resources."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import String, bindparam, cast, func
from sqlmodel import Session, col, select

from impact_alliances.errors import NotFound, Withdrawn
from impact_alliances.resources.article import Article
from impact_alliances.resources.changes import OldSlug
from impact_alliances.resources.jeudi import Jeudi
from impact_alliances.resources.key import Key
from impact_alliances.resources.kinds import KINDS, Kind
from impact_alliances.resources.resource import PUBLISHED, RETIRED, Resource
from impact_alliances.resources.wishes import WITHDRAWN, lasting
from impact_alliances.vocabularies.matching import slugify

# Made once: every page of results asks them, and making them costs as much as answering.
_BY_IDS = {
    slug: select(kind.table).where(col(kind.table.id).in_(bindparam("ids", expanding=True)))
    for slug, kind in KINDS.items()
}
# What a map tells of a resource; of a person, the name.
_PLACED: dict[str, Any] = {
    slug: select(
        kind.table.slug,
        kind.table.title,
        col(getattr(kind.table, "name", kind.table.title)).label("name"),
        kind.table.commune,
    ).where(
        col(kind.table.id).in_(bindparam("ids", expanding=True)),
        col(kind.table.status) == PUBLISHED,
        col(kind.table.commune) != "",
    )
    for slug, kind in KINDS.items()
}


class Moved(Exception):
    """The resource lives at another address now."""

    def __init__(self, slug: str) -> None:
        self.slug = slug


def by_slug(session: Session, kind: Kind, slug: str) -> Resource:
    """The published resource at `slug`. Raises `Moved`, `Withdrawn` or `NotFound`."""
    found = session.exec(select(kind.table).where(col(kind.table.slug) == slug)).first()
    if found is None:
        former = session.get(OldSlug, (kind.slug, slug))
        owner = session.get(kind.table, former.resource_id) if former else None
        if owner:
            # The present address says the title: only a published resource may give it away.
            raise Moved(_visible(session, kind, owner).slug)
        # « …/un-verger. », as a sentence ends in a mail, or with capitals.
        tidy = slugify(slug)
        if tidy != slug:
            raise Moved(by_slug(session, kind, tidy).slug)
    return _visible(session, kind, found)


def addresses(
    session: Session, kind: Kind, limit: int, offset: int
) -> Sequence[tuple[str, dt.datetime]]:
    """(slug, last change) of published resources of `kind`, in the order of their ids."""
    table = kind.table
    statement = select(table.slug, table.updated_at).where(col(table.status) == PUBLISHED)
    return session.exec(statement.order_by(table.id).offset(offset).limit(limit)).all()


def by_id(session: Session, kind: Kind, identifier: str) -> Resource:
    """The published resource of that id. Raises `Withdrawn` or `NotFound`."""
    return _visible(session, kind, session.get(kind.table, identifier))


def _visible(session: Session, kind: Kind, resource: Resource | None) -> Resource:
    if resource is not None and resource.status == RETIRED:
        raise Withdrawn(
            f"{_retired(session, kind, resource)} D’autres, voisines, répondent peut-être à votre "
            "besoin : cherchez dans la base."
        )
    if resource is None or resource.status != PUBLISHED:
        raise NotFound(
            f"Aucun {kind.one} à cette adresse."
            if not kind.feminine
            else f"Aucune {kind.one} à cette adresse."
        )
    return resource


def _retired(session: Session, kind: Kind, resource: Resource) -> str:
    """That it was, and at whose request when its person asked."""
    held = lasting(session, kind.slug, [resource.id]).get(resource.id)
    if held is None or held.wish != WITHDRAWN:
        return "Cette fiche a été retirée."
    if resource.IS_PERSON:
        return "Cette fiche a été retirée à la demande de la personne."
    return "Ce cas a été retiré à la demande de son porteur."


def load(session: Session, keys: Iterable[Key]) -> dict[Key, Resource]:
    """The published resources of these keys, one query a kind; those not published are absent."""
    wanted: dict[str, list[str]] = {}
    for kind, identifier in keys:
        wanted.setdefault(kind, []).append(identifier)
    found: dict[Key, Resource] = {}
    for kind, identifiers in wanted.items():
        rows: Iterable[Resource] = session.scalars(_BY_IDS[kind], {"ids": identifiers})
        # Asked for with the status, SQLite would walk the index of the status instead of the few
        # keys.
        found.update({Key(kind, row.id): row for row in rows if row.status == PUBLISHED})
    return found


class Placed(NamedTuple):
    """What a map tells of a resource: its kind, its slug, its name or title, its commune."""

    kind: Kind
    slug: str
    name: str
    commune: str


def placed(session: Session, keys: Iterable[Key]) -> Iterator[Placed]:
    """The published resources of these keys that have a commune."""
    wanted: dict[str, list[str]] = {}
    for kind, identifier in keys:
        wanted.setdefault(kind, []).append(identifier)
    for of_kind, identifiers in wanted.items():
        rows = session.execute(_PLACED[of_kind], {"ids": identifiers})
        yield from (
            Placed(KINDS[of_kind], slug, name or title, commune)
            for slug, title, name, commune in rows
        )


def load_in_order(session: Session, keys: Sequence[Key]) -> list[Resource]:
    """The published resources of these keys, in the order given; those not published are passed
    over.
    """
    found = load(session, keys)
    return [found[key] for key in keys if key in found]


def by_ids(session: Session, identifiers: Sequence[str]) -> list[Resource]:
    """The published resources of these ids, of whatever kind, in the order given; unknown ids are
    passed over.
    """
    found = load(session, [Key(kind, identifier) for kind in KINDS for identifier in identifiers])
    by_identifier = {resource.id: resource for resource in found.values()}
    return [by_identifier[identifier] for identifier in identifiers if identifier in by_identifier]


def newest(session: Session, kind: Kind, limit: int, offset: int = 0) -> Sequence[Resource]:
    """Published resources of `kind`, the most recent first, the undated last."""
    table = kind.table
    statement = select(table).where(col(table.status) == PUBLISHED)
    return session.exec(
        statement.order_by(col(table.date).desc().nulls_last(), table.id)
        .offset(offset)
        .limit(limit)
    ).all()


def bulletins(session: Session) -> dict[str, int]:
    """How many articles each bulletin of the watch has, the last bulletin first."""
    bulletin = col(Article.bulletin)
    statement = select(Article.bulletin, func.count()).group_by(bulletin).order_by(bulletin.desc())
    is_told = (col(Article.status) == PUBLISHED) & (bulletin != "")
    return dict(session.exec(statement.where(is_told)).all())


def of_bulletin(session: Session, bulletin: str, limit: int, offset: int = 0) -> Sequence[Article]:
    """Published articles of a bulletin, strand by strand, the most recent first."""
    of_it = select(Article).where(Article.bulletin == bulletin, Article.status == PUBLISHED)
    order = (Article.strand, col(Article.date).desc().nulls_last(), Article.id)
    return session.exec(of_it.order_by(*order).offset(offset).limit(limit)).all()


def count(session: Session, kind: Kind) -> int:
    """How many resources of `kind` are published."""
    statement = (
        select(func.count()).select_from(kind.table).where(col(kind.table.status) == PUBLISHED)
    )
    return session.exec(statement).one()


def demandes(session: Session) -> Iterable[tuple[Key, str]]:
    """Every demande of the published resources, each with whose it is."""
    for slug, kind in KINDS.items():
        table = kind.table
        statement = select(table.id, col(table.demandes)).where(col(table.status) == PUBLISHED)
        for identifier, said in session.exec(statement.order_by(table.id)):
            yield from ((Key(slug, identifier), demande) for demande in said)


def communes(session: Session, kind: Kind) -> frozenset[str]:
    """The communes, by their INSEE codes, where a resource of `kind` is published."""
    commune = col(kind.table.commune)
    statement = select(commune).where(col(kind.table.status) == PUBLISHED, commune != "").distinct()
    return frozenset(session.exec(statement))


def citing(session: Session, identifier: str, limit: int) -> list[Jeudi]:
    """The published notes that cite the resource of that id, newest first, `limit` at the most."""
    holds = cast(col(Jeudi.related), String).contains(f'"{identifier}"', autoescape=True)
    statement = select(Jeudi).where(col(Jeudi.status) == PUBLISHED, holds)
    found = session.exec(statement.order_by(col(Jeudi.date).desc(), col(Jeudi.id)))
    # A database may compare without regard to case, an id does not.
    return [note for note in found if identifier in note.related][:limit]


def around(session: Session, note: Jeudi) -> tuple[Jeudi | None, Jeudi | None]:
    """The published notes just before and just after this one; none beside a note without a
    date.
    """
    if note.date is None:
        return None, None
    day = col(Jeudi.date)
    published = select(Jeudi).where(col(Jeudi.status) == PUBLISHED)
    before = published.where(day < note.date).order_by(day.desc()).limit(1)
    after = published.where(day > note.date).order_by(day).limit(1)
    return session.exec(before).first(), session.exec(after).first()
