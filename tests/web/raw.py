"""The application asked in bytes, as a server hands them over: what no well-behaved client would
send.
"""

import asyncio
from collections.abc import Iterable
from typing import NamedTuple

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: Headers
    body: bytes


def ask(
    app: ASGIApp,
    path: str,
    query: bytes = b"",
    *,
    method: str = "GET",
    headers: Iterable[tuple[bytes, bytes]] = ((b"host", b"127.0.0.1"),),
    body: bytes = b"",
    client: str = "127.0.0.1",
) -> Answer:
    """One request. `path` is decoded already, as servers do; a fault that nothing answers is
    raised.
    """
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(errors="surrogatepass"),
        "root_path": "",
        "query_string": query,
        "headers": [(name.lower(), value) for name, value in headers],
        "client": (client, 50_000),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }
    sent: list[Message] = []
    left = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        if left:
            return left.pop()
        # The client stays until it has been answered.
        return await asyncio.Future()

    async def send(message: Message) -> None:
        sent.append(message)

    async def call() -> None:
        await app(scope, receive, send)

    asyncio.run(call())
    start = sent[0]
    return Answer(
        start["status"],
        Headers(raw=start["headers"]),
        b"".join(part.get("body", b"") for part in sent[1:]),
    )
