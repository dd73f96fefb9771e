"""Errors as people and programs read them: one French page, or an RFC 9457 problem document under
/api.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from impact_alliances import urls
from impact_alliances.errors import Refusal
from impact_alliances.resources.kinds import BY_PATH
from impact_alliances.resources.published import Moved
from impact_alliances.vocabularies import french
from impact_alliances.web.rendering import render

PROBLEM_JSON = "application/problem+json"
_SENTENCES = {
    400: (
        "Envoi illisible",
        "Ce qui a été envoyé n’a pu être lu : revenez au formulaire, et renvoyez-le.",
    ),
    404: ("Page introuvable", "Cette page n’existe pas ou plus."),
    405: ("Méthode refusée", "Cette adresse ne se demande pas de cette façon."),
    413: (
        "Envoi trop volumineux",
        "Le contenu envoyé dépasse la limite : réduisez-le, ou envoyez-le en plusieurs fois.",
    ),
    500: (
        "Panne",
        "Une erreur s’est produite de notre côté. Réessayez dans un instant ; rien n’a été perdu.",
    ),
    503: (
        "Service indisponible",
        "La base ne répond pas pour l’instant. Réessayez dans un instant.",
    ),
}
BUSY = (
    "Trop de visites en ce moment",
    "Trop de demandes arrivent à la fois. Réessayez dans quelques secondes.",
)
MOST_FAULTS = 10
# Those that an address of ours may answer.
_METHODS = ("GET", "POST")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ErrorPage:
    """Context of `error.html`: what went wrong, and pages that may be what was looked for."""

    title: str
    detail: str
    nearest: tuple[tuple[str, str], ...]


def problem_document(
    request: Request,
    status: int,
    title: str,
    detail: str,
    problems: list[dict[str, str]] | None = None,
) -> JSONResponse:
    """A problem document."""
    content: dict[str, object] = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
    }
    content["instance"] = request.scope["path"]
    if problems:
        content["problems"] = problems
    return JSONResponse(content, status, media_type=PROBLEM_JSON)


def answer(request: Request, status: int) -> Response:
    """The error answer of that status, in its usual words."""
    return _answer(request, status, *_SENTENCES[status])


def refused(request: Request, refusal: Refusal) -> Response:
    """The error answer of a refusal."""
    return _answer(request, refusal.status, refusal.title, refusal.detail, refusal.problems)


def _is_for_programs(request: Request) -> bool:
    return request.scope["path"].startswith("/api/") or request.scope["path"] in (
        "/healthz",
        "/readyz",
    )


def _answer(
    request: Request,
    status: int,
    title: str,
    detail: str,
    problems: list[dict[str, str]] | None = None,
) -> Response:
    if _is_for_programs(request):
        return problem_document(request, status, title, detail, problems)
    page = ErrorPage(title, detail, _nearest(request) if status in (404, 410) else ())
    return render(request, "error.html", page, status=status)


def _nearest(request: Request) -> tuple[tuple[str, str], ...]:
    """Sheets whose title is like the address asked for."""
    words = request.scope["path"].rsplit("/", 1)[-1].replace("-", " ")
    service = request.app.state.service
    try:
        near = service.suggestions.nearest(words, 3)
    except SQLAlchemyError:
        return ()
    return tuple((resource.title, urls.page_of(resource)) for resource in near)


def _reason(fault: Mapping[str, Any]) -> str:
    """What FastAPI found wrong in a parameter, in French."""
    match fault["type"]:
        case "string_too_long":
            return f"{french.number(fault['ctx']['max_length'])} caractères au plus."
        case "literal_error":
            return f"valeurs possibles : {fault['ctx']['expected'].replace(' or ', ' ou ')}."
    return "valeur absente ou incorrecte."


def _without_slash(request: Request) -> str | None:
    """The address without its last slash, if something answers there. It never repeats the host
    that was asked.
    """
    path: str = request.scope["path"]
    shorter = "/" + path.strip("/")
    if not path.endswith("/") or shorter == path:
        return None
    routes = request.app.router.routes
    if all(route.matches({**request.scope, "path": shorter})[0] is Match.NONE for route in routes):
        return None
    query = request.scope["query_string"].decode()
    return quote(shorter, errors="replace") + (f"?{query}" if query else "")


def overloaded(request: Request, wait_s: int) -> Response:
    """The refusal of a request more than the service can take: made in no time, asking nothing of
    the database.

    It says to come back in `wait_s` seconds.
    """
    title, detail = BUSY
    if _is_for_programs(request):
        refusal: Response = problem_document(request, 503, title, detail)
    else:
        refusal = HTMLResponse(_busy_page(request.app), 503, {"Vary": "HX-Request"})
    refusal.headers["Retry-After"] = str(wait_s)
    return refusal


def _busy_page(app: FastAPI) -> bytes:
    """Rendered once: whoever must refuse thousands has no time for templates."""
    page: bytes | None = getattr(app.state, "busy_page", None)
    if page is None:
        anywhere = Request({"type": "http", "method": "GET", "path": "", "headers": [], "app": app})
        page = app.state.busy_page = bytes(
            render(anywhere, "error.html", ErrorPage(*BUSY, ())).body
        )
    return page


def _moved(request: Request, moved: Moved) -> Response:
    path = request.scope["path"].strip("/").split("/")[0]
    kind = BY_PATH[path]
    return RedirectResponse(urls.page_at(kind, moved.slug), HTTPStatus.MOVED_PERMANENTLY)


def _failed(request: Request, error: HTTPException) -> Response:
    elsewhere = _without_slash(request) if error.status_code == HTTPStatus.NOT_FOUND else None
    if elsewhere:
        return RedirectResponse(elsewhere, HTTPStatus.PERMANENT_REDIRECT)
    title, detail = _SENTENCES.get(error.status_code, ("Demande refusée", str(error.detail)))
    failure = _answer(request, error.status_code, title, detail)
    failure.headers.update(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        failure.headers["allow"] = ", ".join(_allowed(request))
    return failure


def _allowed(request: Request) -> list[str]:
    """The methods that the address asked for answers."""
    routes = request.app.router.routes
    answered = [
        method
        for method in _METHODS
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes
        )
    ]
    # Whatever answers GET answers HEAD (`admission.Heads`).
    return ["GET", "HEAD", *answered[1:]] if answered[:1] == ["GET"] else answered


def _invalid(request: Request, error: RequestValidationError) -> Response:
    faults = [
        {"parameter": str(fault["loc"][-1]), "reason": _reason(fault)}
        for fault in error.errors()[:MOST_FAULTS]
    ]
    detail = " ".join(
        f"{french.quoted(fault['parameter'])} : {fault['reason']}" for fault in faults
    )
    return _answer(request, 400, "Demande incorrecte", detail, faults)


def _no_database(request: Request, error: SQLAlchemyError) -> Response:
    _log.error("Base de données injoignable.", exc_info=error)
    return answer(request, 503)


def _broken(request: Request, error: Exception) -> Response:
    _log.error("Erreur imprévue.", exc_info=error)
    return answer(request, 500)


# What answers each fault, beside the refusals.
_HANDLERS = (
    (Moved, _moved),
    (HTTPException, _failed),
    (RequestValidationError, _invalid),
    (SQLAlchemyError, _no_database),
    (Exception, _broken),
)


def install(app: FastAPI) -> None:
    """Give `app` its error answers."""
    app.exception_handler(Refusal)(refused)
    for fault, handler in _HANDLERS:
        app.exception_handler(fault)(handler)
