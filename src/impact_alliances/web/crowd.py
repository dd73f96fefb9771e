"""The door of the service: so many requests are in work, some wait their turn, more are refused at
once.

A service that takes in all that comes answers nobody: each request slows the others, until all are
late. A request is in work until its answer is computed; while a client reads it nothing is held but
memory.
"""

import asyncio
import time
from collections.abc import Callable

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from impact_alliances.capacity import PATIENCE_S, Capacity
from impact_alliances.web.errors import overloaded

# What costs next to nothing, or must be told though all else is refused.
_EXEMPT = ("/static/", "/healthz")
# Seconds in which what was seen of a crowd counts half.
HALF_LIFE_S = 2.0
# Who is refused is told to wait so long on average, in seconds, and so much more for each who is
# refused for one let in; never longer than the last.
SHORT_WAIT_S, WAIT_FOR_EACH_S, LONGEST_WAIT_S = 2, 4, 30
# Successive multiples of it, modulo one, are spread evenly (golden ratio).
_SPREAD = 0.618_034


class Crowd:
    """How many were let in and refused lately, and when the refused should come back.

    Were they told the same moment, they would come back together; were it always soon, refusing
    them would take the time of those who are answered. `clock` is in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._at = clock()
        self._let_in = self._refused = 0.0
        self._turn = 0

    def let_in(self) -> None:
        """One more is let in."""
        self._fade()
        self._let_in += 1

    def refuse(self) -> int:
        """One more is refused. After how many whole seconds to come back."""
        self._fade()
        self._refused += 1
        self._turn += 1
        mean = SHORT_WAIT_S + WAIT_FOR_EACH_S * self._refused / max(1.0, self._let_in)
        place = self._turn * _SPREAD % 1
        return min(LONGEST_WAIT_S, 1 + int(place * (2 * mean - 1)))

    def _fade(self) -> None:
        now = self._clock()
        left = 0.5 ** ((now - self._at) / HALF_LIFE_S)
        self._at, self._let_in, self._refused = now, self._let_in * left, self._refused * left


class Door:
    """Counts who is in. For one event loop."""

    def __init__(self, capacity: Capacity) -> None:
        self._capacity = capacity
        self._free = asyncio.Semaphore(capacity.in_work)
        self.crowd = Crowd()
        self.in_work = self.waiting = self.refused = 0

    @property
    def is_shedding(self) -> bool:
        """Whether one more request would be refused."""
        return self.waiting >= self._capacity.waiting

    async def enter(self) -> bool:
        """Take a place, after a moment if need be. False when there is none."""
        if self.is_shedding or not await self._turn():
            self.refused += 1
            return False
        self.crowd.let_in()
        self.in_work += 1
        return True

    async def _turn(self) -> bool:
        self.waiting += 1
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await self._free.acquire()
        except TimeoutError:
            return False
        finally:
            self.waiting -= 1

    def leave(self) -> None:
        """Give the place back."""
        self.in_work -= 1
        self._free.release()


class Turns:
    """ASGI middleware that lets requests in through a door, and gives their place back as soon as
    their answer is computed.
    """

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self.app = app
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(_EXEMPT):
            await self.app(scope, receive, send)
        elif await self._door.enter():
            await self._answer(scope, receive, send)
        else:
            await overloaded(Request(scope), self._door.crowd.refuse())(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_in = True

        def leave() -> None:
            nonlocal is_in
            if is_in:
                is_in = False
                self._door.leave()

        async def leave_then_send(message: Message) -> None:
            leave()
            await send(message)

        try:
            await self.app(scope, receive, leave_then_send)
        finally:
            leave()
