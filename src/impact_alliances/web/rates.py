"""How many costly requests a client may make a minute, where no proxy counts them already.

The counts are those of one process. Libraries that count were tried: they start a thread a request.
"""

import time
from collections import Counter
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from math import ceil

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from impact_alliances.errors import TooManyRequests
from impact_alliances.vocabularies import french
from impact_alliances.web import errors

WINDOW_S = 60
# Files, and the questions of those who watch over the service, cost nothing.
FREE = ("/static/", "/healthz", "/readyz")


class Rates:
    """Answers 429 with Retry-After to a client's requests beyond `most` in a minute; 0 counts
    nothing.

    A client is an IPv4 address or a /64 of IPv6. Behind a proxy it is the one that the proxy names,
    if uvicorn is told to trust that proxy (`FORWARDED_ALLOW_IPS`). `clock` is in seconds.
    """

    def __init__(
        self, app: ASGIApp, most: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.app, self.most, self.clock = app, most, clock
        self._window = 0
        self._counts: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] == "http"
            and self.most
            and not scope["path"].startswith(FREE)
            and self._is_beyond(client_of(scope))
        ):
            wait = max(1, ceil((self._window + 1) * WINDOW_S - self.clock()))
            said = french.counted(wait, "seconde", "secondes")
            answer = errors.refused(
                Request(scope), TooManyRequests(f"Trop de demandes. Réessayez dans {said}.")
            )
            answer.headers["retry-after"] = str(wait)
            return await answer(scope, receive, send)
        return await self.app(scope, receive, send)

    def _is_beyond(self, client: str) -> bool:
        window = int(self.clock() // WINDOW_S)
        if window != self._window:
            self._window = window
            self._counts.clear()
        self._counts[client] += 1
        return self._counts[client] > self.most


def client_of(scope: Scope) -> str:
    """By what the client of a request is told from others; empty when nothing does."""
    given = (scope.get("client") or ("", 0))[0]
    try:
        address = ip_address(given)
    except ValueError:
        return str(given)
    if isinstance(address, IPv6Address):
        # Whoever has one address of a /64 has them all.
        return str(address.ipv4_mapped or int(address) >> 64)
    return str(address)
