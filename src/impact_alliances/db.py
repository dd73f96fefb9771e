"""The database: engine, sessions, transaction and the SQLite settings that make it safe under
several processes.
"""

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, MetaData, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import Session, SQLModel, create_engine

from impact_alliances.errors import Unavailable

T = TypeVar("T")

# Constraints get predictable names, so that a migration can drop what another one made.
SQLModel.metadata.naming_convention = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
).naming_convention

# A writer waits this long for another one to finish; an import batch takes well under a second. A
# reader waits for nobody, but while the file is locked whole.
BUSY_TIMEOUT_MS, READER_TIMEOUT_MS = 15_000, 1_000
# On PostgreSQL a reader waits this long for a connection, for a silent server, and for one answer.
# Writers wait for each other.
CONNECT_TIMEOUT_S, SILENCE_S, STATEMENT_TIMEOUT_MS = 5, 5.0, 30_000
# How long, in seconds, for a connection of the pool: only where more threads than connections ask
# for one.
POOL_TIMEOUT_S = 5
# Each attempt fails because another writer went on: so many in a row do not happen to two imports.
_ATTEMPTS = 20
_LOCKED = (
    "Un autre programme tient la base de données verrouillée : attendez qu’il ait fini, puis "
    "relancez. Ce qui est déjà enregistré le reste."
)


def make_engine(url: str, connections: int = 5) -> Engine:
    """An engine for `url` with so many connections at the most; the folder of a SQLite file is
    made.
    """
    parsed = make_url(url)
    bounds: dict[str, Any] = {
        "pool_size": connections,
        "max_overflow": 0,
        "pool_timeout": POOL_TIMEOUT_S,
    }
    if parsed.get_backend_name() != "sqlite":
        return _make_postgresql(parsed, bounds)
    if parsed.database:
        Path(parsed.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # A fault goes to the journal: what was being written, which may name someone, does not. A
    # database in memory is one connection: it has nothing to bound.
    engine = create_engine(
        url,
        connect_args={"check_same_thread": False},
        hide_parameters=True,
        **(bounds if parsed.database else {}),
    )
    if parsed.database:
        event.listen(engine, "do_connect", lambda *_: _make_private(Path(parsed.database or "")))
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_private(file: Path) -> None:
    """Make a file that is not there yet, which its owner alone may read: it holds the addresses of
    people. SQLite gives the files beside it the same rights.
    """
    # What forbids it, SQLite tells.
    with contextlib.suppress(OSError):
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _make_postgresql(url: URL, bounds: dict[str, Any]) -> Engine:
    # Imported here: SQLite starts faster without the driver.
    from impact_alliances.postgresql import PatientConnection

    arguments = {
        "connect_timeout": CONNECT_TIMEOUT_S,
        "tcp_user_timeout": 30_000,
        "keepalives_idle": 30,
    }
    engine = create_engine(
        url,
        pool_pre_ping=True,
        connect_args={**arguments, **url.query},
        hide_parameters=True,
        **bounds,
    )

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, values: Any, named: Any) -> PatientConnection:
        return PatientConnection.connect(*values, **named)

    event.listen(engine, "connect", _prepare_postgresql)
    event.listen(engine, "begin", _begin_postgresql)
    return engine


def _prepare_postgresql(connection: Any, _: Any) -> None:
    connection.patience_s = SILENCE_S
    connection.execute(f"SET statement_timeout = {STATEMENT_TIMEOUT_MS}")
    connection.commit()


def _begin_postgresql(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    driven: Any = connection.connection.driver_connection
    driven.patience_s = None if writes else SILENCE_S
    if writes:
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")


def _prepare_sqlite(connection: Any, _: Any) -> None:
    # The driver must not open transactions by itself: `_begin_sqlite` says which kind.
    connection.isolation_level = None
    cursor = connection.cursor()
    # Readers go on while one writes (WAL). FULL keeps a committed transaction through a power cut.
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later would fail at once when another writer
    # came between; asking for the write lock at the start makes it wait instead.
    writes = connection.get_execution_options().get("writes", False)
    patience = BUSY_TIMEOUT_MS if writes else READER_TIMEOUT_MS
    # Said again only when it changes: a page of results begins three transactions.
    if connection.info.get("busy_timeout") != patience:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={patience}")
        connection.info["busy_timeout"] = patience
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session for reading; nothing it holds is written."""
    with Session(engine) as session:
        yield session


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """One transaction: committed at the end, rolled back whole on any exception. The only place
    that commits.
    """
    with Session(engine.execution_options(writes=True)) as session, session.begin():
        yield session


def insert_absent(
    session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, object]]
) -> None:
    """Insert these rows; those whose key is there already are passed over, whoever wrote them, even
    at the same instant.
    """
    if rows:
        insert = (
            postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        )
        session.execute(insert(table).on_conflict_do_nothing(), rows)


def written(engine: Engine, work: Callable[[Session], T]) -> T:
    """What `work` gives, done in one transaction, and done again whole when another process wrote
    the same rows first.

    Raises `Unavailable` when another process keeps the database locked for longer than a writer
    waits.
    """
    for _ in range(_ATTEMPTS - 1):
        try:
            with writing(engine) as session:
                return work(session)
        except DBAPIError as fault:
            if _is_locked(fault):
                raise Unavailable(_LOCKED) from fault
            if not _is_conflict(fault):
                raise
    with writing(engine) as session:
        return work(session)


def _is_locked(fault: DBAPIError) -> bool:
    sqlite, postgresql = _codes(fault)
    return sqlite in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) or postgresql == "55P03"


def _is_conflict(fault: DBAPIError) -> bool:
    """A row, an id or an address taken meanwhile; or two writers that wait for each other, of which
    one is sent back.
    """
    return isinstance(fault, IntegrityError) or _codes(fault)[1] in ("40001", "40P01")


def _codes(fault: DBAPIError) -> tuple[int, str]:
    """The primary code of SQLite, or the state of PostgreSQL."""
    return getattr(fault.orig, "sqlite_errorcode", 0) & 0xFF, getattr(
        fault.orig, "sqlstate", ""
    ) or ""
