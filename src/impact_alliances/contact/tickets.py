"""The ticket that each form carries: who it writes to and since when, signed by us, used once.

It needs no session and no cookie, and lets a form be shown again whole while the database is down.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from impact_alliances.contact.recipient import Recipient
from impact_alliances.resources.key import key_in
from impact_alliances.signing import BadLink, Signer

# Nobody reads a form and writes forty signs sooner, in seconds; who fills one in takes no longer,
# in days.
HASTE_S, LASTS_DAYS = 3.0, 1
_PURPOSE = "contact-form"


@dataclass(frozen=True)
class Ticket:
    """One form: its id, when it was given (seconds since the epoch), and who it writes to."""

    form: str
    given_at: float
    recipient: Recipient


class Tickets:
    """Gives and reads them. `clock` is in seconds since the epoch."""

    def __init__(self, signer: Signer, clock: Callable[[], float] = time.time) -> None:
        self._signer, self._clock = signer, clock

    def give(self, recipient: Recipient) -> str:
        """The text of a new ticket."""
        return self._signer.sign(
            _PURPOSE,
            secrets.token_hex(16),
            f"{self._clock():.3f}",
            str(recipient.key),
            recipient.name,
            "person" if recipient.is_person else "",
            recipient.sheet,
            days=LASTS_DAYS,
        )

    def read(self, token: str) -> Ticket:
        """The ticket of that text. Raises `BadLink`, or `ExpiredLink` after a day."""
        parts = self._signer.read(_PURPOSE, token)
        try:
            form, given_at, key, name, is_person, sheet = parts
        except ValueError as wrong:
            raise BadLink from wrong
        recipient = Recipient(key_in(key), name, bool(is_person), sheet)
        return Ticket(form, float(given_at), recipient)

    def is_hasty(self, ticket: Ticket) -> bool:
        """Whether the form comes back sooner than anybody writes."""
        return self._clock() - ticket.given_at < HASTE_S
