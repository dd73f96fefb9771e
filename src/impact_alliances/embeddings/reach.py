"""Whether a model is within reach of visitors: one that is frozen or gone must not take their
places with it.

A visitor who waits holds a place of the service. So at most some wait at once, and as soon as one
has waited for too long the others are answered by words: from then on one at a time tries whether
the model is back.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from impact_alliances.embeddings.embedder import EmbedderUnavailable

# A question takes 20 ms, half a second on a very busy machine: one that waits longer speaks for
# those that come after it.
LATE_MS = 1_500
# How long a visitor waits for others to have been answered, and how long a model that failed is
# left alone.
TURN_MS, REST_MS = 500, 2_000


class Reach:
    """The visitors who wait for a model, `most` at once. For any number of threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._turns = threading.Condition()
        # Since when each waits, the oldest first.
        self._waiting: list[float] = []
        self._is_lost = False
        self._rests_until = float("-inf")

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Ask within it. Raises `EmbedderUnavailable`, at once or nearly, when there is no use in
        waiting.
        """
        since = self._enter()
        is_lost = False
        try:
            yield
        except EmbedderUnavailable:
            is_lost = True
            raise
        finally:
            self._leave(since, is_lost)

    def _enter(self) -> float:
        with self._turns:
            self._turns.wait_for(lambda: self._is_late() or self._has_room(), TURN_MS / 1_000)
            if self._is_late() or not self._has_room():
                raise EmbedderUnavailable(
                    "Le modèle de sens tarde à répondre : on ne l’attend plus pour l’instant."
                )
            self._waiting.append(time.monotonic())
            return self._waiting[-1]

    def _leave(self, since: float, is_lost: bool) -> None:
        with self._turns:
            self._waiting.remove(since)
            self._is_lost = is_lost
            if is_lost:
                self._rests_until = time.monotonic() + REST_MS / 1_000
            self._turns.notify_all()

    def _has_room(self) -> bool:
        return len(self._waiting) < self._most

    def _is_late(self) -> bool:
        now = time.monotonic()
        if self._is_lost:
            return bool(self._waiting) or now < self._rests_until
        return bool(self._waiting) and now - self._waiting[0] > LATE_MS / 1_000
