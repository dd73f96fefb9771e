"""The form by which a visitor writes to a person of the base, without ever seeing an address.

Whatever is wrong, all that was typed comes back with it. There is no session: what the form may do,
its ticket says (`contact/tickets.py`).
"""

from dataclasses import dataclass, replace
from http import HTTPStatus
from ipaddress import ip_address
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from impact_alliances import urls
from impact_alliances.contact.recipient import Recipient, reachable
from impact_alliances.contact.relaying import FormUsed, Writing
from impact_alliances.contact.tickets import Ticket
from impact_alliances.contact.typed import (
    LONGEST_MESSAGE,
    NEEDS,
    OTHER_NEED,
    SHORTEST_MESSAGE,
    Fault,
    Typed,
    meant_address,
)
from impact_alliances.contact.wording import Subject
from impact_alliances.db import reading
from impact_alliances.errors import NotFound, Refusal, Unavailable
from impact_alliances.resources import published
from impact_alliances.resources.kinds import BY_PATH, KINDS, Kind
from impact_alliances.resources.published import Moved
from impact_alliances.resources.resource import Resource
from impact_alliances.signing import BadLink, ExpiredLink
from impact_alliances.web.dependencies import WiredService
from impact_alliances.web.problems import Problem
from impact_alliances.web.rates import client_of
from impact_alliances.web.rendering import render
from impact_alliances.web.subjects import came_from, subject_of
from impact_alliances.wiring import Service

CONTACTED = ("catalyseur", "case")
# The page is one visitor's: its ticket serves once.
_HEADERS = {"Cache-Control": "no-store"}
# The names of the fields, as browsers send them, by those of `Typed`.
_NAMES = {
    "name": "nom",
    "email": "courriel",
    "structure": "structure",
    "need": f"besoin-{next(iter(NEEDS))}",
    "message": "message",
}
_CLOSED = (
    "Les messages ne partent pas de ce site pour l’instant. Écrivez à l’équipe, qui transmettra "
    "(page À propos)."
)
_OLD = Fault(
    "",
    "Ce formulaire n’est plus valable : il l’est un jour. Le voici de nouveau, avec ce que vous "
    "avez écrit : relisez, puis renvoyez.",
)
_TRAPPED = Fault(
    "telecopie", "Laissez vide le champ « Télécopie » : il n’est là que pour les robots."
)
_HASTY = Fault(
    "",
    "Le formulaire est revenu trop vite pour avoir été rempli par une personne. Patientez quelques "
    "secondes, puis renvoyez-le.",
)
_BROKEN = "La base ne répond pas pour l’instant. Rien n’est parti ; renvoyez dans un instant."
router = APIRouter(include_in_schema=False)


class ContactForm(BaseModel):
    """What a browser sends. `telecopie` is a trap: nobody sees it, robots fill it."""

    nom: str = ""
    courriel: str = ""
    structure: str = ""
    besoin: str = ""
    message: str = ""
    sujet: str = ""
    joindre: str = ""
    formulaire: str = ""
    courriel_garde: str = ""
    telecopie: str = ""

    @property
    def typed(self) -> Typed:
        """The fields of a person, cleaned."""
        return Typed(
            name=self.nom,
            email=self.courriel,
            structure=self.structure,
            need=self.besoin,
            message=self.message,
            kept_email=self.courriel_garde,
        ).cleaned()


@dataclass(frozen=True)
class ContactPage:
    """Context of `contact.html`. `problems` are to be corrected; `refusal` (a title and a
    sentence) cannot be, here. `asked_email` is the address that is doubtful.
    """

    recipient: Recipient
    kind: Kind
    typed: Typed
    problems: tuple[Problem, ...]
    refusal: tuple[str, str]
    wrong: dict[str, str]
    needs: dict[str, str]
    subject: Subject
    given_subject: str
    joins_subject: bool
    ticket: str
    asked_email: str
    bounds: tuple[int, int]
    retention_days: int


@dataclass(frozen=True)
class ContactedPage:
    """Context of `contacted.html`. `mail_page` is where the demonstration keeps its messages."""

    recipient: Recipient
    kind: Kind
    mail_page: str


def form(request: Request, slug: str, service: WiredService) -> HTMLResponse:
    if not service.mailing.is_open:
        raise Unavailable(_CLOSED)
    recipient = _recipient(service, _kind(request), slug)
    blank = ContactForm(sujet=came_from(request), joindre="oui", besoin=OTHER_NEED)
    return _Answer(request, service, recipient, blank, service.tickets.give(recipient)).page()


def send(
    request: Request, slug: str, given: Annotated[ContactForm, Form()], service: WiredService
) -> Response:
    sheet = urls.page_at(_kind(request), slug)
    ticket = _ticket(service, given.formulaire, sheet)
    if ticket is None:
        recipient = _recipient(service, _kind(request), slug)
        fresh = _Answer(request, service, recipient, given, service.tickets.give(recipient))
        return fresh.page(faults=[_OLD, *given.typed.faults()])
    answer = _Answer(request, service, ticket.recipient, given, given.formulaire)
    faults = [*_robotic(service, ticket, given), *given.typed.faults()]
    return answer.page(faults=faults) if faults else _passed_on(answer, ticket)


