"""One at a time, and what becomes of one that lost its lock without knowing."""

import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlmodel import select

from impact_alliances.db import reading, writing
from impact_alliances.engines.documents import SearchDocument
from impact_alliances.engines.tantivy.writer import TantivyWriter
from impact_alliances.indexing.agreement import differences
from impact_alliances.indexing.indexer import Indexer
from impact_alliances.locks import Busy, DatabaseLock, Lost, shared_lock
from impact_alliances.resources.case import Case
from impact_alliances.resources.changes import REBUILD, Change
from impact_alliances.resources.key import Key
from support.builders import a_case, store


@pytest.fixture
def postgresql(request: pytest.FixtureRequest, make_database: Callable[[], Engine]) -> Engine:
    """A database that many machines may share."""
    if request.node.callspec.params["make_database"] == "sqlite":
        pytest.skip("only a database with connections can cut one")
    return make_database()


only_postgresql = pytest.mark.parametrize("make_database", ["postgresql"], indirect=True)


def _cut(database: Engine) -> None:
    """End every other connection, as a restart of the database does."""
    mine = "pid <> pg_backend_pid() AND datname = current_database()"
    with database.connect() as connection:
        connection.execute(
            text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {mine}")
        )


def test_a_lock_is_held_by_one_and_given_back(either_database: Engine) -> None:
    """Whatever folder each is in; another lock is another."""
    with shared_lock(either_database, "a").hold():
        with pytest.raises(Busy), shared_lock(either_database, "a").hold():
            pass
        with shared_lock(either_database, "b").hold():
            pass
    with shared_lock(either_database, "a").hold():
        pass


@only_postgresql
def test_a_cut_connection_is_a_lost_lock(postgresql: Engine) -> None:
    """Another may hold it at once; giving it back afterwards is no error."""
    lock = DatabaseLock(postgresql, "a")
    with lock.hold():
        lock.check()
        _cut(postgresql)
        with pytest.raises(Lost):
            lock.check()
        with shared_lock(postgresql, "a").hold():
            pass
    lock.check()


class Hindered(TantivyWriter):
    """A writer during whose work something happens."""

    def __init__(self, folder: Path, happens: Callable[[], None]) -> None:
        super().__init__(folder)
        self._happens: list[Callable[[], None]] = [happens]

    def apply(self, documents: Sequence[SearchDocument], removed: Sequence[Key]) -> None:
        self._happen()
        super().apply(documents, removed)

    def rebuild(self, documents: Iterable[Sequence[SearchDocument]]) -> None:
        super().rebuild(list(documents))
        self._happen()

    def _happen(self) -> None:
        while self._happens:
            self._happens.pop()()


def _overtaken(database: Engine, folder: Path) -> tuple[Indexer, Indexer]:
    """An indexer that loses its lock as it writes, while the other writes newer things into the
    same index.
    """
    other = Indexer(database, TantivyWriter(folder), None, lock=DatabaseLock(database, "index"))

    def happens() -> None:
        _cut(database)
        with writing(database) as session:
            session.get_one(Case, "x").title = "Le plus récent"
        with other.alone():
            other.catch_up()

    slow = Indexer(database, Hindered(folder, happens), None, lock=DatabaseLock(database, "index"))
    return slow, other


@only_postgresql
def test_one_that_lost_its_lock_has_its_old_copies_put_right(
    postgresql: Engine, tmp_path: Path
) -> None:
    """It may have written them over newer ones: whoever holds the lock is given them again."""
    slow, other = _overtaken(postgresql, tmp_path)
    other.catch_up()
    store(postgresql, a_case(id="x", title="Le premier"))
    with pytest.raises(Lost), slow.alone():
        slow.step()
    assert differences(postgresql, other.writer)["stale"] == [Key("case", "x")]
    other.catch_up()
    assert not any(differences(postgresql, other.writer).values())


@only_postgresql
def test_one_that_lost_its_lock_in_a_rebuild_has_it_done_again(
    postgresql: Engine, tmp_path: Path
) -> None:
    """It may have switched in an index older than the one in use."""
    slow, other = _overtaken(postgresql, tmp_path)
    store(postgresql, a_case(id="x", title="Le premier"))
    other.catch_up()
    with pytest.raises(Lost), slow.alone():
        slow.rebuild()
    with reading(postgresql) as session:
        assert [change.kind for change in session.exec(select(Change))] == [REBUILD]
    other.catch_up()
    assert not any(differences(postgresql, other.writer).values())


@only_postgresql
def test_an_indexer_takes_its_lock_back_after_a_cut(
    postgresql: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And goes on with what was saved meanwhile."""
    monkeypatch.setattr("impact_alliances.indexing.indexer.IDLE_S", 0.01)
    monkeypatch.setattr("impact_alliances.indexing.indexer.TURN_S", 0.01)
    kept = Indexer(
        postgresql, TantivyWriter(tmp_path), None, lock=DatabaseLock(postgresql, "index")
    )
    kept.catch_up()
    stop = threading.Event()
    thread = threading.Thread(target=kept.keep, args=(stop,))
    thread.start()
    try:
        for number in range(3):
            _cut(postgresql)
            store(postgresql, a_case(id=f"c{number}"))
            _until(lambda: not kept.pending())
    finally:
        stop.set()
        thread.join()
    assert not any(differences(postgresql, kept.writer).values())


def _until(is_so: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(6_000):
        if is_so():
            return
        pause.wait(0.01)
    raise TimeoutError
