"""What a person of the base decides of their own sheet, by a link that only they hold: each is
done, noted, confirmed to them and told to the editor in one transaction.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import asdict

from sqlalchemy import Engine, delete
from sqlmodel import Session, col, select

from impact_alliances.contact import limits
from impact_alliances.contact.links import Act, Links
from impact_alliances.contact.recipient import Recipient
from impact_alliances.contact.wording import Said, Wording
from impact_alliances.db import written
from impact_alliances.errors import TooManyRequests
from impact_alliances.mail.queue import enqueue
from impact_alliances.resources import publishing
from impact_alliances.resources.key import Key
from impact_alliances.resources.kinds import key_of
from impact_alliances.resources.resource import DRAFT, PUBLISHED, Resource, now
from impact_alliances.resources.wishes import (
    CORRECTED,
    LEFT,
    PAUSED,
    REPORTED,
    RESUMED,
    WITHDRAWN,
    Wish,
)

# What is asked of one sheet in a day; how long what was handed to the editor is kept, in days.
MOST_A_DAY, DAYS_KEPT = 20, 365
Work = Callable[[Session, Resource, tuple[str, ...]], None]


class Deciding:
    """Does it."""

    def __init__(self, database: Engine, links: Links, wording: Wording) -> None:
        self._database, self._links, self._wording = database, links, wording

    def pause(self, token: str) -> None:
        """Put a sheet out of reach until it is resumed. Raises `BadLink` or `ExpiredLink`, as all
        that follow.
        """
        self._with(Act.PAUSE, token, lambda session, resource, _: self._pause(session, resource))

    def resume(self, token: str) -> None:
        """End a pause, and nothing else: what the editor has retired meanwhile stays so."""
        self._with(Act.RESUME, token, lambda session, resource, _: self._resume(session, resource))

    def withdraw(self, token: str, *, with_sheet: bool) -> None:
        """Erase how a person is reached; `with_sheet` takes the sheet out of the base too, as is
        always done of a person's own.
        """

        def work(session: Session, resource: Resource, _: tuple[str, ...]) -> None:
            wish = WITHDRAWN if with_sheet or resource.IS_PERSON else LEFT
            self._note(session, resource, wish)
            publishing.hold(resource, wish)

        self._with(Act.WITHDRAW, token, work)

    def correct(self, token: str, lines: Sequence[Said], note: str) -> None:
        """Hand a correction to the editor; nothing of the sheet changes."""

        def work(session: Session, resource: Resource, _: tuple[str, ...]) -> None:
            self._note(session, resource, CORRECTED, lines, note)

        self._with(Act.CORRECT, token, work)

    def report(self, token: str, note: str) -> None:
        """Block who wrote a message for a time, and tell the editor."""

        def work(session: Session, resource: Resource, more: tuple[str, ...]) -> None:
            limits.block(session, more[0], now())
            self._note(session, resource, REPORTED, note=note)

        self._with(Act.REPORT, token, work)

    def _with(self, act: Act, token: str, work: Work) -> None:
        def opened(session: Session) -> None:
            resource, more = self._links.open(session, act, token)
            work(session, resource, more)

        written(self._database, opened)

    def _pause(self, session: Session, resource: Resource) -> None:
        if _paused(session, resource):
            return
        wish = self._note(session, resource, PAUSED)
        wish.was = resource.status
        publishing.hold(resource, PAUSED)

    def _resume(self, session: Session, resource: Resource) -> None:
        wish = _paused(session, resource)
        if wish is None:
            return
        is_as_left = wish.was == PUBLISHED and resource.status == DRAFT
        if is_as_left and not publishing.missing_to_publish(resource):
            resource.status = PUBLISHED
        session.delete(wish)
        self._tell(session, resource, RESUMED)

    def _note(
        self,
        session: Session,
        resource: Resource,
        wish: str,
        lines: Sequence[Said] = (),
        note: str = "",
    ) -> Wish:
        """Keep what is asked, and tell it."""
        key = key_of(resource)
        _make_room(session, key)
        details = [asdict(line) for line in lines]
        details += [{"note": note}] if note else []
        noted = Wish(kind=key.kind, resource_id=key.id, wish=wish, details=details)
        session.add(noted)
        self._tell(session, resource, wish, lines, note)
        return noted

    def _tell(
        self,
        session: Session,
        resource: Resource,
        wish: str,
        lines: Sequence[Said] = (),
        note: str = "",
    ) -> None:
        recipient, person = Recipient.of(resource), resource.person()
        if person and wish not in (CORRECTED, REPORTED):
            enqueue(session, self._wording.told_person(wish, recipient, person.address))
        to_editor = self._wording.told_editor(wish, recipient, lines, note)
        if to_editor:
            enqueue(session, to_editor)


def _make_room(session: Session, key: Key) -> None:
    """Erase what no editor waits for any more, and refuse a flood."""
    handed = col(Wish.wish).in_((CORRECTED, REPORTED))
    old = col(Wish.at) < now() - dt.timedelta(days=DAYS_KEPT)
    session.execute(delete(Wish).where(handed, old))
    of_it = (col(Wish.kind) == key.kind) & (col(Wish.resource_id) == key.id)
    lately = col(Wish.at) > now() - dt.timedelta(days=1)
    if len(session.exec(select(Wish.id).where(of_it, lately)).all()) >= MOST_A_DAY:
        raise TooManyRequests(
            "Beaucoup a été demandé pour cette fiche aujourd’hui. Réessayez demain, ou écrivez à "
            "l’équipe (page À propos)."
        )


def _paused(session: Session, resource: Resource) -> Wish | None:
    """The pause under way, if there is one."""
    key = key_of(resource)
    of_it = (col(Wish.kind) == key.kind) & (col(Wish.resource_id) == key.id)
    return session.exec(select(Wish).where(of_it, Wish.wish == PAUSED)).first()
