"""A Jeudi de l'ODD 17: the note published every Thursday."""

import datetime as dt

from sqlalchemy import JSON
from sqlmodel import Field

from impact_alliances.resources.resource import Resource


class Jeudi(Resource, table=True):
    """A weekly note. `published_on` is a Thursday; `related` are ids of the resources it cites."""

    __tablename__ = "jeudi"

    number: int | None = None
    published_on: dt.date | None = None
    month_theme: str = ""
    related: list[str] = Field(default_factory=list, sa_type=JSON)
