"""How often people may be written to, by whom: counted by day, under a key that goes with it."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Engine, delete, func
from sqlmodel import Session, col, select

from impact_alliances.addresses import address
from impact_alliances.contact.recipient import Recipient
from impact_alliances.db import insert_absent, written
from impact_alliances.errors import Refusal, TooManyRequests
from impact_alliances.resources.contacts import BlockedWriter, Contact, ContactKey
from impact_alliances.resources.resource import now

# A visitor, in a day: different people of a kind, messages to the same one. A visitor is an
# address typed; the computer they write from may serve a whole town hall.
MOST_PEOPLE, MOST_TO_THE_SAME, MOST_FROM_A_CLIENT = 3, 2, 10
# Whoever it comes from: messages to one person in a day, to all in an hour.
MOST_TO_ONE, MOST_AN_HOUR = 20, 100
# How long a reported writer is blocked, in days.
BLOCKED_DAYS = 30
# One mailbox under two names, where dots before « @ » count for nothing.
_GMAIL = ("gmail.com", "googlemail.com")
_TOMORROW = "Réessayez demain, ou écrivez à l’équipe (page À propos)."


class Blocked(Refusal):
    """Somebody reported this writer."""

    status = 403
    title = "Message non transmis"


class Day:
    """One day of messages, within a transaction that no other of that day runs beside."""

    def __init__(self, session: Session, at: dt.datetime) -> None:
        self._session, self.at = session, at
        self.name = f"{at:%Y-%m-%d}"
        insert_absent(session, ContactKey, [{"day": self.name, "key": secrets.token_bytes(32)}])
        # Held until the end: two messages of one visitor would each see the other not there yet.
        held = select(ContactKey.key).where(ContactKey.day == self.name).with_for_update()
        self._key = session.exec(held).one()

    def digest(self, text: str) -> str:
        """What the key of the day makes of a text; of nothing, nothing."""
        made = hashlib.blake2b(text.encode(), key=self._key, digest_size=16).hexdigest()
        return made if text else ""

    def check(self, contact: Contact, recipient: Recipient) -> None:
        """Raise a refusal when one message more would be too many."""
        self._check_writer(self._sent(col(Contact.writer) == contact.writer), recipient)
        computer = self._sent(col(Contact.client) == contact.client) if contact.client else []
        if len(computer) >= MOST_FROM_A_CLIENT:
            raise TooManyRequests(
                f"{MOST_FROM_A_CLIENT} messages sont déjà partis de votre connexion aujourd’hui. "
                f"{_TOMORROW}"
            )
        if len(self._sent(col(Contact.about) == contact.about)) >= MOST_TO_ONE:
            raise TooManyRequests(
                "Cette personne a déjà reçu beaucoup de messages aujourd’hui. Réessayez demain."
            )
        if self._lately() >= MOST_AN_HOUR:
            raise TooManyRequests(
                "Trop de messages partent d’ici en ce moment. Réessayez dans une heure."
            )

    def _check_writer(self, sent: Sequence[str], recipient: Recipient) -> None:
        about = str(recipient.key)
        if sent.count(about) >= MOST_TO_THE_SAME:
            raise TooManyRequests(
                f"Vous avez déjà écrit {MOST_TO_THE_SAME} fois {recipient.to_whom} aujourd’hui : "
                "attendez sa réponse."
            )
        alike = {one for one in sent if one.startswith(f"{recipient.key.kind}:")} - {about}
        if len(alike) >= MOST_PEOPLE:
            whom = "catalyseurs" if recipient.is_person else "porteurs de cas"
            raise TooManyRequests(
                f"Vous avez déjà écrit à {MOST_PEOPLE} {whom} aujourd’hui. {_TOMORROW}"
            )

    def _sent(self, condition: ColumnElement[bool]) -> list[str]:
        """To whom, of today's messages that are so."""
        of_it = select(Contact.about).where(Contact.day == self.name, condition)
        return list(self._session.exec(of_it))

    def _lately(self) -> int:
        hour = self.at - dt.timedelta(hours=1)
        recent = select(func.count()).select_from(Contact).where(col(Contact.at) > hour)
        return self._session.exec(recent).one()


def forget(session: Session, at: dt.datetime) -> None:
    """Erase the keys of other days, the rows whose form can no longer be sent again, and the blocks
    that are over.
    """
    today, yesterday = f"{at:%Y-%m-%d}", f"{at - dt.timedelta(days=1):%Y-%m-%d}"
    session.execute(delete(ContactKey).where(col(ContactKey.day) != today))
    session.execute(delete(Contact).where(col(Contact.day) < yesterday))
    session.execute(delete(BlockedWriter).where(col(BlockedWriter.until) <= at))


def forget_contacts(database: Engine) -> None:
    """The same, now, in a base where nobody may write for days."""
    written(database, lambda session: forget(session, now()))


def block(session: Session, writer: str, at: dt.datetime) -> None:
    """Pass on nothing more from that writer for a time."""
    session.merge(BlockedWriter(writer=writer, until=at + dt.timedelta(days=BLOCKED_DAYS)))


def check_blocked(session: Session, writer: str, at: dt.datetime) -> None:
    """Raise `Blocked` when that writer was reported."""
    found = session.get(BlockedWriter, writer)
    if found and found.until > at:
        raise Blocked(
            "Une personne a signalé vos messages : ils ne sont plus transmis pour l’instant. Si "
            "c’est une erreur, écrivez à l’équipe (page À propos)."
        )


def writer_of(email: str) -> str:
    """The mailbox by which a visitor is counted, however its address is written: in lower case,
    without what follows « + », nor the dots that Gmail ignores. Raises `BadAddress`.
    """
    local, _, domain = address(email).lower().rpartition("@")
    local = local.partition("+")[0]
    if domain in _GMAIL:
        return f"{local.replace('.', '')}@{_GMAIL[0]}"
    return f"{local}@{domain}"
