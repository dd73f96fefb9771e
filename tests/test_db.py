"""Transactions: whole or nothing, and writers that wait for each other."""

import threading
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import Session, select

from impact_alliances.db import (
    BUSY_TIMEOUT_MS,
    READER_TIMEOUT_MS,
    make_engine,
    reading,
    writing,
    written,
)
from impact_alliances.resources.case import Case
from support.builders import a_case, store, stored


def test_writing_commits_at_its_end(either_database: Engine) -> None:
    case = a_case(title="Une épicerie", tags=["a|b", "é"])
    store(either_database, case)
    kept = stored(either_database, Case, case.id)
    assert kept is not None
    assert kept.model_dump() == case.model_dump()


def test_writing_leaves_nothing_after_an_exception(either_database: Engine) -> None:
    def broken() -> None:
        with writing(either_database) as session:
            session.add(a_case())
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken()
    with reading(either_database) as session:
        assert session.exec(select(Case)).all() == []


def test_a_fault_does_not_tell_what_was_being_written(either_database: Engine) -> None:
    """It goes to the journal, where nobody's address belongs."""
    with pytest.raises(DBAPIError) as fault, writing(either_database) as session:
        session.execute(
            text("INSERT INTO nowhere (x) VALUES (:x)"), {"x": "camille.legoff@liens.example"}
        )
    assert "camille" not in str(fault.value)


def test_reading_writes_nothing(either_database: Engine) -> None:
    with reading(either_database) as session:
        session.add(a_case())
        session.flush()
    with reading(either_database) as session:
        assert session.exec(select(Case)).all() == []


def test_dates_and_times_come_back_as_they_were_stored(either_database: Engine) -> None:
    """`updated_at` keeps its time zone on both databases."""
    case = a_case()
    store(either_database, case)
    kept = stored(either_database, Case, case.id)
    assert kept is not None
    assert (kept.date, kept.updated_at) == (case.date, case.updated_at)
    assert kept.updated_at.tzinfo is not None


def test_writers_who_read_first_wait_for_each_other(database: Engine) -> None:
    """Four threads read a number and write the next one: none fails, none is lost."""
    case = a_case(summary="0")
    store(database, case)
    faults: list[Exception] = []

    def count() -> None:
        try:
            for _ in range(10):
                with writing(database) as session:
                    row = session.get_one(Case, case.id)
                    row.summary = str(int(row.summary) + 1)
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = stored(database, Case, case.id)
    assert faults == []
    assert kept is not None
    assert kept.summary == "40"


def test_a_reader_goes_on_while_one_writes(database: Engine) -> None:
    case = a_case(title="Avant")
    store(database, case)
    with writing(database) as session:
        session.get_one(Case, case.id).title = "Après"
        session.flush()
        seen = stored(database, Case, case.id)
    assert seen is not None
    assert seen.title == "Avant"


def test_the_folder_of_a_sqlite_file_is_made(tmp_path: object) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/un/deux/base.sqlite3")
    with engine.connect() as connection:
        mode = connection.execute(text("PRAGMA journal_mode")).scalar_one()
    engine.dispose()
    assert mode == "wal"


def test_a_sqlite_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    """It holds e-mail addresses and phone numbers: folder, file, and those beside it."""
    engine = make_engine(f"sqlite:///{tmp_path}/un/base.sqlite3")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE essai (x)"))
        modes = {
            path.name: path.stat().st_mode & 0o777
            for path in (tmp_path / "un", *(tmp_path / "un").iterdir())
        }
    engine.dispose()
    files = ("base.sqlite3", "base.sqlite3-wal", "base.sqlite3-shm")
    assert modes == {"un": 0o700, **dict.fromkeys(files, 0o600)}


def test_a_database_in_memory_has_no_pool_to_bound() -> None:
    """The one that shipped vectors are computed with."""
    with make_engine("sqlite://", connections=3).connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1


def test_a_reader_waits_for_a_lock_less_than_a_writer_does(database: Engine) -> None:
    """One after the other on the same connection: a page is answered, or said to be late, in
    time.
    """
    asked = text("PRAGMA busy_timeout")
    for _ in range(2):
        with reading(database) as session:
            assert session.connection().scalar(asked) == READER_TIMEOUT_MS
        with writing(database) as session:
            assert session.connection().scalar(asked) == BUSY_TIMEOUT_MS


@pytest.mark.parametrize(
    "fault", [psycopg.errors.DeadlockDetected(), psycopg.errors.SerializationFailure()]
)
def test_work_sent_back_by_postgresql_is_done_again(database: Engine, fault: psycopg.Error) -> None:
    """Of two writers who wait for each other, one is sent back, and nothing is wrong with it."""
    faults = [fault]

    def work(_: Session) -> str:
        if faults:
            raise OperationalError("update", {}, faults.pop())
        return "done"

    assert written(database, work) == "done"
