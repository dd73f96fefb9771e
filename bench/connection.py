"""A connection to a site that costs the measuring side as little as can be.

A crowd of five hundred visitors in one process waits for that process: with a whole HTTP client, at
two milliseconds a request, it is the client that was measured.
"""

import asyncio
from typing import NamedTuple

import httptools


class Reply(NamedTuple):
    """The status of an answer, and the seconds after which to come back if it says so."""

    status: int
    retry_after_s: float


class Connection(asyncio.Protocol):
    """One connection kept open to a loopback port, for one request at a time."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._transport: asyncio.WriteTransport | None = None
        self._reply: asyncio.Future[Reply] | None = None
        self._retry_after_s = 0.0

    async def get(self, path: str, timeout_s: float) -> Reply:
        """The answer to a GET, its body read and forgotten. Raises `OSError` when the connection
        ends without one, `TimeoutError` when none comes in time.
        """
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(timeout_s):
            if self._transport is None or self._transport.is_closing():
                await loop.create_connection(lambda: self, "127.0.0.1", self._port)
            assert self._transport
            self._reply = loop.create_future()
            self._retry_after_s = 0.0
            host = f"Host: 127.0.0.1:{self._port}\r\nAccept-Encoding: gzip\r\n\r\n"
            self._transport.write(f"GET {path} HTTP/1.1\r\n{host}".encode())
            return await self._reply

    def close(self) -> None:
        """Hang up."""
        if self._transport:
            self._transport.close()

    # -- what asyncio tells -----------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport
        self._parser = httptools.HttpResponseParser(self)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._reply and not self._reply.done():
            self._reply.set_exception(exc or ConnectionAbortedError("closed without an answer"))

    # -- what the parser tells --------------------------------------------------------------------

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        if name.lower() == b"retry-after":
            self._retry_after_s = float(value)

    def on_message_complete(self) -> None:
        """The answer is whole."""
        if self._reply and not self._reply.done():
            self._reply.set_result(Reply(self._parser.get_status_code(), self._retry_after_s))
