"""The outbox: every committed change of a resource leaves a row here, written in the same transaction.

The indexer drains it. No caller can forget it, since the session itself writes it at flush, and a rollback leaves nothing.
"""

import datetime as dt

from sqlalchemy import event
from sqlmodel import Field, Session, SQLModel

from impact_alliances.resources.kinds import BY_TABLE
from impact_alliances.resources.resource import Resource, now

# A row of this kind asks the indexer to rebuild the whole index beside and to switch.
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


class OldSlug(SQLModel, table=True):
    """An address a resource had before: it redirects to the present one."""

    __tablename__ = "old_slug"

    kind: str = Field(primary_key=True, max_length=16)
    slug: str = Field(primary_key=True, max_length=160)
    resource_id: str = Field(max_length=64, index=True)


@event.listens_for(Session, "before_flush")
def _leave_changes(session: Session, *_: object) -> None:
    for touched in (*session.new, *session.dirty, *session.deleted):
        if isinstance(touched, Resource) and (touched in session.deleted or session.is_modified(touched)):
            session.add(Change(kind=BY_TABLE[type(touched)].slug, resource_id=touched.id))
