"""Files for import tests, in each format, from the same header and lines."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter
from sqlalchemy import Engine

from impact_alliances.importers.importing import import_file
from impact_alliances.importers.report import Report
from impact_alliances.resources.kinds import KINDS

Lines = Sequence[Sequence[Any]]


def as_csv(lines: Lines, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    """A CSV file of these lines, the header first."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(lines)
    return out.getvalue().encode(encoding)


def as_xlsx(lines: Lines) -> bytes:
    """A workbook of these lines: texts stay texts, numbers and booleans are typed."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "default_date_format": "dd/mm/yyyy",
        },
    )
    sheet = book.add_worksheet()
    for row, line in enumerate(lines):
        sheet.write_row(row, 0, line)
    book.close()
    return out.getvalue()


def as_jsonl(lines: Lines) -> bytes:
    """One JSON object a line."""
    header, *rest = lines
    return "".join(
        json.dumps(dict(zip(header, line, strict=False)), ensure_ascii=False) + "\n"
        for line in rest
    ).encode()


def write(folder: Path, name: str, data: bytes | str) -> Path:
    """The file `name` holding `data`."""
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def take(
    database: Engine,
    folder: Path,
    data: bytes | str,
    *,
    kind: str = "case",
    name: str = "base.csv",
    dry_run: bool = False,
) -> Report:
    """Import that file."""
    return import_file(database, KINDS[kind], write(folder, name, data), dry_run=dry_run)


def verdicts(report: Report) -> dict[str, int]:
    """What became of the rows, without the zeros."""
    return {verdict: count for verdict, count in report.verdicts.items() if count}
