"""What is let in: for which hosts, how long an address and a body may be, how many parameters.

ASGI middlewares, each of one rule. They say no, in a French sentence, before anything of the
request is parsed.
"""

import re
from http import HTTPStatus
from urllib.parse import unquote_to_bytes, urlencode

from fastapi import Request
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from impact_alliances.errors import Refusal, TooLong, TooManyParameters, UnknownHost
from impact_alliances.web import errors

MOST_PARAMETERS = 100
# In bytes. The longest text that is searched with each sign of it written « %F0%9F%98%80 », and
# parameters beside it.
LONGEST_QUERY, LONGEST_PATH = 16_000, 2_000
# Bodies read at once, and after how many seconds to come back when there are more.
MOST_BODIES, BODY_WAIT_S = 50, 5
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
    """Reads a body whole before the turn of its request comes, and no further than `most_bytes`:
    more is a 413.

    Whoever sends theirs slowly, or never, holds memory and nothing else; of `MOST_BODIES` at once
    at the most, the next being told to come back.
    """

    def __init__(self, app: ASGIApp, most_bytes: int) -> None:
        self.app = app
        self._most_bytes = most_bytes
        self._reading = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _announces_a_body(scope):
            return await self.app(scope, receive, send)
        if self._reading >= MOST_BODIES:
            return await errors.overloaded(Request(scope), BODY_WAIT_S)(scope, receive, send)
        self._reading += 1
        try:
            body = await self._read(scope, receive)
        except _TooLarge:
            too_large = errors.answer(Request(scope), HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return await too_large(scope, receive, send)
        except ClientDisconnect:
            return None
        finally:
            self._reading -= 1
        return await self.app(scope, _again(body, receive), send)

    async def _read(self, scope: Scope, receive: Receive) -> bytes:
        """The whole body. Raises `_TooLarge`, before anything is read where its length is told, and
        `ClientDisconnect`.
        """
        if int(Headers(scope=scope).get("content-length", "0")) > self._most_bytes:
            raise _TooLarge
        body = bytearray()
        async for part in Request(scope, receive).stream():
            body += part
            if len(body) > self._most_bytes:
                raise _TooLarge
        return bytes(body)


class _TooLarge(Exception):
    """A body is larger than any that is wanted."""


def _announces_a_body(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


def _again(body: bytes, receive: Receive) -> Receive:
    """What gives a body that was read already, then what the client does next."""
    whole: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return whole.pop() if whole else await receive()

    return receive_again


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
