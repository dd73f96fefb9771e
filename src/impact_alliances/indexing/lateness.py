"""Whether an index is behind the base: a search that may lack a saved sheet says so."""

import datetime as dt
import threading
import time
from collections.abc import Callable

from impact_alliances.indexing.outbox import Outbox
from impact_alliances.resources.resource import now

# A change is indexed within a second or two; beyond this a search says that it may be missing.
LATE = dt.timedelta(seconds=8)
LOOK_EVERY_S = 1.0
BEHIND = "Les toutes dernières modifications ne sont pas encore dans la recherche."


class Lateness:
    """Looks at the outbox of one index, at most once a second."""

    def __init__(
        self, outbox: Callable[[], Outbox], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._outbox = outbox
        self._clock = clock
        self._lock = threading.Lock()
        self._look_at = float("-inf")
        self._said: str | None = None

    def sentence(self) -> str | None:
        """What to say of an answer of that index; None while it is up to date."""
        with self._lock:
            if self._clock() >= self._look_at:
                self._look_at = self._clock() + LOOK_EVERY_S
                since = self._outbox().waits_since()
                self._said = BEHIND if since and now() - since > LATE else None
            return self._said
