"""Waiting for what another thread does."""

import threading
from collections.abc import Callable


def until(is_so: Callable[[], bool]) -> bool:
    """Wait for it, a minute at the most."""
    pause = threading.Event()
    return any(is_so() or pause.wait(0.02) for _ in range(3_000))
