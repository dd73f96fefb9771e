"""The connections of clients: how many, and how long one may take to ask and to read.

uvicorn answers as fast as it can and waits for ever: for the rest of a request, and for a client
that does not read. Here a connection is looked at once a second, and cut when it stays too long
where it is.
"""

import fcntl
import logging
import os
import signal
import socket
import struct
import sys
import termios
import threading
import time
from dataclasses import dataclass
from types import FrameType

import uvicorn
from starlette.types import ASGIApp
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from impact_alliances.settings import Settings
from impact_alliances.web.crowd import LONGEST_WAIT_S
from impact_alliances.web.security import HEADERS

# Bytes of a request line and its headers; more is a 400.
LONGEST_HEAD = 65_536
# What is answered to a request that no page can answer, by the server itself.
UNREADABLE = (
    "Demande illisible : elle ne suit pas HTTP, ou son en-tête est trop long. Demandez l’adresse "
    "avec un navigateur."
)
_HEADERS = {**HEADERS, "content-type": "text/plain; charset=utf-8", "connection": "close"}
# A client who reads is to have taken so many bytes each time we look whether it does.
STEP = 65_536
# How long a process may take to end once told to, in seconds. What is cut then is lost for nobody:
# nothing is written late.
GRACE_S = 1.5
# How long a connection is kept open between two requests, in seconds: longer than whoever is sent
# away is told to wait (`web/crowd.py`), who would else ask on a connection that is being closed.
KEPT_S = LONGEST_WAIT_S + 5
# « Linger for no time »: what is not sent is dropped.
_AT_ONCE = struct.pack("ii", 1, 0)
# What a client keeps us waiting for.
ASKING, READING, NOTHING = "asking", "reading", "nothing"


@dataclass(frozen=True)
class Patience:
    """How many connections at once, and how long in seconds one may ask, or read, without getting
    on.
    """

    clients: int
    asking_s: float
    reading_s: float

    @classmethod
    def of(cls, settings: Settings) -> "Patience":
        """That of these settings."""
        return cls(settings.max_clients, settings.request_timeout_s, settings.reading_timeout_s)

    def allows(self, doing: str, seconds: float) -> bool:
        """Whether a client may go on."""
        return seconds <= {ASKING: self.asking_s, READING: self.reading_s}.get(doing, seconds)


class Clients(ServerState):
    """The connections of a server, and its patience with them."""

    def __init__(self, patience: Patience) -> None:
        super().__init__()
        self.patience = patience

    def make_room(self, newcomer: "Client") -> None:
        """Close the connection that has had nothing to do for longest, or the newcomer's when all
        are at work.
        """
        idle = [one for one in self.connections if isinstance(one, Client) and one.is_idle]
        if idle:
            min(idle, key=lambda one: one.idle_since).transport.close()
        else:
            newcomer.cut()

    def cut_the_slow(self) -> None:
        """Cut the connections that have not got on for too long."""
        now = time.monotonic()
        for client in [one for one in self.connections if isinstance(one, Client)]:
            client.look(now)


class Client(HttpToolsProtocol):
    """One connection."""

    server_state: Clients
    _at: tuple[object, ...] = ()
    _since = 0.0
    idle_since = 0.0
    # Of the head that is not whole yet, as it comes; and of the one being read, as it is
    # understood.
    _head_bytes = _read_bytes = 0
    # The request being answered: of those sent ahead, uvicorn only remembers the last.
    _current: RequestResponseCycle | None = None

    def connection_made(self, transport) -> None:  # type: ignore[no-untyped-def]
        super().connection_made(transport)
        if len(self.connections) > self.server_state.patience.clients:
            self.server_state.make_room(self)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._current:
            self._current.disconnected = True
        super().connection_lost(exc)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._current = cycle
        super()._start_asgi_task(cycle, app)

    def data_received(self, data: bytes) -> None:
        before = self.cycle
        is_body = before is not None and before.more_body
        super().data_received(data)
        self._head_bytes = (
            0 if is_body or self.cycle is not before else self._head_bytes + len(data)
        )
        if self._head_bytes > LONGEST_HEAD and not self.transport.is_closing():
            self.send_400_response("Request header too long.")

    def on_message_begin(self) -> None:
        self._read_bytes = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value) + len(": \r\n"))
        super().on_header(name, value)

    def _count(self, read: int) -> None:
        self._read_bytes += read
        if self._read_bytes > LONGEST_HEAD:
            # Told to the parser, which stops there: a 400 follows.
            raise ValueError("head too long")

    def send_400_response(self, msg: str) -> None:
        content = UNREADABLE.encode()
        lines = [
            f"{name}: {value}"
            for name, value in {**_HEADERS, "content-length": str(len(content))}.items()
        ]
        self.transport.write(
            "\r\n".join(["HTTP/1.1 400 Bad Request", *lines, "", ""]).encode() + content
        )
        self.transport.close()

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: the request is answered as any other, and any visitor can send a
        thousand.
        """

    @property
    def is_idle(self) -> bool:
        """Whether it is kept open between two requests."""
        return self.timeout_keep_alive_task is not None and not self.transport.is_closing()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self.idle_since = time.monotonic()

    def timeout_keep_alive_handler(self) -> None:
        """Close the connection, unless the next request has come and was not read yet: where the
        loop is late, uvicorn would close on a client whom it has kept waiting itself.
        """
        if self._unread_bytes():
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )
        else:
            super().timeout_keep_alive_handler()

    def _unread_bytes(self) -> int:
        if self.transport.is_closing():
            return 0
        held = bytearray(4)
        fcntl.ioctl(self.transport.get_extra_info("socket").fileno(), termios.FIONREAD, held)
        return int.from_bytes(held, sys.byteorder)

    def look(self, now: float) -> None:
        """Cut it if it has been doing the same for too long."""
        unread = self.transport.get_write_buffer_size()
        doing = self._doing(unread)
        at = (self._current, doing, unread // STEP)
        if at != self._at:
            self._at, self._since = at, now
        elif not self.server_state.patience.allows(doing, now - self._since):
            self.cut()

    def _doing(self, unread: int) -> str:
        if unread:
            return READING
        if self.timeout_keep_alive_task:
            # Between two requests: uvicorn closes it itself, after `KEPT_S`.
            return NOTHING
        current = self._current
        return (
            NOTHING
            if current and not current.response_complete and not current.more_body
            else ASKING
        )

    def cut(self) -> None:
        """End the connection at once."""
        # Reset, not closed: the system would keep for minutes what the client has not read.
        self.transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE
        )
        self.transport.abort()


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    """Whether a line tells something of the service: any visitor can send a thousand requests that
    are not HTTP.
    """
    return record.msg != "Invalid HTTP request received."


class Server(uvicorn.Server):
    """uvicorn that cuts slow clients, and ends soon after it is told to."""

    def __init__(self, app: ASGIApp, patience: Patience) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=Client,
                ws="none",
                log_level="warning",
                proxy_headers=True,
                timeout_graceful_shutdown=1,
                timeout_keep_alive=KEPT_S,
            )
        )
        self.server_state = self._clients = Clients(patience)
        logging.getLogger("uvicorn.error").addFilter(_is_worth_a_line)

    async def on_tick(self, counter: int) -> bool:
        if counter % 10 == 0:
            self._clients.cut_the_slow()
        return await super().on_tick(counter)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        # A thread that waits for a frozen database, or a client that does not read, must not hold
        # the process.
        last = threading.Timer(GRACE_S, os._exit, (128 + sig if sig != signal.SIGINT else 0,))
        last.daemon = True
        last.start()
