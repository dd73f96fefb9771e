"""What is made from the database and held in memory, made anew beside when the database changed."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

from sqlalchemy.exc import SQLAlchemyError

# How often, in seconds, a change is looked for, by this process or another.
FRESHNESS_S = 1.0
# How long, in seconds, a value being made is waited for at the end: longer than a database that is
# silent, refuses connections or answers slowly is waited for, each alone.
END_S = 15.0
T = TypeVar("T")


class Renewed(Generic[T]):
    """A value in force. While the next one is made, in a thread beside, everybody goes on with the
    former: only the very first is waited for, and the one that follows `refresh`.

    `make` is given the former value, None the first time, and gives the same one back where nothing
    changed. Only one thread at a time makes.
    """

    def __init__(
        self, make: Callable[[T | None], T], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._make = make
        self._clock = clock
        self._lock = threading.Lock()
        self._value: T | None = None
        self._is_awaited = True
        self._look_at = float("-inf")

    def refresh(self) -> None:
        """Have the next question wait for what was written until now."""
        self._is_awaited = True

    def now(self) -> T:
        """The value in force. Raises what `make` raises where it has to be waited for."""
        value = self._value
        if value is None or self._is_awaited:
            with self._lock:
                value = self._value
                return self._renewed() if value is None or self._is_awaited else value
        if self._clock() >= self._look_at and self._lock.acquire(blocking=False):
            try:
                threading.Thread(target=self._renew_beside, name="renewal", daemon=True).start()
            except RuntimeError:
                # The system gives no more threads: the former value does until it does.
                self._lock.release()
        return value

    def close(self) -> None:
        """Wait for the value being made, `END_S` at the most, and make none beside any more: what a
        thread reads the database with must be back before the database is left.
        """
        self._look_at = float("inf")
        if self._lock.acquire(timeout=END_S):
            self._look_at = float("inf")
            self._lock.release()

    def _renewed(self) -> T:
        self._is_awaited = False
        self._look_at = self._clock() + FRESHNESS_S
        self._value = self._make(self._value)
        return self._value

    def _renew_beside(self) -> None:
        try:
            # A database that fails is met, and told, by whoever searches.
            with suppress(SQLAlchemyError):
                self._renewed()
        finally:
            self._lock.release()
