"""The outbox: every committed change of a resource leaves a row here, written in the same
transaction.

No caller can forget it, since the session itself writes it at flush, and a rollback leaves nothing.
Each index that follows the base takes every row once; a row that all have taken goes.
"""

import datetime as dt

from sqlalchemy import Integer, event
from sqlmodel import Field, Session, SQLModel

from impact_alliances.resources.kinds import BY_TABLE
from impact_alliances.resources.resource import Resource, now

# A row of this kind asks for an index to be rebuilt beside and switched: the one that follows under
# the name that stands for the id, every one of them when there is none.
REBUILD = "*"


class Change(SQLModel, table=True):
    """« This resource is no longer as the index knows it. »"""

    __tablename__ = "change"
    # SQLite would give a freed number again, and an indexer could then drop a row it has not seen.
    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=16)
    resource_id: str = Field(default="", max_length=64)
    at: dt.datetime = Field(default_factory=now)


class Follower(SQLModel, table=True):
    """An index that follows the base, wherever it is. Not `is_whole` while it is being built.

    `seen_at` tells those that are kept from those whose machine is gone, for which no row is kept.
    """

    __tablename__ = "follower"

    name: str = Field(primary_key=True, max_length=64)
    is_whole: bool = False
    seen_at: dt.datetime = Field(default_factory=now)


class Taken(SQLModel, table=True):
    """« This index has this change. » By number and not « up to »: a slower transaction may commit
    a lower number later.
    """

    __tablename__ = "taken"

    change_id: int = Field(primary_key=True, sa_type=Integer)
    follower: str = Field(primary_key=True, max_length=64)


class OldSlug(SQLModel, table=True):
    """An address a resource had before: it redirects to the present one."""

    __tablename__ = "old_slug"

    kind: str = Field(primary_key=True, max_length=16)
    slug: str = Field(primary_key=True, max_length=160)
    resource_id: str = Field(max_length=64, index=True)


@event.listens_for(Session, "before_flush")
def _leave_changes(session: Session, *_: object) -> None:
    for touched in (*session.new, *session.dirty, *session.deleted):
        if isinstance(touched, Resource) and (
            touched in session.deleted or session.is_modified(touched)
        ):
            session.add(Change(kind=BY_TABLE[type(touched)].slug, resource_id=touched.id))
