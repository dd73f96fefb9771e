"""How much one process does at once: requests, threads, database connections and the queue, sized
together.

A request in work has a thread, and holds one database connection at the most, for the time of a
question. With as many connections as threads nobody ever waits for a connection while holding
something another one waits for.
"""

from dataclasses import dataclass

# Requests that wait for one in work; how long they may, in seconds; what more of them are told to
# wait.
WAITING_FOR_ONE = 4
PATIENCE_S = 2.0
# Connections beside those of the requests: two indexers and the reader of texts; what is read at
# start.
CONNECTIONS_BESIDE = 6
# Threads beside those of the requests in work, for files and error pages.
THREADS_BESIDE = 8


@dataclass(frozen=True)
class Capacity:
    """What one process may do at once: `in_work` requests are answered, `waiting` wait, more are
    refused.
    """

    in_work: int

    @property
    def waiting(self) -> int:
        """Requests that wait their turn, `PATIENCE_S` at the most."""
        return self.in_work * WAITING_FOR_ONE

    @property
    def for_meaning(self) -> int:
        """Requests in work that may wait for the model at once: the others go on while it is
        frozen.
        """
        return max(1, self.in_work // 2)

    @property
    def threads(self) -> int:
        """Threads that answer."""
        return self.in_work + THREADS_BESIDE

    @property
    def connections(self) -> int:
        """Connections to the database."""
        return self.in_work + CONNECTIONS_BESIDE
