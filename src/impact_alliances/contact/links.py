"""The links by which a person of the base, and nobody else, decides on their sheet.

A link says for what it is good, of which sheet, and for which address it was made: once the sheet
has another address, or none, the links of before open nothing.
"""

from enum import StrEnum

from sqlmodel import Session

from impact_alliances import urls
from impact_alliances.resources.key import Key, key_in
from impact_alliances.resources.kinds import KINDS
from impact_alliances.resources.resource import Resource
from impact_alliances.settings import Settings
from impact_alliances.signing import BadLink, ExpiredLink, Signer


class Act(StrEnum):
    """What a link does, as its address says it."""

    PAUSE = "pause"
    RESUME = "reprise"
    CORRECT = "correction"
    WITHDRAW = "retrait"
    REPORT = "signalement"


# How long a link is good, in days; the one that ends a pause is good as long as the pause.
_DAYS: dict[Act, float | None] = {
    Act.PAUSE: 365,
    Act.RESUME: None,
    Act.CORRECT: 365,
    Act.WITHDRAW: 365,
    Act.REPORT: 30,
}


class Links:
    """Makes and opens them."""

    def __init__(self, settings: Settings, signer: Signer) -> None:
        self._base_url, self._signer = settings.base_url, signer

    def to(self, act: Act, key: Key, address: str, *more: str) -> str:
        """The whole address of the page that does this, to be sent to `address` alone; `more` is
        said by the link besides.
        """
        token = self._signer.sign(
            _purpose(act), str(key), self._seal(address), *more, days=_DAYS[act]
        )
        return self._base_url + urls.wish_page(act, token)

    def open(self, session: Session, act: Act, token: str) -> tuple[Resource, tuple[str, ...]]:
        """The resource of a link, and what it says besides. Raises `BadLink` or `ExpiredLink`."""
        try:
            written, seal, *more = self._signer.read(_purpose(act), token)
        except ValueError as wrong:
            raise BadLink from wrong
        key = key_in(written)
        resource = session.get(KINDS[key.kind].table, key.id)
        person = resource.person() if resource else None
        if resource is None or person is None or self._seal(person.address) != seal:
            raise ExpiredLink
        return resource, tuple(more)

    def _seal(self, address: str) -> str:
        return self._signer.seal("person", address.lower())


def _purpose(act: Act) -> str:
    return f"wish-{act}"
