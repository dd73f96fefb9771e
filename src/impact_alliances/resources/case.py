"""A case: one alliance, what it answered, who did what, what came of it."""

import datetime as dt
from typing import Any, ClassVar

from sqlalchemy import JSON
from sqlmodel import Field

from impact_alliances.resources.fields import sections_of
from impact_alliances.resources.resource import Person, Resource, plain

# The sections of a case in reading order: field, heading shown.
SECTIONS = sections_of("case")


class Case(Resource, table=True):
    """An inspiring partnership. `partners` are `{"name", "profile", "role"}`; the first one carries
    the case.

    `contact_name` and `contact_email` are those of whoever answers for it: as a catalyseur's
    address, they never leave the database, and messages are passed on to them.
    """

    __tablename__ = "case_study"
    DAY: ClassVar[str] = "started_on"

    need: str = ""
    alliance: str = ""
    actions: str = ""
    results: str = ""
    helped: str = ""
    hindered: str = ""
    to_replicate: str = ""
    means: str = ""
    partners: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    organisation_size: str = ""
    impacts: list[str] = Field(default_factory=list, sa_type=JSON)
    started_on: dt.date | None = None
    ended_on: dt.date | None = None
    state: str = ""
    contact_name: str = ""
    contact_email: str = ""

    def incoherences(self) -> list[str]:
        if self.started_on and self.ended_on and self.ended_on < self.started_on:
            return ["La fin (ended_on) précède le début (started_on)."]
        return []

    def identities(self) -> list[str]:
        # « Ville » and « Commune » carry hundreds of cases: a name of one word is but a word.
        return [*super().identities(), *(name for name in self._partner_names() if " " in name)]

    def texts(self) -> list[str]:
        partners = ", ".join(self._partner_names())
        sections = [getattr(self, field) for field, _ in SECTIONS]
        return [text for text in (self.summary, *sections, plain(self.body), partners) if text]

    def person(self) -> Person | None:
        return Person(self.contact_name, self.contact_email) if self.contact_email else None

    def forget_person(self) -> None:
        self.contact_name = self.contact_email = ""

    def _partner_names(self) -> list[str]:
        return [str(partner.get("name", "")) for partner in self.partners]
