"""The queue of what is to be sent, in the database: what was asked in a transaction leaves with it,
or not at all, and nothing is sent twice.
"""

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Engine, and_, case, func, or_, update
from sqlmodel import Session, col, select

from impact_alliances.db import reading, written
from impact_alliances.errors import NotFound, Refusal
from impact_alliances.mail.composing import check_composable
from impact_alliances.mail.message import Outgoing
from impact_alliances.resources.letter import (
    ACCEPTED,
    DROPPED,
    REFUSED,
    SENDING,
    UNCERTAIN,
    WAITING,
    Letter,
)
from impact_alliances.resources.resource import now

# How many minutes a message waits after each refusal that may pass; after the last it is given up.
GIVEN_UP_DAYS = 5
PAUSES_MIN = (1, 5, 15, 60, *[360] * (4 * GIVEN_UP_DAYS))
LONGEST_REPLY = 500
# What is of persons, in a row; `reply` may quote them.
_PERSONAL = {
    "about": "",
    "token": "",
    "to": "",
    "reply_to": "",
    "reply_name": "",
    "subject": "",
    "text": "",
    "html": "",
    "headers": [],
    "reply": "",
}
# What the server has, once it took it, and we need no more.
_TEXTS = {"text": "", "html": "", "headers": []}


def enqueue(session: Session, outgoing: Outgoing, *, after: dt.datetime | None = None) -> int:
    """Have a message sent once the transaction of `session` is committed, and not before `after`.
    Returns its number. Raises `NotComposable` rather than queue what could never leave.
    """
    letter = letter_of(outgoing)
    check_composable(letter)
    letter.due_at = after or letter.due_at
    session.add(letter)
    session.flush()
    return _number(letter)


def letter_of(outgoing: Outgoing) -> Letter:
    """The row of a message, not queued yet."""
    return Letter(
        purpose=outgoing.purpose,
        about=str(outgoing.about or ""),
        token=secrets.token_hex(16),
        to=outgoing.to,
        reply_to=outgoing.reply_to,
        reply_name=outgoing.reply_name,
        subject=outgoing.subject,
        text=outgoing.text,
        html=outgoing.html,
        headers=[list(pair) for pair in outgoing.headers],
    )


def _number(letter: Letter) -> int:
    if letter.id is None:
        raise AssertionError("a row that was written has a number")
    return letter.id


@dataclass(frozen=True)
class Outcome:
    """What became of an attempt: the state that follows, and what was said."""

    state: str
    reply: str


