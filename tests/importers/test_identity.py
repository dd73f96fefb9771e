"""A row without id and one with: whatever their order, a conflict is named and importing again
changes nothing.
"""

from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from impact_alliances.db import reading
from impact_alliances.importers.importing import BATCH
from impact_alliances.importers.report import Report
from impact_alliances.resources.case import Case
from support.builders import a_case, store
from tests.importers.files import as_csv, take, verdicts

A, C = "https://exemple.example/a", "https://exemple.example/c"
HEADER = ["id", "title", "source_url", "status"]


def _take(
    database: Engine, folder: Path, *rows: tuple[str, str, str], dry_run: bool = False
) -> Report:
    return take(
        database, folder, as_csv([HEADER, *([*row, "brouillon"] for row in rows)]), dry_run=dry_run
    )


def _titles(database: Engine) -> dict[str, str]:
    with reading(database) as session:
        return {
            case.id if case.id in ("x", "y", "z") else "derived": case.title
            for case in session.exec(select(Case))
        }


def _refusals(report: Report) -> list[tuple[int, str]]:
    return [(remark.line, remark.reason) for remark in report.remarks if not remark.warning]


ALREADY = "Cette adresse est déjà celle de la ligne 2 : donnez un « id » à chacune."
HELD = "La fiche « x » est déjà celle de la ligne 2."


@pytest.mark.parametrize(
    ("rows", "refusals", "titles"),
    [
        ([("", "Un", A), ("x", "Deux", A)], [(3, ALREADY)], {"x": "Un"}),
        ([("x", "Un", A), ("", "Deux", A)], [(3, ALREADY)], {"x": "Un"}),
        ([("", "Un", A), ("", "Deux", A)], [(3, ALREADY)], {"x": "Un"}),
        ([("", "Un", A), ("x", "Deux", C)], [(3, HELD)], {"x": "Un"}),
        ([("x", "Un", A), ("y", "Deux", A)], [], {"x": "Un", "y": "Deux"}),
        ([("x", "Un", C), ("", "Deux", A)], [], {"x": "Un", "derived": "Deux"}),
        (
            [("x", "Un", A), ("y", "Deux", A), ("", "Trois", A)],
            [(4, ALREADY)],
            {"x": "Un", "y": "Deux"},
        ),
    ],
)
def test_rows_that_could_be_one_are_named_and_nothing_flips(
    database: Engine,
    tmp_path: Path,
    rows: list[tuple[str, str, str]],
    refusals: list[tuple[int, str]],
    titles: dict[str, str],
) -> None:
    """The base holds the case `x` of the address A beforehand."""
    store(database, a_case(id="x", title="Avant", source_url=A, status="draft"))
    dry = _take(database, tmp_path, *rows, dry_run=True)
    first = _take(database, tmp_path, *rows)
    assert (verdicts(dry), dry.remarks) == (verdicts(first), first.remarks)
    assert _refusals(first) == refusals
    assert _titles(database) == titles
    again = _take(database, tmp_path, *rows)
    assert verdicts(again) == {
        key: n
        for key, n in {"unchanged": len(rows) - len(refusals), "refused": len(refusals)}.items()
        if n
    }
    assert _refusals(again) == refusals


def test_an_empty_base_keeps_the_first_of_two_such_rows(database: Engine, tmp_path: Path) -> None:
    rows = [("", "Un", A), ("x", "Deux", A)]
    assert _refusals(_take(database, tmp_path, *rows)) == [(3, ALREADY)]
    assert verdicts(_take(database, tmp_path, *rows)) == {"unchanged": 1, "refused": 1}
    assert _titles(database) == {"derived": "Un"}


def test_a_row_without_id_that_could_be_two_stored_cases_is_refused(
    database: Engine, tmp_path: Path
) -> None:
    store(database, a_case(id="x", source_url=A), a_case(id="y", source_url=A))
    assert _refusals(_take(database, tmp_path, ("", "Un", A))) == [
        (2, "Plusieurs fiches ont cette adresse (x et y) : donnez un « id ».")
    ]


def test_a_new_id_for_a_known_address_is_told(database: Engine, tmp_path: Path) -> None:
    """It may be another case of the same source, or the same case: the editor is asked."""
    _take(database, tmp_path, ("", "Un", A))
    report = _take(database, tmp_path, ("x", "Un", A))
    assert verdicts(report) == {"created": 1}
    assert ["est-ce la même" in remark.reason for remark in report.remarks] == [True]
    assert _take(database, tmp_path, ("x", "Un", A)).remarks == []


def test_a_dry_run_sees_what_an_earlier_batch_would_have_moved(
    database: Engine, tmp_path: Path
) -> None:
    store(database, a_case(id="x", title="Avant", source_url=A, status="draft"))
    rows = [
        ("x", "Un", C),
        *((f"n{number}", "Autre", "") for number in range(BATCH)),
        ("", "Deux", A),
    ]
    dry = _take(database, tmp_path, *rows, dry_run=True)
    assert (
        verdicts(dry)
        == verdicts(_take(database, tmp_path, *rows))
        == {"updated": 1, "created": BATCH + 1}
    )
