"""Files made to harm: each is refused in a French sentence, and nothing of it is in the base.
`bench.hostile` weighs them.
"""

import re
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from impact_alliances.db import reading
from impact_alliances.errors import Unreadable
from impact_alliances.importers import tables
from impact_alliances.importers.bounds import MOST_NAMES
from impact_alliances.importers.importing import import_file
from impact_alliances.resources.case import Case
from impact_alliances.resources.kinds import KINDS
from support.hostile_files import FILES
from tests.importers.files import write

# What takes more than a few seconds to make or to read is left to the measurement.
SLOW = {
    "lying-bomb.xlsx",
    "bomb.xlsx",
    "cells-bomb.xlsx",
    "long-string.xlsx",
    "strings-bomb.xlsx",
    "open-quote.csv",
    "millions-of-rows.csv",
    "every-row-wrong.csv",
    "new-keys.jsonl",
    "wide-new-keys.jsonl",
    "quoted-lines.csv",
    "many-rows.xlsx",
}


@pytest.mark.parametrize("name", sorted(FILES.keys() - SLOW))
def test_a_hostile_file_is_refused_in_a_sentence(
    database: Engine, tmp_path: Path, name: str
) -> None:
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
        ("utf-32.csv", "codé en UTF-32"),
        ("utf-32.jsonl", "codé en UTF-32"),
    ],
)
def test_the_sentence_says_what_is_wrong(
    database: Engine, tmp_path: Path, name: str, said: str
) -> None:
    with pytest.raises(Unreadable) as refusal:
        import_file(database, KINDS["case"], write(tmp_path, name, FILES[name]()))
    assert said in refusal.value.detail


def test_a_cell_too_long_is_told_as_such_and_the_next_row_is_read(
    database: Engine, tmp_path: Path
) -> None:
    """It was told as an open quote."""
    path = write(tmp_path, "a.csv", b"id,title\na," + b"x" * 1_200_000 + b"\nb,Un\n")
    report = import_file(database, KINDS["case"], path)
    assert (report.verdicts["refused"], report.verdicts["created"]) == (1, 1)
    assert "Une cellule dépasse 1\u202f000\u202f000 signes" in report.remarks[0].reason


def test_a_pipe_is_refused_and_not_waited_for(database: Engine, tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "a.csv")
    with pytest.raises(Unreadable):
        import_file(database, KINDS["case"], tmp_path / "a.csv")


def test_the_separator_of_a_long_line_is_found_at_once(database: Engine, tmp_path: Path) -> None:
    """The standard sniffer took 1.2 s for 53 KB, and four times more for twice as long; a text of
    40 MB would take weeks.
    """
    line = "a;" + "' , " * 20_000
    path = write(tmp_path, "a.csv", "id;body\n" + f"{line}\n" * 20)
    assert import_file(database, KINDS["case"], path).refused == 20


def test_signs_that_nobody_sees_leave_a_title_and_are_told(
    database: Engine, tmp_path: Path
) -> None:
    """What French needs stays: no-break spaces, accents, typographic apostrophes."""
    title = "L’\u200bécole\u202e : «\u00a0été\u202f»"
    path = write(
        tmp_path,
        "a.csv",
        f"id,title,status\na,{title},brouillon\nb,{title},brouillon\nc,Net,brouillon\n",
    )
    report = import_file(database, KINDS["case"], path)
    assert [fault.sentence for fault in report.faults] == [
        "Lignes 2 à 3, colonne « title » : Des signes invisibles, ou qui changent le sens de "
        "lecture, sont ôtés."
    ]
    with reading(database) as session:
        assert session.get_one(Case, "a").title == "L’école : « été »"


def test_lines_that_each_name_other_columns_are_refused_past_a_point(
    database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looking up 735,000 names took minutes. The lines that name those seen before still go in."""
    looked_up: list[str] = []
    known = tables.column_name
    monkeypatch.setattr(
        tables, "column_name", lambda name: looked_up.append(str(name)) or known(name)
    )
    path = write(
        tmp_path,
        "a.jsonl",
        FILES["wide-new-keys.jsonl"]() + b'{"id": "z", "title": "Un", "cl\xc3\xa9 3": 1}\n',
    )
    report = import_file(database, KINDS["case"], path)
    assert (report.verdicts["refused"], report.verdicts["created"]) == (1_500, 1)
    assert (
        "Lignes 3 à 1500 : Avec cette ligne, le fichier nomme plus de 1\u202f000 colonnes "
        "différentes" in " ".join(report.lines())
    )
    assert len(looked_up) <= MOST_NAMES
    told = [line for line in report.lines() if "inconnue" in line]
    assert told[100:] == ["… et 880\u00a0autres colonnes inconnues, ignorées."]


def test_a_value_is_quoted_up_to_a_point_wherever_it_is(database: Engine, tmp_path: Path) -> None:
    """The reason repeated whole what was quoted in part beside it."""
    places = ["x" * 150, "Lannion " * 20, "1" * 150]
    lines = "".join(
        f'{{"id": "a{number}", "title": "Un", "commune": "{place}"}}\n'
        for number, place in enumerate(places)
    )
    report = import_file(
        database,
        KINDS["case"],
        write(tmp_path, "a.jsonl", FILES["huge-numbers.jsonl"]() + lines.encode()),
    )
    assert report.refused == 9 + 3
    quoted = re.findall("«.(.*?).»", " ".join(report.lines()))
    assert max(map(len, quoted)) == len("x" * 60 + "…")
    assert "x" * 60 + "…" in quoted


def test_a_column_whose_name_shows_nothing_is_told_by_its_place(
    database: Engine, tmp_path: Path
) -> None:
    report = import_file(
        database,
        KINDS["case"],
        write(tmp_path, "a.jsonl", b'{"id": "a", "title": "Un", "\\u0001": 1, "\\u0002": ""}\n'),
    )
    assert (
        report.lines()[1] == "Colonne inconnue, ignorée : «\u00a0colonne n°\u00a03 sans nom\u00a0»."
    )
    assert list(report.unknown_columns) == ["colonne n°\u00a03 sans nom"]
