"""Answers compressed with gzip, ten times faster than zlib does it.

Measured on a page of results (57 KB, in the tests' machine of two cores): zlib takes 1.5 ms at its
fifth level and isal .14 ms, for a tenth more bytes. It was a quarter of all that a page costs.
"""

from functools import cached_property
from typing import Any

from isal import isal_zlib
from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware, GZipResponder
from starlette.types import ASGIApp, Receive, Scope, Send

# Smaller answers fit in one packet as they are. In bytes.
MINIMUM_SIZE = 1_000
# Of 0 to 3: the next one takes more than twice the time to spare a thirtieth.
LEVEL = 2


class Compression(GZipMiddleware):
    """ASGI middleware: gzip for who accepts it, from `MINIMUM_SIZE` bytes on."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app, MINIMUM_SIZE, LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and "gzip" in Headers(scope=scope).get("accept-encoding", ""):
            await _Responder(self.app, MINIMUM_SIZE)(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


class _Responder(GZipResponder):
    @cached_property
    def compressor(self) -> Any:
        return isal_zlib.compressobj(LEVEL, isal_zlib.DEFLATED, 16 + isal_zlib.MAX_WBITS)
