"""Reading files: encodings, separators, workbooks, JSONL, and what cannot be read."""

import datetime as dt
import random
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from impact_alliances.errors import Unreadable
from impact_alliances.importers import tables
from impact_alliances.importers.rows import Row
from tests.importers.files import as_csv, as_jsonl, as_xlsx, write

LINES = [
    ["id", "title", "tags"],
    ["a", "L’œuvre « été » à 5 €", "un|deux"],
    ["b", "Où, quand ; comment\tfaire", ""],
]
CELLS = [dict(zip(LINES[0], line, strict=True)) for line in LINES[1:]]


def _read(folder: Path, name: str, data: bytes | str) -> list[Row]:
    return _rows(write(folder, name, data))


def _rows(path: Path) -> list[Row]:
    with tables.opened(path) as table:
        return list(table.rows)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_is_read_whatever_its_encoding_and_separator(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    rows = _read(tmp_path, "base.csv", as_csv(LINES, delimiter, encoding))
    assert [row.cells for row in rows] == CELLS
    assert [row.line for row in rows] == [2, 3]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("base.xlsx", as_xlsx(LINES)),
        ("base.jsonl", as_jsonl(LINES)),
        ("BASE.TSV", as_csv(LINES, "\t")),
    ],
)
def test_the_other_formats_give_the_same_rows(tmp_path: Path, name: str, data: bytes) -> None:
    assert [row.cells for row in _read(tmp_path, name, data)] == CELLS


def test_a_single_column_is_read(tmp_path: Path) -> None:
    assert [row.cells for row in _read(tmp_path, "base.csv", "title\nUn car\n")] == [
        {"title": "Un car"}
    ]


def test_a_quoted_header_may_hold_another_separator(tmp_path: Path) -> None:
    rows = _read(tmp_path, "base.csv", '"id";"title, long";"summary"\na;b;c\n')
    assert [row.cells for row in rows] == [{"id": "a", "title_long": "b", "summary": "c"}]


def test_blank_lines_before_the_header_are_skipped(tmp_path: Path) -> None:
    rows = _read(tmp_path, "base.csv", "\n  \nid,title\na,b\n")
    assert [(row.line, row.cells) for row in rows] == [(4, {"id": "a", "title": "b"})]


def test_lines_are_counted_as_an_editor_shows_them(tmp_path: Path) -> None:
    """A cell over several lines and blank lines between rows do not shift the numbers."""
    rows = _read(tmp_path, "base.csv", 'id,title\na,"un\ndeux\ntrois"\n\nb,c\n')
    assert [(row.line, row.cells["title"]) for row in rows] == [(2, "un\ndeux\ntrois"), (6, "c")]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_every_line_end_parts_lines(tmp_path: Path, ends: str) -> None:
    rows = _read(tmp_path, "base.csv", ends.join(("id,title", "a,b", "c,d", "")))
    assert [row.cells["id"] for row in rows] == ["a", "c"]


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("Started on", "started_on"),
        (" TITLE ", "title"),
        ("Échelon", "echelon"),
        ("source-url", "source_url"),
    ],
)
def test_headers_are_known_in_any_spelling(header: str, column: str) -> None:
    assert tables.column_name(header) == column


def test_a_short_row_leaves_the_rest_untouched(tmp_path: Path) -> None:
    assert [row.cells for row in _read(tmp_path, "base.csv", "id,title,summary\na,b\n")] == [
        {"id": "a", "title": "b"}
    ]


def test_a_row_with_a_cell_too_many_is_broken(tmp_path: Path) -> None:
    rows = _read(tmp_path, "base.csv", "id,title\na,b,c\nd,e,,\n")
    assert (rows[0].line, rows[0].broken) == (
        2,
        "3 cellules pour 2 colonnes : un séparateur ou un guillemet est de trop.",
    )
    assert rows[1].cells == {"id": "d", "title": "e"}


def test_a_quote_left_open_does_not_swallow_the_rows_below_in_silence(tmp_path: Path) -> None:
    rows = _read(tmp_path, "base.csv", 'id,title\na,b\nc,"d\ne,f\ng,h\n')
    assert rows[0].cells == {"id": "a", "title": "b"}
    assert (rows[1].line, rows[1].cells) == (3, {})
    assert "guillemet" in rows[1].broken


def test_text_after_a_closing_quote_is_broken_and_the_next_row_is_read(tmp_path: Path) -> None:
    rows = _read(tmp_path, "base.csv", 'id,title\na,"b" c\nd,e\n')
    assert (rows[0].line, rows[0].cells) == (2, {})
    assert rows[1].cells == {"id": "d", "title": "e"}


def test_a_quote_inside_a_bare_cell_is_text(tmp_path: Path) -> None:
    assert (
        _read(tmp_path, "base.csv", 'id,title\na,un 24" couleur\n')[0].cells["title"]
        == 'un 24" couleur'
    )


def test_a_column_without_header_is_not_lost_in_silence(tmp_path: Path) -> None:
    """Its cells come under a name of their own, which import reports as unknown; empty ones do not
    matter.
    """
    rows = _read(tmp_path, "base.csv", "id,,title,\na,perdu,b,\n")
    assert rows[0].cells == {"id": "a", "colonne n°\u00a02 sans nom": "perdu", "title": "b"}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("base.csv", b"id,title,Title\na,b,c\n"),
        ("base.xlsx", as_xlsx([["id", "title", "Title"], ["a", "b", "c"]])),
    ],
)
def test_two_columns_of_one_name_are_refused(tmp_path: Path, name: str, data: bytes) -> None:
    with pytest.raises(Unreadable, match="title"):
        _read(tmp_path, name, data)


# -- workbooks -----------------------------------------------------------------------------------


