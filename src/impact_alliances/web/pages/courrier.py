"""The messages of the demonstration, which leave for nowhere: where they would have gone, and what
they say. Anywhere else there is no such page.
"""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from impact_alliances import urls
from impact_alliances.errors import NotFound
from impact_alliances.mail import saying
from impact_alliances.mail.blanking import masked
from impact_alliances.resources.letter import STATES, Letter
from impact_alliances.web.dependencies import WiredService
from impact_alliances.web.rendering import render
from impact_alliances.wiring import Service

# Messages listed, the newest; and the last number that a database can look for.
MOST_LISTED, LAST_NUMBER = 100, 2**31 - 1
# They may hold what somebody typed a moment ago.
_PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
# A message as its reader sees it: its own style, no script, nothing from elsewhere.
_OF_A_MESSAGE = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Shown:
    """A message as the pages show it: addresses are told apart, not given."""

    number: int
    purpose: str
    moment: str
    to: str
    reply_to: str
    subject: str
    text: str
    laid_out: str

    @classmethod
    def of(cls, letter: Letter) -> "Shown":
        """That message."""
        number = letter.id or 0
        return cls(
            number=number,
            purpose=saying.purpose_of(letter),
            moment=saying.moment_of(letter),
            to=masked(letter.to),
            reply_to=f"{letter.reply_name} ({masked(letter.reply_to)})" if letter.reply_to else "",
            subject=letter.subject,
            text=letter.text,
            laid_out=urls.mail_laid_out(number) if letter.html else "",
        )


@dataclass(frozen=True)
class MailPage:
    """Context of `courrier.html`."""

    letters: tuple[Shown, ...]


@dataclass(frozen=True)
class LetterPage:
    """Context of `courrier_message.html`."""

    letter: Shown


@router.get(urls.MAIL)
def listed(request: Request, service: WiredService) -> HTMLResponse:
    _check(service)
    found = service.postman.queue.latest(*STATES, limit=MOST_LISTED)
    page = MailPage(tuple(map(Shown.of, found)))
    return render(request, "courrier.html", page, headers=_PRIVATE)


@router.get(urls.MAIL + "/{number:int}")
def one(request: Request, number: int, service: WiredService) -> HTMLResponse:
    page = LetterPage(Shown.of(_letter(service, number)))
    return render(request, "courrier_message.html", page, headers=_PRIVATE)


@router.get(urls.MAIL + "/{number:int}/mise-en-page")
def laid_out(number: int, service: WiredService) -> HTMLResponse:
    letter = _letter(service, number)
    if not letter.html:
        raise NotFound("Ce message n’a pas de version mise en page.")
    return HTMLResponse(letter.html, headers={**_PRIVATE, "content-security-policy": _OF_A_MESSAGE})


def _check(service: Service) -> None:
    if not service.mailing.is_kept_here:
        raise NotFound("Cette page n’existe que dans la démonstration.")


def _letter(service: Service, number: int) -> Letter:
    _check(service)
    letter = service.postman.queue.letter(min(number, LAST_NUMBER))
    if not letter.to:
        raise NotFound(f"Le message n° {letter.id} est effacé.")
    return letter
