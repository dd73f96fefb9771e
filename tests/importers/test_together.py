"""Imports at once, in processes of their own: all end whole, and a lock is a sentence."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from impact_alliances import db
from impact_alliances.db import reading, writing, written
from impact_alliances.errors import Unavailable
from impact_alliances.resources.case import Case
from support.builders import a_case, store
from tests.importers.files import as_csv, take, verdicts, write

ROWS = 400
IMPORT = """
import sys
from pathlib import Path
from impact_alliances.db import make_engine
from impact_alliances.importers.importing import import_file
from impact_alliances.resources.kinds import KINDS

database, file = make_engine(sys.argv[1]), Path(sys.argv[2])
print("prêt", flush=True)
sys.stdin.readline()
report = import_file(database, KINDS["case"], file)
print(report.refused, sum(report.verdicts.values()))
"""


def _start(database: Engine, file: Path) -> subprocess.Popen[str]:
    url = database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", IMPORT, url, str(file)]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def _cases(prefix: str, numbers: range) -> bytes:
    """Cases of their own whose titles, hence addresses, the other file has too."""
    rows = [
        ["id", "title", "status"],
        *([f"{prefix}{number}", f"Le car {number}", "brouillon"] for number in numbers),
    ]
    return as_csv(rows)


def test_imports_at_once_end_whole(either_database: Engine, tmp_path: Path) -> None:
    """The same titles from both ends, and some ids in common: the database says who was first."""
    shared = [
        ["id", "title", "status"],
        *([f"s{number}", f"Le bus {number}", "brouillon"] for number in range(50)),
    ]
    one = as_csv(shared) + _cases("a", range(ROWS)).split(b"\n", 1)[1]
    other = _cases("b", range(ROWS - 1, -1, -1)) + as_csv(shared).split(b"\n", 1)[1]
    files = [write(tmp_path, "a.csv", one), write(tmp_path, "b.csv", other)]
    running = [_start(either_database, file) for file in files]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "prêt\n"
    ended = [process.communicate("\n") for process in running]
    assert [(out.strip(), err) for out, err in ended] == [(f"0 {ROWS + 50}", "")] * 2
    with reading(either_database) as session:
        slugs = session.exec(select(Case.slug)).all()
    assert len(slugs) == len(set(slugs)) == 2 * ROWS + 50


def test_a_dry_run_goes_on_while_another_writes(database: Engine, tmp_path: Path) -> None:
    """It asks for no lock: here, one is held for as long as it lasts."""
    with writing(database) as session:
        session.add(a_case(id="x"))
        session.flush()
        assert verdicts(take(database, tmp_path, "id,title\na,Un\n", dry_run=True)) == {
            "created": 1
        }


def test_a_lock_that_lasts_is_a_sentence(
    database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not what the database says of it in English."""
    monkeypatch.setattr(db, "BUSY_TIMEOUT_MS", 50)
    short = db.make_engine(database.url.render_as_string())
    with writing(database) as session:
        session.add(a_case(id="x"))
        session.flush()
        with pytest.raises(Unavailable, match="verrouillée"):
            take(short, tmp_path, "id,title\na,Un\n")
    assert verdicts(take(short, tmp_path, "id,title\na,Un\n")) == {"created": 1}
    short.dispose()


def test_work_is_done_again_when_another_took_its_address(either_database: Engine) -> None:
    store(either_database, a_case(id="x", slug="le-car"))
    attempts: list[str] = []

    def work(session: Session) -> str:
        attempts.append("le-car" if not attempts else "le-bus")
        session.add(a_case(id="y", slug=attempts[-1]))
        return attempts[-1]

    assert written(either_database, work) == "le-bus"
    assert attempts == ["le-car", "le-bus"]
