"""Tables of every shape: whatever a file holds, it is rows, or it is refused in a sentence."""

import re
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from impact_alliances.errors import Unreadable
from impact_alliances.importers.importing import import_file
from impact_alliances.importers.report import Report
from impact_alliances.resources.kinds import KINDS
from support.hostile_files import SHEET, zipped
from tests.importers.files import as_xlsx, write

FIXTURES = [HealthCheck.function_scoped_fixture]
# A workbook is read by a process that takes a moment to start.
FEWER = settings(
    max_examples=max(settings.default.max_examples // 10, 10), suppress_health_check=FIXTURES
)
WORDS = [
    "id",
    "title",
    "Titre *",
    "status",
    "publié",
    "echelon",
    "date",
    "1",
    "é",
    "\ufeff",
    "\u202e",
    "\x00",
    "\r",
    "\n",
    "sep=;",
    "#REF!",
]
MARKS = [",", ";", "\t", '"', "'", "|", ":", "\\", " ", "=", "\u2028", "\x1a", "\x85"]
PIECES = st.sampled_from([*WORDS, *MARKS]) | st.text(max_size=3)
TEXTS = st.lists(PIECES, max_size=60).map("".join)
ENCODINGS = st.sampled_from(
    ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "mac_roman", "utf-7"]
)


def _import(database: Engine, folder: Path, name: str, data: bytes) -> Report | None:
    """The report, or None for a file refused whole; anything else is a crash."""
    try:
        report = import_file(database, KINDS["case"], write(folder, name, data), dry_run=True)
    except Unreadable as refusal:
        assert refusal.detail.endswith(".")
        return None
    assert all(line and "\x00" not in line for line in report.lines())
    return report


@given(TEXTS, ENCODINGS)
@settings(suppress_health_check=FIXTURES)
def test_any_text_is_a_csv_or_refused(
    database: Engine, tmp_path: Path, text: str, encoding: str
) -> None:
    _import(database, tmp_path, "a.csv", text.encode(encoding, "replace"))


@given(st.binary(max_size=300))
@settings(suppress_health_check=FIXTURES)
def test_any_bytes_are_a_csv_or_refused(database: Engine, tmp_path: Path, data: bytes) -> None:
    _import(database, tmp_path, "a.csv", b"id,title\n" + data)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)
_records = st.dictionaries(
    st.sampled_from(["id", "title", "Titre", "odd", "partners", "date"]) | st.text(max_size=4),
    _json,
    max_size=5,
)


@given(st.lists(_records, max_size=4))
@settings(suppress_health_check=FIXTURES)
def test_any_json_is_rows_or_refused(
    database: Engine, tmp_path: Path, records: list[dict[str, object]]
) -> None:
    import json

    _import(database, tmp_path, "a.jsonl", "\n".join(map(json.dumps, records)).encode())


BOOK = as_xlsx(
    [["id", "title", "date", "odd"], ["a", "Un", 45_000.5, 17], ["b", "Deux", True, "x"]]
)
_PLACES = st.sampled_from(
    [
        "A1",
        "B2",
        "XFD1",
        "A1048576",
        "XFE1",
        "A0",
        "1",
        "",
        "AAAAAAAA1",
        "A99999999999",
        "é1",
        "B2:C3",
    ]
)
_TYPES = st.sampled_from(["s", "n", "b", "e", "d", "str", "inlineStr", "?", ""])
_VALUES = st.sampled_from(
    [
        "0",
        "-1",
        "1e308",
        "NaN",
        "99999999999",
        "#REF!",
        "2024-13-45",
        "",
        "&amp;",
        "&#0;",
        "x" * 40_000,
    ]
)


@st.composite
def _books(draw: st.DrawFn) -> bytes:
    """A good workbook whose sheet was changed here and there, then cut or altered as bytes."""
    with zipfile.ZipFile(BytesIO(BOOK)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    for pattern, values in (
        (r'(?<=<c r=")[^"]*', _PLACES),
        (r'(?<= t=")[^"]*', _TYPES),
        (r"(?<=<v>)[^<]*", _VALUES),
    ):
        chosen = draw(st.integers(0, 8))
        for number, found in enumerate(reversed(list(re.finditer(pattern, parts[SHEET])))):
            if number == chosen:
                parts[SHEET] = (
                    parts[SHEET][: found.start()] + draw(values) + parts[SHEET][found.end() :]
                )
    if draw(st.booleans()):
        parts.pop(draw(st.sampled_from(sorted(parts))))
    data = bytearray(zipped(parts))
    for _ in range(draw(st.integers(0, 3))):
        data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    return bytes(data)


@given(_books(), st.sampled_from(["xlsx", "xlsb", "ods", "xls"]))
@FEWER
def test_any_workbook_is_rows_or_refused(
    database: Engine, tmp_path: Path, data: bytes, extension: str
) -> None:
    _import(database, tmp_path, f"a.{extension}", data)


@pytest.mark.parametrize("name", ["a.xls", "a.xlsb", "a.ods", "a.xlsm"])
def test_a_workbook_is_read_whatever_its_extension_says(
    database: Engine, tmp_path: Path, name: str
) -> None:
    report = _import(database, tmp_path, name, BOOK)
    assert report is not None
