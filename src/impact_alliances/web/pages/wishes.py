"""The pages of signed links: each says what it will do, with one button that does it. To look at
one does nothing, for robots look at the links of messages.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.exc import SQLAlchemyError

from impact_alliances import urls
from impact_alliances.contact.limits import BLOCKED_DAYS
from impact_alliances.contact.links import Act
from impact_alliances.contact.recipient import Recipient
from impact_alliances.contact.typed import LONGEST_MESSAGE, paragraphs
from impact_alliances.db import reading
from impact_alliances.errors import NotFound, Refusal, Unavailable
from impact_alliances.resources.resource import Resource
from impact_alliances.resources.wishes import PAUSED, lasting
from impact_alliances.signing import BadLink, ExpiredLink
from impact_alliances.vocabularies import french
from impact_alliances.web.corrections import (
    LONGEST_CORRECTION,
    Correctable,
    correctables,
    corrections,
)
from impact_alliances.web.dependencies import WiredService
from impact_alliances.web.problems import Problem
from impact_alliances.web.rendering import render
from impact_alliances.wiring import Service

# A link is a key: it goes to no cache, and to no page that it leads to.
_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
NOTE, SCOPE, SHEET = "precisions", "portee", "fiche"
_BROKEN = "La base ne répond pas pour l’instant. Rien n’est fait ; réessayez dans un instant."
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Look:
    """What a link opens: the sheet as its person may know it, whether it is in pause, the link that
    ends the pause, and what can be corrected.
    """

    recipient: Recipient
    is_paused: bool
    resume: str
    fields: tuple[Correctable, ...]


@dataclass(frozen=True)
class WishPage:
    """Context of `wish.html`: what a link of that act does. `given` is what was typed, by field."""

    act: str
    look: Look
    given: Mapping[str, str]
    problems: tuple[Problem, ...]
    wrong: Mapping[str, str]
    refusal: tuple[str, str]
    blocked_days: int


@dataclass(frozen=True)
class WishDonePage:
    """Context of `wish_done.html`."""

    act: str


@dataclass(frozen=True)
class LinkRefusedPage:
    """Context of `link_refused.html`: nothing of anyone."""

    title: str
    detail: str


async def _form(request: Request) -> dict[str, str]:
    """What a browser sends, as texts."""
    sent = await request.form()
    return {name: value for name, value in sent.items() if isinstance(value, str)}


async def _known(act: str) -> Act:
    """The act that an address names. Raises `NotFound`."""
    try:
        return Act(act)
    except ValueError as unknown:
        raise NotFound("Rien à cette adresse.") from unknown


Given = Annotated[dict[str, str], Depends(_form)]
Asked = Annotated[Act, Depends(_known)]


@router.get(urls.WISH_DONE)
def done(request: Request, act: str) -> HTMLResponse:
    if act not in (*Act, "depart"):
        raise NotFound("Rien à cette adresse.")
    return render(request, "wish_done.html", WishDonePage(act), headers=_HEADERS)


@router.get(urls.WISH)
def look(request: Request, act: Asked, service: WiredService) -> HTMLResponse:
    token = request.query_params.get(urls.WISH_LINK, "")
    try:
        seen = _look(service, act, token)
    except (BadLink, ExpiredLink) as refusal:
        return _refused(request, refusal)
    return _page(request, act, seen, {urls.WISH_LINK: token})


@router.post(urls.WISH)
def do(request: Request, act: Asked, given: Given, service: WiredService) -> Response:
    token = given.get(urls.WISH_LINK, "")
    try:
        seen = _look(service, act, token)
        problems = _problems(act, seen, given)
        if problems:
            return _page(request, act, seen, given, problems=problems)
        return _done(request, service, act, token, seen, given)
    except (BadLink, ExpiredLink) as refusal:
        return _refused(request, refusal)


def _done(
    request: Request, service: Service, act: Act, token: str, seen: Look, given: dict[str, str]
) -> Response:
    """Do it; or the page again, with why it could not be done."""
    try:
        followed = _do(service, act, token, seen, given)
    except (BadLink, ExpiredLink):
        raise
    except Refusal as refusal:
        return _page(request, act, seen, given, refusal=refusal)
    except SQLAlchemyError:
        return _page(request, act, seen, given, refusal=Unavailable(_BROKEN))
    return RedirectResponse(urls.wish_done(followed), HTTPStatus.SEE_OTHER, _HEADERS)


def _do(service: Service, act: Act, token: str, seen: Look, given: dict[str, str]) -> str:
    """What was done, as its page is called."""
    note = paragraphs(given.get(NOTE, ""))
    match act:
        case Act.PAUSE:
            service.deciding.pause(token)
        case Act.RESUME:
            service.deciding.resume(token)
        case Act.CORRECT:
            service.deciding.correct(token, corrections(list(seen.fields), given), note)
        case Act.REPORT:
            service.deciding.report(token, note)
        case Act.WITHDRAW:
            whole = seen.recipient.is_person or given.get(SCOPE) == SHEET
            service.deciding.withdraw(token, with_sheet=whole)
            return act if whole else "depart"
    return act


def _look(service: Service, act: Act, token: str) -> Look:
    with reading(service.database) as session:
        resource, _ = service.links.open(session, act, token)
        recipient = Recipient.of(resource)
        held = lasting(session, recipient.key.kind, [recipient.key.id]).get(recipient.key.id)
    return Look(
        recipient,
        is_paused=bool(held and held.wish == PAUSED),
        resume=_resume(service, resource) if act is Act.PAUSE else "",
        fields=tuple(correctables(resource)) if act is Act.CORRECT else (),
    )


def _resume(service: Service, resource: Resource) -> str:
    person = resource.person()
    key = Recipient.of(resource).key
    return service.links.to(Act.RESUME, key, person.address) if person else ""


def _problems(act: Act, seen: Look, given: Mapping[str, str]) -> list[Problem]:
    """What is wrong in what was typed: where, and how."""
    note = paragraphs(given.get(NOTE, ""))
    if len(note) > LONGEST_MESSAGE:
        most = french.number(LONGEST_MESSAGE)
        return [Problem(NOTE, f"Vos précisions ont {most} signes au plus.")]
    if act is not Act.CORRECT:
        return []
    changed = corrections(list(seen.fields), given)
    if not changed and not note:
        nothing = (
            "Rien n’est changé : corrigez un champ, ou dites dans le dernier ce qui ne va pas."
        )
        return [Problem(NOTE, nothing)]
    anchors = {one.label: one.name for one in seen.fields}
    most = french.number(LONGEST_CORRECTION)
    return [
        Problem(anchors[one.field], f"{one.field} : {most} signes au plus.")
        for one in changed
        if len(one.after) > LONGEST_CORRECTION
    ]


def _page(
    request: Request,
    act: Act,
    seen: Look,
    given: Mapping[str, str],
    *,
    problems: list[Problem] | None = None,
    refusal: Refusal | None = None,
) -> HTMLResponse:
    page = WishPage(
        act=act.name.lower(),
        look=seen,
        given=given,
        problems=tuple(problems or ()),
        wrong={one.anchor: one.said for one in problems or ()},
        refusal=(refusal.title, refusal.detail) if refusal else ("", ""),
        blocked_days=BLOCKED_DAYS,
    )
    status = HTTPStatus.BAD_REQUEST if problems else HTTPStatus.OK
    return render(
        request,
        "wish.html",
        page,
        status=refusal.status if refusal else status,
        headers=_HEADERS,
    )


def _refused(request: Request, refusal: Refusal) -> HTMLResponse:
    page = LinkRefusedPage(refusal.title, refusal.detail)
    return render(request, "link_refused.html", page, status=refusal.status, headers=_HEADERS)
