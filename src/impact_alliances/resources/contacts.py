"""What is kept of those who write to a person of the base, beside the messages themselves: enough
to hold the limits of a day, and nothing that tells who they are.

A day has a key, drawn at random and deleted with it: past the day nothing links a row to anybody.
"""

import datetime as dt

from sqlalchemy import LargeBinary
from sqlmodel import Field, SQLModel


class ContactKey(SQLModel, table=True):
    """The key of one `day`, as « 2026-11-30 »."""

    __tablename__ = "contact_key"

    day: str = Field(primary_key=True, max_length=10)
    key: bytes = Field(sa_type=LargeBinary)


class Contact(SQLModel, table=True):
    """One message passed on, by the `form` it was written in, which serves once.

    `about` is the key of the resource written to, as text. `writer` and `client` are what the key
    of the day makes of the address typed and of the client's; `content` of all that was typed.
    """

    __tablename__ = "contact"

    form: str = Field(primary_key=True, max_length=32)
    day: str = Field(index=True, max_length=10)
    at: dt.datetime
    about: str = Field(max_length=96)
    writer: str = Field(max_length=32)
    client: str = Field(default="", max_length=32)
    content: str = Field(max_length=32)


class BlockedWriter(SQLModel, table=True):
    """An address from which nothing is passed on for a time: what the key that signs links makes
    of it.
    """

    __tablename__ = "blocked_writer"

    writer: str = Field(primary_key=True, max_length=64)
    until: dt.datetime
