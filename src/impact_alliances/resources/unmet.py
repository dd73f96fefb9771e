"""Searches that found nothing good, counted without a trace of who made them.

A search stands under a keyed hash of its words. The key is drawn for a month and deleted with it:
past the month nothing tells any more what was searched, but for the texts that were asked often.
"""

from sqlalchemy import LargeBinary
from sqlmodel import Field, SQLModel


class UnmetKey(SQLModel, table=True):
    """The key of one `month`, as « 2026-11 »."""

    __tablename__ = "unmet_key"

    month: str = Field(primary_key=True, max_length=7)
    key: bytes = Field(sa_type=LargeBinary)


class UnmetSearch(SQLModel, table=True):
    """One search of a month by its `digest`, and how often it was made. `text` stays empty until it
    is no longer one person's own.
    """

    __tablename__ = "unmet_search"

    month: str = Field(primary_key=True, max_length=7)
    digest: str = Field(primary_key=True, max_length=32)
    count: int = 0
    text: str = Field(default="", max_length=200)
