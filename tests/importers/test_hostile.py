"""Files made to harm: each is refused in a French sentence, and nothing of it is in the base. `bench.hostile` weighs them."""

from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select
from tests.importers.files import write
from tests.importers.hostile import FILES

from impact_alliances.db import reading
from impact_alliances.errors import Unreadable
from impact_alliances.importers.importing import import_file
from impact_alliances.resources.case import Case
from impact_alliances.resources.kinds import KINDS

# What takes more than a few seconds to make or to read is left to the measurement.
SLOW = {"lying-bomb.xlsx", "bomb.xlsx", "cells-bomb.xlsx", "long-string.xlsx", "strings-bomb.xlsx", "open-quote.csv",
        "millions-of-rows.csv", "every-row-wrong.csv", "new-keys.jsonl", "quoted-lines.csv", "many-rows.xlsx"}  # fmt: skip


@pytest.mark.parametrize("name", sorted(FILES.keys() - SLOW))
def test_a_hostile_file_is_refused_in_a_sentence(database: Engine, tmp_path: Path, name: str) -> None:
    path = write(tmp_path, name, FILES[name]())
    try:
        report = import_file(database, KINDS["case"], path)
        said = " ".join(report.lines())
        assert report.refused == sum(report.verdicts.values()) > 0
    except Unreadable as refusal:
        said = refusal.detail
    assert said.endswith((".", "?"))
    assert len(said) < 1_000
    with reading(database) as session:
        assert session.exec(select(Case)).all() == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("far-corner.xlsx", "trop de mémoire ou de temps"),
        ("beyond-any-sheet.xlsx", "ne peut être lu"),
        ("wide.xlsx", "16\u202f384 colonnes ; la limite est de 500"),
        ("a-zero.csv", "octet nul à la ligne 3"),
        ("one-line.csv", "dépasse 2\u202f000\u202f000 signes"),
        ("rows-repeated.ods", "ne peut être lu"),
    ],
)
def test_the_sentence_says_what_is_wrong(database: Engine, tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        import_file(database, KINDS["case"], write(tmp_path, name, FILES[name]()))
    assert said in refusal.value.detail


def test_a_cell_too_long_is_told_as_such_and_the_next_row_is_read(database: Engine, tmp_path: Path) -> None:
    """It was told as an open quote."""
    path = write(tmp_path, "a.csv", b"id,title\na," + b"x" * 1_200_000 + b"\nb,Un\n")
    report = import_file(database, KINDS["case"], path)
    assert (report.verdicts["refused"], report.verdicts["created"]) == (1, 1)
    assert "Une cellule dépasse 1\u202f000\u202f000 signes" in report.problems[0].reason


def test_a_pipe_is_refused_and_not_waited_for(database: Engine, tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "a.csv")
    with pytest.raises(Unreadable):
        import_file(database, KINDS["case"], tmp_path / "a.csv")


def test_the_separator_of_a_long_line_is_found_at_once(database: Engine, tmp_path: Path) -> None:
    """The standard sniffer took 1.2 s for 53 KB, and four times more for twice as long; a text of 40 MB would take weeks."""
    line = "a;" + "' , " * 20_000
    path = write(tmp_path, "a.csv", "id;body\n" + f"{line}\n" * 20)
    assert import_file(database, KINDS["case"], path).refused == 20


def test_signs_that_nobody_sees_leave_a_title_and_are_told(database: Engine, tmp_path: Path) -> None:
    """What French needs stays: no-break spaces, accents, typographic apostrophes."""
    title = "L’\u200bécole\u202e : «\u00a0été\u202f»"
    path = write(tmp_path, "a.csv", f"id,title,status\na,{title},brouillon\nb,{title},brouillon\nc,Net,brouillon\n")
    report = import_file(database, KINDS["case"], path)
    assert [fault.sentence for fault in report.faults] == [
        "Lignes 2 à 3, colonne « title » : Des signes invisibles, ou qui changent le sens de lecture, sont ôtés."
    ]
    with reading(database) as session:
        assert session.get_one(Case, "a").title == "L’école : « été »"
