"""One at a time: locks that fall with the process that holds them, however it ends.

A file is a lock for the processes of one machine; a database, for all that share it.
"""

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from impact_alliances.db import make_engine

# How soon the server notices that a machine is gone: after how many seconds of silence it asks, how
# many apart, and how many questions stay unanswered.
_ALIVE = {"idle": 5, "interval": 2, "count": 3}


class Busy(Exception):
    """Another process holds the lock; it does the work."""


class Lost(Exception):
    """The lock fell while it was held: another process may hold it by now."""


class Lock(Protocol):
    """What one process at a time may hold, in one thread."""

    def hold(self) -> AbstractContextManager[None]:
        """Hold it until the end of the `with`. Raises `Busy` at once when another process does."""
        ...

    def check(self) -> None:
        """Raise `Lost` if it was held here and is no more. Says nothing when it is not held."""
        ...


class FileLock:
    """A lock on a file of this machine; the system frees it with the process, so it is never
    lost.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def hold(self) -> Iterator[None]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("w") as held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as taken:
                raise Busy from taken
            yield

    def check(self) -> None:
        return


class DatabaseLock:
    """An advisory lock of PostgreSQL, held by a connection of its own: a cut connection is a lost
    lock.
    """

    def __init__(self, database: Engine, name: str) -> None:
        url = database.url.render_as_string(hide_password=False)
        self._engine = make_engine(url, connections=1).execution_options(
            isolation_level="AUTOCOMMIT"
        )
        digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
        self._number = int.from_bytes(digest, signed=True)
        self._held: Connection | None = None

    @contextmanager
    def hold(self) -> Iterator[None]:
        try:
            with self._engine.connect() as connection:
                self._take(connection)
                self._held = connection
                yield
        finally:
            self._held = None
            # What frees the lock: the connection is closed, not kept for another time.
            self._engine.dispose()

    def _take(self, connection: Connection) -> None:
        # Else the server would keep for hours the lock of a machine that vanished.
        for name, value in _ALIVE.items():
            connection.execute(text(f"SET tcp_keepalives_{name} = {value}"))
        if not connection.scalar(select(func.pg_try_advisory_lock(self._number))):
            raise Busy

    def check(self) -> None:
        if self._held is None:
            return
        try:
            self._held.execute(text("SELECT 1"))
        except SQLAlchemyError as cut:
            raise Lost from cut


def shared_lock(database: Engine, name: str) -> Lock:
    """The lock `name` among all processes that share this database."""
    if database.dialect.name == "postgresql":
        return DatabaseLock(database, name)
    file = database.url.database
    return FileLock(Path(f"{file}.{name}.lock")) if file and file != ":memory:" else NoLock()


class NoLock:
    """For what no other process sees, such as a database in memory."""

    @contextmanager
    def hold(self) -> Iterator[None]:
        yield

    def check(self) -> None:
        return
