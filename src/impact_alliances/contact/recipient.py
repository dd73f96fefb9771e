"""Who is written to, as visitors may know them: never an address."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from impact_alliances import urls
from impact_alliances.resources.key import Key
from impact_alliances.resources.kinds import key_of
from impact_alliances.resources.resource import PUBLISHED, Person, Resource
from impact_alliances.resources.wishes import lasting
from impact_alliances.vocabularies import french


@dataclass(frozen=True)
class Recipient:
    """The person of a sheet (`is_person`), or the bearer of a case: `name` is then the title of the
    case, for bearers are not named.
    """

    key: Key
    name: str
    is_person: bool
    sheet: str

    @classmethod
    def of(cls, resource: Resource) -> "Recipient":
        """That of a resource."""
        name = getattr(resource, "name", "") if resource.IS_PERSON else ""
        return cls(
            key_of(resource), name or resource.title, resource.IS_PERSON, urls.page_of(resource)
        )

    @property
    def said(self) -> str:
        """« Awa Le Goff », « le porteur du cas « … » »."""
        return self.name if self.is_person else f"le porteur du cas {french.quoted(self.name)}"

    @property
    def to_whom(self) -> str:
        """« à Awa Le Goff », « au porteur du cas « … » »."""
        return (
            f"à {self.name}" if self.is_person else f"au porteur du cas {french.quoted(self.name)}"
        )


def reachable(session: Session, resource: Resource) -> Person | None:
    """Who can be written to about a resource: nobody when it is not published, has no address, or
    when its person asked not to be.
    """
    return resource.person() if reachable_among(session, [resource]) else None


def reachable_among(session: Session, resources: Sequence[Resource]) -> frozenset[Key]:
    """Those of these resources about which somebody can be written to, one query a kind."""
    ids: dict[str, list[str]] = {}
    for resource in resources:
        if resource.status == PUBLISHED and resource.person():
            key = key_of(resource)
            ids.setdefault(key.kind, []).append(key.id)
    return frozenset(
        Key(kind, one)
        for kind, asked in ids.items()
        for one in set(asked) - lasting(session, kind, asked).keys()
    )
