"""A catalyseur territorial: a person who runs co-operation on the ground, and where."""

from typing import ClassVar

from sqlalchemy import JSON
from sqlmodel import Field

from impact_alliances.resources.resource import REMOTE, Person, Resource, plain
from impact_alliances.vocabularies.terms import DEPARTEMENTS, METIERS, REGION_OF


class Catalyseur(Resource, table=True):
    """A contact. `area` holds the codes of the départements or régions served.

    `email` and `phone` never leave the database: no page, API, export to visitors, index document
    or log shows them.
    """

    __tablename__ = "catalyseur"
    IS_PERSON: ClassVar[bool] = True

    name: str = ""
    organisation: str = ""
    role: str = ""
    metiers: list[str] = Field(default_factory=list, sa_type=JSON)
    area: list[str] = Field(default_factory=list, sa_type=JSON)
    remote: bool = False
    email: str = ""
    phone: str = ""
    website: str = ""

    def departements(self) -> list[str]:
        served = [code.removeprefix("dep:") for code in self.area if code.startswith("dep:")]
        return list(
            dict.fromkeys(
                [*super().departements(), *(code for code in served if code in DEPARTEMENTS)]
            )
        )

    def regions(self) -> list[str]:
        served = [code.removeprefix("reg:") for code in self.area if code.startswith("reg:")]
        through = [REGION_OF[code] for code in self.departements()]
        return list(dict.fromkeys([*super().regions(), *served, *through]))

    def desserte(self) -> tuple[str, ...]:
        return (*self.area, REMOTE) if self.remote else tuple(self.area)

    def names(self) -> list[str]:
        metiers = (METIERS.label_of(slug) for slug in self.metiers)
        return [*super().names(), self.name, *metiers]

    def identities(self) -> list[str]:
        return [*super().identities(), self.name, self.organisation]

    def texts(self) -> list[str]:
        return [
            text for text in (self.role, self.organisation, self.summary, plain(self.body)) if text
        ]

    def person(self) -> Person | None:
        return Person(self.name, self.email) if self.email else None

    def forget_person(self) -> None:
        self.email = self.phone = ""
