"""A small HTTP server that answers what a test tells it to: late, wrong, cut short, or as
Meilisearch would.
"""

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Reply:
    """One answer. `resets` cuts the connection instead."""

    body: object = None
    status: int = 200
    content_type: str = "application/json"
    delay_s: float = 0.0
    resets: bool = False

    @property
    def content(self) -> bytes:
        """The body as sent."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass
class Scripted:
    """Answers with `reply(method, path, body)`, and remembers what it was asked."""

    reply: Callable[[str, str, Any], Reply]
    url: str = ""
    asked: list[tuple[str, str, Any]] = field(default_factory=list)


@contextmanager
def scripted(reply: Callable[[str, str, Any], Reply]) -> Iterator[Scripted]:
    """A server on a free port of this machine, for the time of a test."""
    script = Scripted(reply)

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            is_json = self.headers.get("Content-Type") == "application/json"
            body = json.loads(raw) if raw and is_json else raw
            script.asked.append((self.command, self.path, body))
            _send(self, script.reply(self.command, self.path, body))

        do_GET = do_POST = do_PATCH = do_DELETE = _answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    script.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _send(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    time.sleep(reply.delay_s)
    if reply.resets:
        # Closing at once, unsaid data dropped, is seen as a reset by the other side.
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.connection.close()
        return
    try:
        handler.send_response(reply.status)
        handler.send_header("Content-Type", reply.content_type)
        handler.send_header("Content-Length", str(len(reply.content)))
        handler.end_headers()
        handler.wfile.write(reply.content)
    except OSError:
        # The client did not wait.
        return


def search_result(
    *hits: dict[str, object],
    total: int | None = None,
    facets: dict[str, dict[str, int]] | None = None,
) -> dict[str, object]:
    """One answer of a search, in the server's shape."""
    size = len(hits) if total is None else total
    counted = {"facetDistribution": facets, "facetStats": {}} if facets is not None else {}
    shape = {
        "indexUid": "base",
        "query": "",
        "processingTimeMs": 1,
        "limit": 20,
        "offset": 0,
        "estimatedTotalHits": size,
    }
    return {
        **shape,
        "hits": list(hits),
        **counted,
        "requestUid": "0198c2d0-0000-7000-8000-000000000001",
    }


def error(code: str, kind: str = "invalid_request", message: str = "no") -> dict[str, str]:
    """An error, in the server's shape."""
    return {
        "message": message,
        "code": code,
        "type": kind,
        "link": f"https://docs.meilisearch.com/errors#{code}",
    }


def task(
    uid: int, status: str = "succeeded", fault: dict[str, str] | None = None
) -> dict[str, object]:
    """A task, in the server's shape, both as accepted and as ended."""
    moment = "2026-08-20T08:00:00.123456789Z"
    times = {
        "enqueuedAt": moment,
        "startedAt": moment,
        "finishedAt": moment,
        "duration": "PT0.081S",
    }
    named = {
        "taskUid": uid,
        "uid": uid,
        "batchUid": uid,
        "indexUid": "base",
        "type": "documentAdditionOrUpdate",
    }
    return {**named, "status": status, "canceledBy": None, "details": {}, "error": fault, **times}
