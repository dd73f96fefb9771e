"""How long one visitor waits for a search server, over all the questions that their search asks
it.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_since: ContextVar[float | None] = ContextVar("waiting since", default=None)


@contextmanager
def one_wait() -> Iterator[None]:
    """All that is asked inside counts as one wait; inside another one, as that one."""
    if _since.get() is not None:
        yield
        return
    token = _since.set(time.monotonic())
    try:
        yield
    finally:
        _since.reset(token)


def left_of(seconds: float) -> float:
    """What is left of a patience of so many seconds; all of it outside a wait, nothing or less when
    it is over.
    """
    since = _since.get()
    return seconds if since is None else seconds - (time.monotonic() - since)