def test_numbers_dates_and_booleans_of_a_workbook_keep_their_type(tmp_path: Path) -> None:
    book = as_xlsx(
        [["id", "number", "date", "remote", "share"], ["a", 12, dt.date(2024, 5, 16), True, 0.5]]
    )
    assert _read(tmp_path, "base.xlsx", book)[0].cells == {
        "id": "a",
        "number": 12,
        "date": dt.date(2024, 5, 16),
        "remote": True,
        "share": 0.5,
    }


def test_a_formula_gives_its_computed_value(tmp_path: Path) -> None:
    import io

    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["id", "title", "number"])
    sheet.write(1, 0, "a")
    sheet.write_formula(1, 1, '=CONCATENATE("Le ","car")', None, "Le car")
    sheet.write_formula(1, 2, "=6*7", None, 42)
    book.close()
    assert _read(tmp_path, "base.xlsx", out.getvalue())[0].cells == {
        "id": "a",
        "title": "Le car",
        "number": 42,
    }


def test_empty_lines_of_a_workbook_do_not_shift_the_numbers(tmp_path: Path) -> None:
    book = as_xlsx([[], ["id", "title"], [], ["a", "b"]])
    assert [(row.line, row.cells) for row in _read(tmp_path, "base.xlsx", book)] == [
        (4, {"id": "a", "title": "b"})
    ]


def test_a_table_on_the_second_sheet_is_not_passed_over_in_silence(tmp_path: Path) -> None:
    """It gave « 0 créées » and success."""
    import io

    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    book.add_worksheet("Lisez-moi").write(0, 0, "Recensement 2024")
    book.add_worksheet("Données").write_column(0, 0, ["id", "a"])
    book.close()
    with pytest.raises(Unreadable, match="Données"):
        _read(tmp_path, "base.xlsx", out.getvalue())


# -- JSONL ---------------------------------------------------------------------------------------


def test_json_keeps_lists_and_names_broken_lines(tmp_path: Path) -> None:
    rows = _read(
        tmp_path,
        "base.jsonl",
        '{"id": "a", "tags": ["un", "deux"]}\n\n{"id": \n[1]\n"texte"\n{"Id": "b"}\n',
    )
    assert [(row.line, row.cells) for row in rows if not row.broken] == [
        (1, {"id": "a", "tags": ["un", "deux"]}),
        (6, {"id": "b"}),
    ]
    assert [(row.line, row.broken) for row in rows if row.broken] == [
        (line, "Cette ligne n’est pas un objet JSON.") for line in (3, 4, 5)
    ]


def test_json_nested_beyond_reason_is_a_broken_line(tmp_path: Path) -> None:
    rows = _read(
        tmp_path, "base.jsonl", '{"id": ' + "[" * 100_000 + "]" * 100_000 + "}\n" + '{"id": "b"}\n'
    )
    assert [bool(row.broken) for row in rows] == [True, False]


# -- what cannot be read -------------------------------------------------------------------------

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0) + b"\x00" * 40


@pytest.mark.parametrize("name", ["base.csv", "base.xlsx", "base.jsonl"])
@pytest.mark.parametrize(
    "data", [b"", b" \n\r\n\t ", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n", b"\xff\xfe"]
)
def test_an_empty_file_is_unreadable(tmp_path: Path, name: str, data: bytes) -> None:
    with pytest.raises(Unreadable):
        _read(tmp_path, name, data)


@pytest.mark.parametrize("name", ["base.csv", "base.xlsx", "base.jsonl"])
def test_a_binary_file_is_unreadable(tmp_path: Path, name: str) -> None:
    with pytest.raises(Unreadable, match=r"texte|classeur"):
        _read(tmp_path, name, PNG)


def test_a_workbook_named_csv_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"\.xlsx"):
        _read(tmp_path, "base.csv", as_xlsx(LINES))


def test_a_damaged_workbook_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="classeur"):
        _read(tmp_path, "base.xlsx", as_xlsx(LINES)[:-200])


def test_an_archive_that_is_no_workbook_is_unreadable(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "base.xlsx", "w") as archive:
        archive.writestr("lisez-moi.txt", "rien")
    with pytest.raises(Unreadable, match="classeur"):
        _rows(tmp_path / "base.xlsx")


def test_a_file_of_50_mb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "base.csv"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    with pytest.raises(Unreadable, match="50 Mo, la limite est de 40 Mo"):
        _rows(path)


@pytest.mark.parametrize("name", ["base.pdf", "base", "base.odt"])
def test_another_format_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(Unreadable, match="Format non pris en charge"):
        _read(tmp_path, name, b"x")


def test_a_file_that_is_not_there_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="n’existe pas"):
        _rows(tmp_path / "absent.csv")
    (tmp_path / "dossier.csv").mkdir()
    with pytest.raises(Unreadable):
        _rows(tmp_path / "dossier.csv")


@given(st.binary(max_size=400), st.sampled_from(["csv", "jsonl"]))
@example(b"\xff\xfe\n", "csv")
@example(b'"', "csv")
@example(b"\x81\x8d\x8f", "csv")
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_rows_or_unreadable(tmp_path: Path, data: bytes, extension: str) -> None:
    try:
        rows = _read(tmp_path, f"base.{extension}", data)
    except Unreadable as refusal:
        assert refusal.detail
    else:
        assert all(bool(row.broken) != bool(row.cells) or row.line for row in rows)


def test_noise_without_zero_bytes_is_never_a_crash(tmp_path: Path) -> None:
    noise = bytes(random.Random(7).choices(range(1, 256), k=20_000))
    try:
        assert all(isinstance(row, Row) for row in _read(tmp_path, "base.csv", noise))
    except Unreadable as refusal:
        assert refusal.detail