def sent(request: Request, slug: str, service: WiredService) -> HTMLResponse:
    kind = _kind(request)
    page = ContactedPage(
        recipient=_recipient(service, kind, slug),
        kind=kind,
        mail_page=urls.MAIL if service.mailing.is_kept_here else "",
    )
    return render(request, "contacted.html", page, headers=_HEADERS)


for _slug in CONTACTED:
    _path = urls.page_at(KINDS[_slug], "{slug}") + urls.CONTACT
    router.add_api_route(_path, form, methods=["GET"])
    router.add_api_route(_path, send, methods=["POST"])
    router.add_api_route(urls.contacted_at(KINDS[_slug], "{slug}"), sent, methods=["GET"])


# -- what comes back -----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Answer:
    """The form shown again, with what was typed in it."""

    request: Request
    service: Service
    recipient: Recipient
    given: ContactForm
    ticket: str

    @property
    def subject(self) -> Subject:
        """What is written about; nothing when that is the sheet itself."""
        found = subject_of(self.service, self.given.sujet)
        return Subject() if found.path == self.recipient.sheet else found

    def page(
        self,
        *,
        faults: list[Fault] | None = None,
        refusal: tuple[str, str] = ("", ""),
        status: int = HTTPStatus.BAD_REQUEST,
    ) -> HTMLResponse:
        """The form; as it is at first when nothing is wrong."""
        faults, typed = faults or [], self.given.typed
        page = ContactPage(
            recipient=self.recipient,
            kind=KINDS[self.recipient.key.kind],
            typed=typed,
            problems=tuple(Problem(_NAMES.get(one.field, one.field), one.said) for one in faults),
            refusal=refusal,
            wrong={**dict.fromkeys(_NAMES, ""), **{one.field: one.said for one in faults}},
            needs=NEEDS if self.recipient.is_person else {},
            subject=self.subject,
            given_subject=self.given.sujet,
            joins_subject=bool(self.given.joindre),
            ticket=self.ticket,
            asked_email=typed.email if meant_address(typed.email) else "",
            bounds=(SHORTEST_MESSAGE, LONGEST_MESSAGE),
            retention_days=self.service.settings.mail_retention_days,
        )
        shown = status if faults or any(refusal) else HTTPStatus.OK
        return render(self.request, "contact.html", page, status=shown, headers=_HEADERS)

    def renewed(self) -> "_Answer":
        """The same with a ticket that was not used yet."""
        return replace(self, ticket=self.service.tickets.give(self.recipient))


def _passed_on(answer: _Answer, ticket: Ticket) -> Response:
    """Have the message passed on, once; or the form back with why it could not be."""
    subject = answer.subject if answer.given.joindre else Subject()
    writing = Writing(ticket, answer.given.typed, subject, _client(answer.request))
    try:
        if not answer.service.mailing.is_open:
            raise Unavailable(_CLOSED)
        answer.service.relay.pass_on(writing)
    except FormUsed as used:
        return answer.renewed().page(refusal=(used.title, used.detail))
    except Refusal as refusal:
        return answer.page(refusal=(refusal.title, refusal.detail), status=refusal.status)
    except SQLAlchemyError:
        return answer.page(
            refusal=("Message non transmis", _BROKEN), status=HTTPStatus.SERVICE_UNAVAILABLE
        )
    done = f"{answer.request.scope['path']}/{urls.CONTACTED}"
    return RedirectResponse(done, HTTPStatus.SEE_OTHER)


def _robotic(service: Service, ticket: Ticket, given: ContactForm) -> list[Fault]:
    """What no person does."""
    trapped = [_TRAPPED] if given.telecopie else []
    return [*trapped, *([_HASTY] if service.tickets.is_hasty(ticket) else [])]


def _ticket(service: Service, token: str, sheet: str) -> Ticket | None:
    """The ticket of that text, if it is one for that sheet and can still be used."""
    try:
        ticket = service.tickets.read(token)
    except (BadLink, ExpiredLink):
        return None
    return ticket if ticket.recipient.sheet == sheet else None


def _client(request: Request) -> str:
    """The address of a computer on the Internet; empty for one that is a proxy's, or this
    machine's, which tells no visitor from another.
    """
    host = request.client.host if request.client else ""
    try:
        return client_of(request.scope) if ip_address(host).is_global else ""
    except ValueError:
        return ""


# -- who is written to ---------------------------------------------------------------------------


def _kind(request: Request) -> Kind:
    return BY_PATH[request.scope["path"].split("/")[1]]


def _recipient(service: Service, kind: Kind, slug: str) -> Recipient:
    """Who answers for the sheet at `slug`. Raises `NotFound` or `Withdrawn`."""
    with reading(service.database) as session:
        resource = _resource(session, kind, slug)
        if reachable(session, resource) is None:
            raise NotFound("On ne peut pas écrire par cette fiche. Revenez à elle, ou à l’équipe.")
    return Recipient.of(resource)


def _resource(session: Session, kind: Kind, slug: str) -> Resource:
    try:
        return published.by_slug(session, kind, slug)
    except Moved as moved:
        # Sent on to another address, what was typed would be lost.
        return published.by_slug(session, kind, moved.slug)
