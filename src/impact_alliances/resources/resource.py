"""What the four kinds share: identity, grid values, place, dates and status."""

import datetime as dt
import re
from typing import Any, ClassVar, NamedTuple

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from impact_alliances.geo.nearness import Whereabouts, implantation_of
from impact_alliances.geo.places import gazetteer
from impact_alliances.vocabularies.terms import ACTEURS, DEPARTEMENTS, FRAGILITES, REGIONS

_HEADING = re.compile(r"^#+ ", re.MULTILINE)
DRAFT, PUBLISHED, RETIRED = "draft", "published", "retired"
# Of whoever also works from afar.
REMOTE = "a-distance"
STATUSES = (DRAFT, PUBLISHED, RETIRED)


def now() -> dt.datetime:
    """The present instant, in UTC, to the second."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


def plain(markdown: str) -> str:
    """Markdown without the marks of its headings, to be read as running text."""
    return _HEADING.sub("", markdown)


def _list(**column: Any) -> Any:
    return Field(default_factory=list, sa_type=JSON, sa_column_kwargs=column)


class Person(NamedTuple):
    """Who answers for a resource: a name, and an e-mail address that never leaves the database."""

    name: str
    address: str


class Resource(SQLModel):
    """The columns of every kind. Lists hold vocabulary slugs; `departement` and `region` are INSEE
    codes.

    `date` is the day the resource speaks of (start of a case, publication of a note or article);
    `taille` is derived from the commune's population; texts are Markdown. `demandes` are short
    texts: how those who need it would ask for it, in their words rather than in its own.
    `updated_at` is when what visitors read last changed, the moment of creation until then.

    A kind says what is its own: `DAY`, the field that gives `date` when nothing else does; whether
    a sheet of it is that of a person (`IS_PERSON`), and who can be written to; what contradicts
    itself in it; its texts, the names and places it is found under, and what it is called, whole.
    """

    DAY: ClassVar[str] = ""
    IS_PERSON: ClassVar[bool] = False

    id: str = Field(primary_key=True, max_length=64)
    slug: str = Field(unique=True, index=True, max_length=160)
    title: str = ""
    summary: str = ""
    body: str = ""
    fragilites: list[str] = _list()
    acteurs: list[str] = _list()
    echelon: str = ""
    odd: list[str] = _list()
    commune: str = ""
    departement: str = ""
    region: str = ""
    taille: str = ""
    date: dt.date | None = Field(default=None, index=True)
    source_url: str = ""
    tags: list[str] = _list()
    demandes: list[str] = _list(server_default="[]")
    status: str = Field(default=DRAFT, index=True, max_length=16)
    created_at: dt.datetime = Field(default_factory=now)
    updated_at: dt.datetime = Field(default_factory=now)
    verified_on: dt.date | None = None

    def departements(self) -> list[str]:
        """The départements a facet counts this resource under."""
        return [self.departement] if self.departement else []

    def regions(self) -> list[str]:
        """The régions a facet counts this resource under."""
        return [self.region] if self.region else []

    def whereabouts(self) -> Whereabouts:
        """Where this resource is, to be compared with a place."""
        return Whereabouts(self.commune, tuple(self.departements()), tuple(self.regions()))

    def implantation(self) -> tuple[str, ...]:
        """Where this resource is based, as `implantation_of` writes it."""
        return implantation_of(self.commune, self.departement, self.region)

    def desserte(self) -> tuple[str, ...]:
        """Where it serves from afar: `dep:22`, `reg:53`, and `REMOTE` for everywhere."""
        return ()

    def incoherences(self) -> list[str]:
        """What contradicts itself here, as French sentences."""
        return []

    def names(self) -> list[str]:
        """The names by which the resource may be asked for without its text holding them: tags,
        place, grid values.
        """
        commune = gazetteer().by_code.get(self.commune)
        return [
            *self.tags,
            *([commune.name] if commune else []),
            *(FRAGILITES.label_of(slug) for slug in self.fragilites),
            *(ACTEURS.label_of(slug) for slug in self.acteurs),
            *(DEPARTEMENTS.label_of(code) for code in self.departements()),
            *(REGIONS.label_of(code) for code in self.regions()),
        ]

    def identities(self) -> list[str]:
        """What the resource is called, whole, when it is asked for by name: id, end of its address,
        title.
        """
        return [self.id, self.slug, self.title]

    def texts(self) -> list[str]:
        """The prose of the resource, in reading order, without the title: what is searched,
        embedded and quoted.
        """
        return [text for text in (self.summary, plain(self.body)) if text]

    def person(self) -> Person | None:
        """Who answers for the resource and can be written to; None when nobody can."""
        return None

    def forget_person(self) -> None:
        """Erase by what means that person is reached."""