class Queue:
    """The messages of a database, and the steps each goes through."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    # -- sending ----------------------------------------------------------------------------------

    def first_due(self) -> Letter | None:
        """The message that has waited longest for its turn."""
        due = col(Letter.state) == WAITING, col(Letter.due_at) <= now()
        order = col(Letter.due_at), col(Letter.id)
        with reading(self._database) as session:
            return session.exec(select(Letter).where(*due).order_by(*order).limit(1)).first()

    def begin(self, letter: Letter) -> bool:
        """Note that it is about to be given. False when somebody else took it, or dropped it."""
        mine = and_(col(Letter.state) == WAITING, col(Letter.attempts) == letter.attempts)
        return self._change(letter, mine, state=SENDING, attempts=letter.attempts + 1)

    def end(self, letter: Letter, outcome: Outcome, *, keeps_text: bool = False) -> Outcome:
        """Note what became of the attempt at `letter`; that which was noted: a refusal that may
        pass is final after the last pause.

        An attempt found cut by another process was in doubt: what is known here is truer.
        """
        before = and_(col(Letter.state) == WAITING, col(Letter.attempts) == letter.attempts)
        begun = and_(
            col(Letter.state).in_((SENDING, UNCERTAIN)),
            col(Letter.attempts) == letter.attempts + 1,
        )
        outcome = _given_up(outcome) if letter.attempts >= len(PAUSES_MIN) else outcome
        values: dict[str, object] = {"state": outcome.state, "attempts": letter.attempts + 1}
        values["reply"] = outcome.reply[:LONGEST_REPLY]
        if outcome.state == WAITING:
            values["due_at"] = now() + dt.timedelta(minutes=PAUSES_MIN[letter.attempts])
        if outcome.state == ACCEPTED and not keeps_text:
            values |= _TEXTS
        self._change(letter, or_(before, begun), **values)
        return outcome

    def doubt(self) -> Sequence[int]:
        """Mark what was being given when its sender was cut: nobody knows whether it was taken.
        Only for whoever is alone to send. Returns the numbers.
        """
        cut = update(Letter).where(col(Letter.state) == SENDING)
        said = "L’envoi a été coupé : nul ne sait si le serveur l’a pris."
        marked = cut.values(state=UNCERTAIN, changed_at=now(), reply=said).returning(col(Letter.id))
        numbers = written(self._database, lambda session: session.scalars(marked).all())
        return [number for number in numbers if number is not None]

    def erase(self, days: int) -> None:
        """Erase what is of persons in every message made more than so many days ago, whatever
        became of it; one that still waits is given up.
        """
        old = col(Letter.made_at) < now() - dt.timedelta(days=days)
        whole = update(Letter).where(old, col(Letter.to) != "", col(Letter.state) != SENDING)
        ends = case((col(Letter.state) == WAITING, REFUSED), else_=col(Letter.state))
        written(
            self._database, lambda session: session.execute(whole.values(state=ends, **_PERSONAL))
        )

    # -- by hand ----------------------------------------------------------------------------------

    def letter(self, number: int) -> Letter:
        """That message. Raises `NotFound`."""
        with reading(self._database) as session:
            found = session.get(Letter, number)
        if not found:
            raise NotFound(f"Il n’y a pas de message n° {number}.")
        return found

    def retry(self, number: int) -> None:
        """Have it sent again, now, by whoever sends. Raises `Refusal`."""
        letter = self.letter(number)
        if not letter.to:
            raise Refusal(f"Le message n° {number} est effacé : il ne peut plus partir.")
        again = col(Letter.state).in_((WAITING, REFUSED, UNCERTAIN))
        if not self._change(letter, again, state=WAITING, due_at=now()):
            raise Refusal(f"Le message n° {number} n’est plus à envoyer : il est parti, ou retiré.")

    def drop(self, number: int) -> None:
        """Never send it, and erase what it says. Raises `Refusal`."""
        letter = self.letter(number)
        held = col(Letter.state).in_((WAITING, REFUSED, UNCERTAIN))
        if not self._change(letter, held, state=DROPPED, **_PERSONAL):
            raise Refusal(f"Le message n° {number} n’est plus à retirer : il est parti, ou retiré.")

    def counts(self) -> dict[str, int]:
        """How many messages are in each state, those erased left out."""
        kept = select(Letter.state, func.count()).where(col(Letter.to) != "")
        with reading(self._database) as session:
            return dict(session.exec(kept.group_by(Letter.state)).all())

    def latest(self, *states: str, limit: int) -> Sequence[Letter]:
        """The last messages made, in one of these states, those erased left out."""
        wanted = col(Letter.state).in_(states), col(Letter.to) != ""
        order = col(Letter.id).desc()
        with reading(self._database) as session:
            return session.exec(select(Letter).where(*wanted).order_by(order).limit(limit)).all()

    def _change(self, letter: Letter, mine: ColumnElement[bool], **values: object) -> bool:
        """Change that message if it is as expected; whether it was."""
        one = update(Letter).where(col(Letter.id) == letter.id, mine)
        changed = one.values(changed_at=now(), **values).returning(col(Letter.id))
        return written(self._database, lambda session: session.scalar(changed)) is not None


def _given_up(outcome: Outcome) -> Outcome:
    if outcome.state != WAITING:
        return outcome
    return Outcome(REFUSED, f"Abandonné après {GIVEN_UP_DAYS} jours d’essais. {outcome.reply}")
