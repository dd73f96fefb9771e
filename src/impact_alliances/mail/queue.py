"""The queue of what is to be sent, in the database: what was asked in a transaction leaves with it,
or not at all.
"""

import datetime as dt
import secrets

from sqlmodel import Session

from impact_alliances.mail.letter import Letter
from impact_alliances.mail.message import Outgoing
from impact_alliances.resources.resource import now


def enqueue(session: Session, outgoing: Outgoing, *, after: dt.datetime | None = None) -> int:
    """Have a message sent once the transaction of `session` is committed, and not before `after`.
    Returns its number.
    """
    letter = Letter(
        purpose=outgoing.purpose,
        about=str(outgoing.about or ""),
        due_at=after or now(),
        token=secrets.token_hex(16),
        to=outgoing.to,
        reply_to=outgoing.reply_to,
        reply_name=outgoing.reply_name,
        subject=outgoing.subject,
        text=outgoing.text,
        html=outgoing.html,
        headers=[list(pair) for pair in outgoing.headers],
    )
    session.add(letter)
    session.flush()
    if letter.id is None:
        raise AssertionError("a row that was written has a number")
    return letter.id
