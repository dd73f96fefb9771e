"""A constant load: threads that do one thing over and over, and what came of it."""

import threading
from collections.abc import Callable, Sequence
from typing import Generic, Self, TypeVar

T = TypeVar("T")


class Load(Generic[T]):
    """Runs each of these actions in a thread of its own until the end of the `with`, with a pause
    after each time.
    """

    def __init__(self, actions: Sequence[Callable[[], T]], pause_s: float) -> None:
        self._actions, self._pause_s = actions, pause_s
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._done: list[T] = []
        self._threads = [
            threading.Thread(target=self._repeat, args=(action,), daemon=True) for action in actions
        ]

    def _repeat(self, action: Callable[[], T]) -> None:
        while not self._stop.is_set():
            result = action()
            with self._lock:
                self._done.append(result)
            self._stop.wait(self._pause_s)

    def take(self) -> list[T]:
        """What was done since the last time, in the order of its end."""
        with self._lock:
            done, self._done = self._done, []
        return done

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
