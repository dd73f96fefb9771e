"""Reading tables (CSV, workbooks, JSONL) into rows, and writing them; nothing is judged here."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import xlsxwriter

from impact_alliances.errors import Refusal, Unreadable
from impact_alliances.importers import text_files, workbooks
from impact_alliances.importers.bounds import (
    LARGEST_FILE,
    MOST_COLUMNS,
    MOST_NAMES,
    too_many_columns,
    too_many_names,
)
from impact_alliances.importers.rows import Record, Row, Table
from impact_alliances.vocabularies.matching import slugify

# What export writes, and every extension that import reads.
FORMATS = ("csv", "xlsx", "jsonl")
_TEXTS, _WORKBOOKS = ("csv", "tsv", "txt"), ("xlsx", "xlsm", "xlsb", "xls", "ods")
# The longest text a spreadsheet cell can hold.
LONGEST_XLSX_CELL = 32_767
# The longest header worth keeping: beyond, a text has taken its place.
_LONGEST_HEADER = 100
_NAMELESS = "colonne n°\u00a0"
# A spreadsheet would run a cell that begins so as a formula; a straight apostrophe before it keeps
# it text. Some take the wide signs of Eastern scripts for the plain ones.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@contextmanager
def opened(path: Path) -> Iterator[Table]:
    """The table of a file, by its extension. Raises `Unreadable` for the file as a whole, before
    any row is given.
    """
    suffix = path.suffix.lower().lstrip(".")
    if suffix not in (*_TEXTS, *_WORKBOOKS, "jsonl"):
        raise Unreadable(
            f"Format non pris en charge : « {path.name} ». Donnez un fichier .csv, .xlsx, "
            ".ods ou .jsonl."
        )
    _refuse_by_size(path)
    if suffix == "jsonl":
        with text_files.opened_jsonl(path) as records:
            yield Table(records.total, _json_rows(records.each))
        return
    with (workbooks.opened if suffix in _WORKBOOKS else text_files.opened_csv)(path) as records:
        yield Table(records.total, _rows(records.each))


def _refuse_by_size(path: Path) -> None:
    try:
        # Reading another kind of file, such as a pipe, may never end.
        size = path.stat().st_size if path.is_file() else -1
        with path.open("rb") if size >= 0 else io.BytesIO():
            pass
    except OSError:
        size = -1
    if size < 0:
        raise Unreadable(f"Le fichier « {path} » n’existe pas ou ne peut être lu.")
    if not size:
        raise Unreadable("Le fichier est vide.")
    if size > LARGEST_FILE:
        raise Unreadable(
            f"Le fichier pèse {size // 1_000_000} Mo, la limite est de "
            f"{LARGEST_FILE // 1_000_000} Mo : coupez-le en plusieurs."
        )


def column_name(header: object) -> str:
    """A header as a column: « Started on » and « started_on » are the same."""
    return slugify(str(header or "")[:_LONGEST_HEADER]).replace("-", "_")


def _rows(records: Iterator[Record]) -> Iterator[Row]:
    """The rows under the header, which is the first record that holds something."""
    header: list[str] = []
    for record in records:
        if record.broken:
            yield Row(record.line, {}, record.broken)
        elif not header:
            header = _header(record.cells)
        else:
            yield _row(record.line, header, record.cells)


def _json_rows(records: Iterator[Record]) -> Iterator[Row]:
    """The rows of a JSONL file. Each may name columns of its own, up to a point: names are told
    apart, and looked up, once.
    """
    columns: dict[str, str] = {}
    for record in records:
        cells = record.cells[0] if record.cells else {}
        fresh = {key for name in cells if (key := name[:_LONGEST_HEADER]) not in columns}
        if record.broken or len(cells) > MOST_COLUMNS or len(columns) + len(fresh) > MOST_NAMES:
            reason = too_many_columns(len(cells)) if len(cells) > MOST_COLUMNS else too_many_names()
            yield Row(record.line, {}, record.broken or reason)
            continue
        columns |= {key: column_name(key) for key in fresh}
        header = [
            columns[name[:_LONGEST_HEADER]] or _nameless(place)
            for place, name in enumerate(cells, start=1)
        ]
        yield Row(record.line, _filled(header, cells.values()))


def _nameless(place: int) -> str:
    """How a column without name is called, so that what it holds is reported; no header becomes
    such a name.
    """
    return f"{_NAMELESS}{place} sans nom"


def _header(cells: Sequence[object]) -> list[str]:
    """The columns of a file."""
    if len(cells) > MOST_COLUMNS:
        raise Unreadable(too_many_columns(len(cells)))
    names = [column_name(cell) or _nameless(place) for place, cell in enumerate(cells, start=1)]
    twice = next((name for name in names if names.count(name) > 1), "")
    if twice:
        raise Unreadable(
            f"Deux colonnes s’appellent « {twice} » : gardez-en une, ou renommez l’autre."
        )
    return names


def _row(line: int, header: Sequence[str], cells: Sequence[object]) -> Row:
    extra = [cell for cell in cells[len(header) :] if not _is_empty(cell)]
    if extra:
        reason = (
            f"{len(cells)} cellules pour {len(header)} colonnes : un séparateur ou un guillemet "
            "est de trop."
        )
        return Row(line, {}, reason)
    return Row(line, _filled(header, map(_bare, cells)))


def _filled(header: Sequence[str], cells: Iterable[object]) -> dict[str, object]:
    """The cells by column; an empty one of a column without name does not matter."""
    named = zip(header, cells, strict=False)
    return {
        name: cell for name, cell in named if not (name.startswith(_NAMELESS) and _is_empty(cell))
    }


def _is_empty(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _bare(cell: object) -> object:
    is_guarded = isinstance(cell, str) and len(cell) > 1 and cell[0] == "'" and cell[1] in _FORMULA
    return str(cell)[1:] if is_guarded else cell


# -- writing -------------------------------------------------------------------------------------


def write(
    form: str,
    columns: Sequence[str],
    records: Iterable[dict[str, object]],
    text_of: Callable[[str, object], str],
) -> bytes:
    """The records as a file; `text_of(column, value)` gives the cell of a value. JSONL keeps lists
    and booleans as they are.
    """
    if form == "jsonl":
        return "".join(
            json.dumps(record, ensure_ascii=False, default=str) + "\n" for record in records
        ).encode()
    cells = [[text_of(name, record.get(name)) for name in columns] for record in records]
    return _csv(columns, cells) if form == "csv" else _xlsx(columns, cells)


def _csv(columns: Sequence[str], lines: list[list[str]]) -> bytes:
    """UTF-8 with a mark and semicolons, as French spreadsheets open it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(
        [f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in line] for line in lines
    )
    return out.getvalue().encode("utf-8-sig")


def _xlsx(columns: Sequence[str], lines: list[list[str]]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    )
    sheet = book.add_worksheet("Fiches")
    sheet.freeze_panes(1, 0)
    for index, line in enumerate([list(columns), *lines]):
        for place, cell in enumerate(line):
            guarded = f"'{cell}" if cell.startswith("'") else cell
            if len(guarded) > LONGEST_XLSX_CELL:
                raise Refusal(
                    f"Un texte dépasse {LONGEST_XLSX_CELL} signes, le plus qu’une cellule "
                    "contienne : exportez en csv ou jsonl."
                )
            sheet.write_string(index, place, guarded)
    book.close()
    return out.getvalue()
