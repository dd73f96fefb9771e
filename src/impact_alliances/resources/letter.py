"""A message in the queue: the row that is written with what it is about, and what became of it.

Once it is over, what is of persons is erased in time; that it was, and how it ended, stays.
"""

import datetime as dt

from sqlalchemy import JSON, Index
from sqlmodel import Field, SQLModel

from impact_alliances.resources.resource import now

# It waits for its turn; it may be in the server's hands; the server took it; it will not be sent;
# nobody knows whether the server took it; somebody decided not to send it.
STATES = ("waiting", "sending", "accepted", "refused", "uncertain", "dropped")
WAITING, SENDING, ACCEPTED, REFUSED, UNCERTAIN, DROPPED = STATES


class Letter(SQLModel, table=True):
    """One message to one person, under a number that is never given again.

    `about` is a key as text, empty when there is none. Nothing is sent before `due_at`;
    `changed_at` is when the state last changed. `reply` is what the server last said, without any
    address. `token` makes its Message-ID, the same at each attempt. Times are in UTC.
    """

    __tablename__ = "letter"
    # SQLite would give the number of an erased row again.
    __table_args__ = (
        Index("ix_letter_state_due_at", "state", "due_at"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    purpose: str = Field(max_length=32)
    about: str = Field(default="", max_length=96)
    state: str = Field(default=WAITING, max_length=16)
    attempts: int = 0
    made_at: dt.datetime = Field(default_factory=now)
    due_at: dt.datetime = Field(default_factory=now)
    changed_at: dt.datetime = Field(default_factory=now)
    reply: str = Field(default="", max_length=500)
    token: str = Field(default="", max_length=32)
    to: str = Field(default="", max_length=254)
    reply_to: str = Field(default="", max_length=254)
    reply_name: str = Field(default="", max_length=100)
    subject: str = Field(default="", max_length=200)
    text: str = ""
    html: str = ""
    headers: list[list[str]] = Field(default_factory=list, sa_type=JSON)
