"""A connection to PostgreSQL that does not wait for ever for a server that has gone silent."""

import time
from typing import TypeVar

import psycopg
from psycopg.abc import PQGen

T = TypeVar("T")


class PatientConnection(psycopg.Connection[tuple[object, ...]]):
    """Gives up, and closes, when the server has sent nothing for `patience_s` seconds; never when
    that is None.

    The server's own `statement_timeout` does not help when it is the server that is frozen, or the
    network.
    """

    patience_s: float | None = None

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        watched = gen if self.patience_s is None else self._watched(gen, self.patience_s)
        return super().wait(watched, interval, timeout)

    def _watched(self, gen: PQGen[T], patience_s: float) -> PQGen[T]:
        heard_at = time.monotonic()
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if ready:
                    heard_at = time.monotonic()
                elif time.monotonic() - heard_at > patience_s:
                    # Closed: nobody knows what it was saying.
                    self.pgconn.finish()
                    raise psycopg.OperationalError(
                        f"the server has sent nothing for {patience_s:g} s"
                    )
                wanted = gen.send(ready)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
