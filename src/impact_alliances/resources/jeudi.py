"""A Jeudi de l'ODD 17: the note published every Thursday."""

import datetime as dt
from typing import ClassVar

from sqlalchemy import JSON
from sqlmodel import Field

from impact_alliances.resources.resource import Resource
from impact_alliances.vocabularies.terms import DEPARTEMENTS

THURSDAY = 3
# What people write before the number of a note.
NUMBERED = ("n°", "no", "numéro", "Jeudi", "Jeudi n°", "note", "note n°")


class Jeudi(Resource, table=True):
    """A weekly note. `published_on` is a Thursday; `related` are ids of the resources it cites."""

    __tablename__ = "jeudi"
    DAY: ClassVar[str] = "published_on"

    number: int | None = None
    published_on: dt.date | None = None
    month_theme: str = ""
    related: list[str] = Field(default_factory=list, sa_type=JSON)

    def identities(self) -> list[str]:
        if self.number is None:
            return super().identities()
        # « 22 » alone is Côtes-d’Armor; « n° 22 » is a note.
        is_place = f"{self.number:02}" in DEPARTEMENTS
        ways = NUMBERED if is_place else ("", *NUMBERED)
        return [*super().identities(), *(f"{before} {self.number}" for before in ways)]

    def incoherences(self) -> list[str]:
        if self.published_on and self.published_on.weekday() != THURSDAY:
            return [f"Un Jeudi paraît un jeudi ; le {self.published_on:%d/%m/%Y} n’en est pas un."]
        return []
