"""The messages themselves, as text and laid out: to the person written to, to who writes, to the
editor. Each is a template of `templates/mail/`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment

from impact_alliances.contact.limits import BLOCKED_DAYS
from impact_alliances.contact.links import Act, Links
from impact_alliances.contact.recipient import Recipient
from impact_alliances.contact.typed import NEEDS, OTHER_NEED, Typed
from impact_alliances.mail.message import LONGEST_SUBJECT, Outgoing
from impact_alliances.resources.key import Key
from impact_alliances.resources.resource import Person
from impact_alliances.resources.wishes import CORRECTED, LEFT, PAUSED, REPORTED, RESUMED, WITHDRAWN
from impact_alliances.settings import Settings
from impact_alliances.templating import make_environment
from impact_alliances.vocabularies import french


@dataclass(frozen=True)
class Subject:
    """What somebody writes about: a sheet, or a search (`is_search`), in words and by its address
    on the site. Both empty when nothing is told.
    """

    label: str = ""
    path: str = ""
    is_search: bool = False


@dataclass(frozen=True)
class Passed:
    """A message to pass on: to whom, what was typed, and about what; `writer` is the seal by which
    its writer can be reported.
    """

    recipient: Recipient
    typed: Typed
    subject: Subject
    writer: str


@dataclass(frozen=True)
class Said:
    """A line of a correction: a field by its label, as it is and as it should be."""

    field: str
    before: str
    after: str


class Wording:
    """Writes them."""

    def __init__(self, settings: Settings, links: Links) -> None:
        self._links = links
        self._shared = {
            "base_url": settings.base_url,
            "editor": settings.editor,
            "contact": settings.contact,
            "contact_link": settings.contact_link,
            "retention_days": settings.mail_retention_days,
        }
        self._to_editor = settings.contact_address

    def passed_on(self, passed: Passed, person: Person) -> Outgoing:
        """The message to the person written to, whose answer goes to who wrote."""
        typed, recipient = passed.typed, passed.recipient
        about = "pour vous" if recipient.is_person else f"sur {french.quoted(recipient.name)}"
        return self._made(
            "passed_on",
            to=person.address,
            subject=f"Message de {typed.name} {about}",
            purpose="contact",
            about=recipient.key,
            reply_to=typed.email,
            reply_name=typed.name,
            context={
                **vars(passed),
                "person": person.name,
                "need": "" if typed.need == OTHER_NEED else NEEDS[typed.need],
                "links": self._all_links(recipient.key, person.address, passed.writer),
            },
        )

    def acknowledged(self, passed: Passed) -> Outgoing:
        """What tells who wrote that it was passed on. The address is only what somebody typed:
        nothing that was typed freely is in it, so that nobody can have a text of theirs sent to
        others.
        """
        return self._made(
            "acknowledged",
            to=passed.typed.email,
            subject=f"Votre message {passed.recipient.to_whom}",
            purpose="acknowledgement",
            about=passed.recipient.key,
            context={
                "recipient": passed.recipient,
                "need": NEEDS[passed.typed.need] if passed.typed.need != OTHER_NEED else "",
                "subject": Subject() if passed.subject.is_search else passed.subject,
            },
        )

    def told_person(self, act: str, recipient: Recipient, address: str) -> Outgoing:
        """What confirms to a person what was done of their sheet, with the way back where there is
        one.
        """
        return self._made(
            "person",
            to=address,
            subject=_DONE[act],
            purpose="wish",
            about=recipient.key,
            context={
                "act": act,
                "recipient": recipient,
                "resume": self._links.to(Act.RESUME, recipient.key, address),
            },
        )

    def told_editor(
        self, act: str, recipient: Recipient, lines: Sequence[Said] = (), note: str = ""
    ) -> Outgoing | None:
        """What tells the editor what a person did or asks; None when no address of theirs is set,
        for `impact-alliances wishes` tells it too.
        """
        if not self._to_editor:
            return None
        title, asked = _ASKED[act]
        return self._made(
            "editor",
            to=self._to_editor,
            subject=f"{title} : {recipient.name}",
            purpose="wish",
            about=recipient.key,
            context={"recipient": recipient, "asked": asked, "lines": lines, "note": note},
        )

    def _all_links(self, key: Key, address: str, writer: str) -> dict[str, str]:
        made = {act.name.lower(): self._links.to(act, key, address) for act in _OWN}
        return {**made, "report": self._links.to(Act.REPORT, key, address, writer)}

    def _made(
        self, template: str, *, context: Mapping[str, object], subject: str, **rest: object
    ) -> Outgoing:
        context = {**self._shared, **context, "title": subject}
        text, html = (
            french.typeset(_environment().get_template(f"mail/{template}.{form}").render(context))
            for form in ("txt", "html")
        )
        return Outgoing(subject=_line(subject), text=text, html=html, **rest)  # type: ignore[arg-type]


_OWN = (Act.PAUSE, Act.CORRECT, Act.WITHDRAW)
# The subject of what confirms to a person what was done.
_DONE = {
    PAUSED: "Votre fiche est en pause",
    RESUMED: "Votre pause est finie",
    LEFT: "On ne vous écrira plus",
    WITHDRAWN: "Votre fiche est retirée",
}
# What the editor is told: a subject, and what the person asks, after « demande ».
_ASKED = {
    PAUSED: ("Pause", "une pause : plus personne ne lui écrit, jusqu’à ce qu’elle y mette fin."),
    RESUMED: ("Fin de pause", "la fin de sa pause : on peut lui écrire de nouveau."),
    LEFT: (
        "Contact retiré",
        "à ne plus être contact : ses coordonnées sont effacées, le cas reste publié.",
    ),
    WITHDRAWN: (
        "Fiche retirée",
        "son retrait : la fiche n’est plus publiée, ses coordonnées sont effacées.",
    ),
    CORRECTED: (
        "Correction proposée",
        "une correction. Rien n’est changé : c’est à vous de la reporter.",
    ),
    REPORTED: (
        "Abus signalé",
        "que cesse un abus : qui a écrit le message en cause ne peut plus rien transmettre "
        f"pendant {BLOCKED_DAYS} jours.",
    ),
}


def _line(subject: str) -> str:
    """A subject that fits, by its beginning."""
    return subject if len(subject) <= LONGEST_SUBJECT else f"{subject[: LONGEST_SUBJECT - 1]}…"


@cache
def _environment() -> Environment:
    return make_environment()
