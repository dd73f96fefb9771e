"""Faults of a database as they are told: by the most particular of what its code says."""

import sqlite3

import psycopg
import pytest

from impact_alliances.faults import told


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (psycopg.errors.InsufficientPrivilege(), "PostgreSQL refuse ce droit"),
        (psycopg.errors.UndefinedTable(), "n’est pas à jour"),
        (psycopg.errors.DiskFull(), "disque du serveur PostgreSQL est plein"),
    ],
)
def test_a_fault_of_postgresql_is_told_by_its_whole_code_first(
    fault: psycopg.Error, said: str
) -> None:
    """The first letters only say of which family it is."""
    assert said in told(fault).what


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (sqlite3.SQLITE_IOERR_FSYNC, "Le disque est plein"),
        (sqlite3.SQLITE_IOERR_WRITE, "Le disque est plein"),
        (sqlite3.SQLITE_IOERR_READ, "ne rend pas la base"),
    ],
)
def test_a_fault_of_the_disk_is_told_by_what_was_being_done(code: int, said: str) -> None:
    """SQLite says as much of a full disk in several ways."""
    fault = sqlite3.OperationalError()
    fault.sqlite_errorcode = code
    assert said in told(fault).what
