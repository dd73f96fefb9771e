"""What persons of the base asked of their own sheet, by the links that only they hold.

A sheet in pause or withdrawn stays so whatever a file says: an import honours what was asked.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, Session, SQLModel, col, select

from impact_alliances.resources.resource import now

# To be out of reach for now; to be out of reach for good, where the sheet is not theirs; to be out
# of the base. These last.
PAUSED, LEFT, WITHDRAWN = "paused", "left", "withdrawn"
LASTING = (PAUSED, LEFT, WITHDRAWN)
# To end a pause; to have the sheet corrected; to be spared somebody's messages.
RESUMED, CORRECTED, REPORTED = "resumed", "corrected", "reported"


class Wish(SQLModel, table=True):
    """One thing asked, of the resource of that kind and id.

    `details` are what a correction proposes (`{"field", "before", "after"}`), or what is told with
    it; `was` is the status that a pause has interrupted.
    """

    __tablename__ = "wish"
    # SQLite would give the number of a deleted row again.
    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=16)
    resource_id: str = Field(index=True, max_length=64)
    wish: str = Field(max_length=16)
    at: dt.datetime = Field(default_factory=now)
    was: str = Field(default="", max_length=16)
    details: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)


def lasting(session: Session, kind: str, ids: Iterable[str]) -> dict[str, Wish]:
    """By resource, of those of `kind` and of these ids, the wish that holds its status."""
    is_theirs = col(Wish.resource_id).in_(list(ids)) & (col(Wish.kind) == kind)
    # Of several, the last one asked.
    held = select(Wish).where(is_theirs, col(Wish.wish).in_(LASTING)).order_by(col(Wish.id))
    return {wish.resource_id: wish for wish in session.exec(held)}


def all_of(session: Session) -> Sequence[Wish]:
    """Everything that is asked, the oldest first."""
    return session.exec(select(Wish).order_by(col(Wish.id))).all()
