"""Passing a message on: what is typed goes to a person whose address is never shown, and an
acknowledgement to who wrote. Both are queued with what the limits need, in one transaction.
"""

import datetime as dt
from dataclasses import astuple, dataclass

from sqlalchemy import Engine
from sqlmodel import Session

from impact_alliances.contact import limits
from impact_alliances.contact.limits import Day, writer_of
from impact_alliances.contact.recipient import Recipient, reachable
from impact_alliances.contact.tickets import Ticket
from impact_alliances.contact.typed import Typed
from impact_alliances.contact.wording import Passed, Subject, Wording
from impact_alliances.db import written
from impact_alliances.errors import Refusal
from impact_alliances.mail.queue import enqueue
from impact_alliances.resources.contacts import Contact
from impact_alliances.resources.kinds import KINDS
from impact_alliances.resources.resource import Person, now
from impact_alliances.signing import Signer


class FormUsed(Refusal):
    """The form was sent already, with another text in it."""

    title = "Formulaire déjà envoyé"

    def __init__(self) -> None:
        super().__init__(
            "Ce formulaire a déjà servi à envoyer un autre message. Relisez celui-ci, puis "
            "renvoyez-le : il partira."
        )


class NobodyThere(Refusal):
    """Nobody can be written to by this sheet any more."""

    status = 410
    title = "Message non transmis"

    def __init__(self) -> None:
        super().__init__(
            "On ne peut plus écrire par cette fiche. Votre message n’est pas parti : gardez-en le "
            "texte pour quelqu’un d’autre."
        )


@dataclass(frozen=True)
class Writing:
    """One form that came back: its ticket, what was typed, about what; `client` is the address of
    the computer, empty when it tells nobody apart.
    """

    ticket: Ticket
    typed: Typed
    subject: Subject
    client: str


class Relay:
    """Passes messages on."""

    def __init__(self, database: Engine, signer: Signer, wording: Wording) -> None:
        self._database, self._signer, self._wording = database, signer, wording

    def pass_on(self, writing: Writing) -> None:
        """Queue the message and its acknowledgement, once a form. Raises a refusal when it may not
        be: nothing is then written.
        """
        written(self._database, lambda session: self._pass_on(session, writing, now()))

    def _pass_on(self, session: Session, writing: Writing, at: dt.datetime) -> None:
        limits.forget(session, at)
        writer = self._signer.seal("writer", writer_of(writing.typed.email))
        limits.check_blocked(session, writer, at)
        day, recipient = Day(session, at), writing.ticket.recipient
        contact = _contact(day, writing)
        former = session.get(Contact, contact.form)
        if former:
            # Sent twice by a double click or a reload, it goes once.
            if former.content != contact.content:
                raise FormUsed
            return
        person = _person(session, recipient)
        day.check(contact, recipient)
        session.add(contact)
        passed = Passed(recipient, writing.typed, writing.subject, writer)
        enqueue(session, self._wording.passed_on(passed, person))
        enqueue(session, self._wording.acknowledged(passed))


def _contact(day: Day, writing: Writing) -> Contact:
    ticket, typed = writing.ticket, writing.typed
    return Contact(
        form=ticket.form,
        day=day.name,
        at=day.at,
        about=str(ticket.recipient.key),
        writer=day.digest(writer_of(typed.email)),
        client=day.digest(writing.client),
        content=day.digest("\0".join(astuple(typed))),
    )


def _person(session: Session, recipient: Recipient) -> Person:
    resource = session.get(KINDS[recipient.key.kind].table, recipient.key.id)
    person = reachable(session, resource) if resource else None
    if person is None:
        raise NobodyThere
    return person
