"""What is let in: for which hosts, how long an address and a body may be, how many parameters.

ASGI middlewares, each of one rule. They say no, in a French sentence, before anything of the
request is parsed.
"""

import re
from http import HTTPStatus
from urllib.parse import unquote_to_bytes, urlencode

from fastapi import Request
from starlette.datastructures import Headers
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from impact_alliances.errors import Refusal, TooLong, TooManyParameters, UnknownHost
from impact_alliances.web import errors

MOST_PARAMETERS = 100
# In bytes. The longest text that is searched with each sign of it written « %F0%9F%98%80 », and
# parameters beside it.
LONGEST_QUERY, LONGEST_PATH = 16_000, 2_000
# PostgreSQL holds no NUL, SQLite no lone surrogate, and no address of ours any control character.
_UNSTORABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


class Addresses:
    """Bounds the address, and hands on one whose parameters are read as they were meant.

    A query of more than `LONGEST_QUERY` bytes or a path of more than `LONGEST_PATH` signs is a 414;
    more than `MOST_PARAMETERS` parameters are a 400. Old pages write addresses in Latin-1
    (`m%E9decin`), and mailers leave `&amp;` between parameters: what is behind this door sees UTF-8
    and `&`, and a path that any database can look up.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        query: bytes = scope["query_string"].replace(b"&amp;", b"&")
        refusal = _too_much(scope["path"], query)
        if refusal:
            return await errors.refused(Request(scope), refusal)(scope, receive, send)
        path = _UNSTORABLE.sub("\ufffd", scope["path"])
        return await self.app(
            {**scope, "path": path, "query_string": _in_utf8(query)}, receive, send
        )


def _too_much(path: str, query: bytes) -> Refusal | None:
    if len(query) > LONGEST_QUERY or len(path) > LONGEST_PATH:
        return TooLong(
            "Cette adresse est trop longue : raccourcissez le texte cherché, ou choisissez "
            "moins de filtres."
        )
    if query.count(b"&") >= MOST_PARAMETERS:
        return TooManyParameters(
            f"Une adresse porte au plus {MOST_PARAMETERS} paramètres : retirez des filtres."
        )
    return None


def _in_utf8(query: bytes) -> bytes:
    pairs = (part.partition(b"=") for part in query.split(b"&") if part)
    return urlencode([(_text(name), _text(value)) for name, _, value in pairs]).encode()


def _text(written: bytes) -> str:
    """What these percent-encoded bytes say: in UTF-8, or as Windows wrote before it."""
    said = unquote_to_bytes(written.replace(b"+", b" "))
    try:
        return said.decode()
    except UnicodeDecodeError:
        return said.decode("cp1252", "replace")


class Hosts:
    """Refuses what was not asked of one of `allowed` (names, « *.exemple.fr » for those under one);
    all when empty.
    """

    def __init__(self, app: ASGIApp, allowed: tuple[str, ...]) -> None:
        self.app = app
        self.allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] == "http"
            and self.allowed
            and not self._knows(Headers(scope=scope).get("host", ""))
        ):
            refusal = UnknownHost("Ce service ne répond pas pour le nom d’hôte demandé.")
            return await errors.refused(Request(scope), refusal)(scope, receive, send)
        return await self.app(scope, receive, send)

    def _knows(self, host: str) -> bool:
        name = (
            host.lower().rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host.lower()
        )
        return any(
            name == one or (one.startswith("*.") and name.endswith(one[1:])) for one in self.allowed
        )


class Bodies:
    """Starlette's limit on request bodies, its English refusal replaced by ours."""

    def __init__(self, app: ASGIApp, most_bytes: int) -> None:
        self.app = RequestBodyLimitMiddleware(app, most_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = False

        async def send_in_french(message: Message) -> None:
            nonlocal refused
            if (
                message["type"] == "http.response.start"
                and message["status"] == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            ):
                refused = True
                await errors.answer(Request(scope), HTTPStatus.REQUEST_ENTITY_TOO_LARGE)(
                    scope, receive, send
                )
            elif not refused:
                await send(message)

        await self.app(scope, receive, send_in_french)


class Heads:
    """Answers HEAD wherever GET is answered: the same headers, no body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            return await self.app(scope, receive, send)

        async def send_headers(message: Message) -> None:
            await send(
                {**message, "body": b""} if message["type"] == "http.response.body" else message
            )

        return await self.app({**scope, "method": "GET"}, receive, send_headers)
