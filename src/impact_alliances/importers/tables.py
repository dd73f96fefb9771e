"""Reading CSV, XLSX and JSONL into rows, and writing them; nothing is judged here.

Encodings: UTF-8 or Windows cp1252. Separators: comma, semicolon or tab.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import python_calamine
import xlsxwriter
from charset_normalizer import from_bytes

from impact_alliances.errors import Refusal, Unreadable
from impact_alliances.importers.rows import Row
from impact_alliances.vocabularies.matching import slugify

FORMATS = ("csv", "xlsx", "jsonl")
# A whole base of 10,000 sheets is about 30 MB of CSV; more is a wrong file.
LARGEST_FILE = 40_000_000
# The longest text a spreadsheet cell can hold.
LONGEST_XLSX_CELL = 32_767
# A spreadsheet would run a cell that begins so as a formula; a straight apostrophe before it keeps it text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")
csv.field_size_limit(10_000_000)


_EMPTY = "Le fichier est vide."


def read(path: Path) -> Iterator[Row]:
    """The rows of a file, by its extension. Raises `Unreadable`."""
    suffix = path.suffix.lower().lstrip(".")
    if suffix not in (*FORMATS, "tsv", "txt"):
        raise Unreadable(f"Format non pris en charge : « {path.name} ». Donnez un fichier .csv, .xlsx ou .jsonl.")
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= LARGEST_FILE else b""
    except OSError as fault:
        raise Unreadable(f"Le fichier « {path} » n’existe pas ou ne peut être lu.") from fault
    if size > LARGEST_FILE:
        raise Unreadable(
            f"Le fichier pèse {size // 1_000_000} Mo, la limite est de {LARGEST_FILE // 1_000_000} Mo : coupez-le en plusieurs."
        )
    if not data.strip():
        raise Unreadable(_EMPTY)
    readers = {"xlsx": _read_xlsx, "jsonl": _read_jsonl}
    return readers.get(suffix, _read_csv)(data)


def column_name(header: object) -> str:
    """A header as a column: « Started on » and « started_on » are the same."""
    return slugify(str(header or "")).replace("-", "_")


def _decoded(data: bytes) -> str:
    text = _text(data)
    # A file may hold its byte order mark and nothing else.
    if not text.strip():
        raise Unreadable(_EMPTY)
    return text


def _text(data: bytes) -> str:
    if b"\x00" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable("Ce fichier n’est pas du texte : enregistrez le tableau en CSV UTF-8, ou en XLSX avec l’extension .xlsx.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        best = from_bytes(data, cp_isolation=["utf_8", "cp1252"]).best()
        return str(best) if best else data.decode("cp1252", "replace")


def _read_csv(data: bytes) -> Iterator[Row]:
    text = _decoded(data)
    first = next(line for line in text.splitlines() if line.strip())
    try:
        delimiter = csv.Sniffer().sniff(first, delimiters=";,\t").delimiter
    except csv.Error:
        delimiter = max(";,\t", key=first.count)
    # Strict: a quote left open would otherwise swallow every row below it, in silence.
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    return _csv_rows(lines)


def _csv_rows(lines: "csv._reader") -> Iterator[Row]:  # type: ignore[name-defined]
    header: list[str] = []
    while True:
        start = lines.line_num + 1
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error:
            yield Row(start, {}, "Ligne illisible : un guillemet reste ouvert jusqu’à la fin du fichier, ou du texte suit celui qui ferme.")
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if not header:
            header = _header(cells)
        else:
            yield _row(start, header, cells)


def _header(cells: Sequence[object]) -> list[str]:
    """The columns of a file. One without name is called by its place, so that what it holds is reported."""
    names = [column_name(cell) or f"colonne_{place}" for place, cell in enumerate(cells, start=1)]
    twice = next((name for name in names if names.count(name) > 1), "")
    if twice:
        raise Unreadable(f"Deux colonnes s’appellent « {twice} » : gardez-en une, ou renommez l’autre.")
    return names


def _row(line: int, header: Sequence[str], cells: Sequence[object]) -> Row:
    extra = [cell for cell in cells[len(header) :] if not _is_empty(cell)]
    if extra:
        reason = f"{len(cells)} cellules pour {len(header)} colonnes : un séparateur ou un guillemet est de trop."
        return Row(line, {}, reason)
    named = zip(header, cells, strict=False)
    return Row(line, {name: _bare(cell) for name, cell in named if not (name.startswith("colonne_") and _is_empty(cell))})


def _is_empty(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _bare(cell: object) -> object:
    is_guarded = isinstance(cell, str) and len(cell) > 1 and cell[0] == "'" and cell[1] in _FORMULA
    return str(cell)[1:] if is_guarded else cell


def _read_xlsx(data: bytes) -> Iterator[Row]:
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheet = book.get_sheet_by_index(0)
        lines = sheet.to_python(skip_empty_area=False)
    except Exception as fault:
        raise Unreadable("Ce classeur ne peut être lu : enregistrez-le de nouveau au format .xlsx, sans mot de passe.") from fault
    return _xlsx_rows([list(line) for line in lines])


def _xlsx_rows(lines: list[list[object]]) -> Iterator[Row]:
    header: list[str] = []
    for number, cells in enumerate(lines, start=1):
        if all(cell in (None, "") for cell in cells):
            continue
        if not header:
            header = _header(cells)
        else:
            yield _row(number, header, [_whole(cell) for cell in cells])


def _whole(cell: object) -> object:
    """Spreadsheets keep every number as a float: 2024.0 is 2024."""
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


def _read_jsonl(data: bytes) -> Iterator[Row]:
    for number, line in enumerate(_decoded(data).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            record = None
        if isinstance(record, dict):
            yield Row(number, {column_name(name): value for name, value in record.items()})
        else:
            yield Row(number, {}, "Cette ligne n’est pas un objet JSON.")


# -- writing ------------------------------------------------------------------------------------------


def write(form: str, columns: Sequence[str], records: Iterable[dict[str, object]], text_of: Callable[[str, object], str]) -> bytes:
    """The records as a file; `text_of(column, value)` gives the cell of a value. JSONL keeps lists and booleans as they are."""
    if form == "jsonl":
        return "".join(json.dumps(record, ensure_ascii=False, default=str) + "\n" for record in records).encode()
    cells = [[text_of(name, record.get(name)) for name in columns] for record in records]
    return _csv(columns, cells) if form == "csv" else _xlsx(columns, cells)


def _csv(columns: Sequence[str], lines: list[list[str]]) -> bytes:
    """UTF-8 with a mark and semicolons, as French spreadsheets open it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in line] for line in lines)
    return out.getvalue().encode("utf-8-sig")


def _xlsx(columns: Sequence[str], lines: list[list[str]]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True})
    sheet = book.add_worksheet("Fiches")
    sheet.freeze_panes(1, 0)
    for index, line in enumerate([list(columns), *lines]):
        for place, cell in enumerate(line):
            guarded = f"'{cell}" if cell.startswith("'") else cell
            if len(guarded) > LONGEST_XLSX_CELL:
                raise Refusal(f"Un texte dépasse {LONGEST_XLSX_CELL} signes, le plus qu’une cellule contienne : exportez en csv ou jsonl.")
            sheet.write_string(index, place, guarded)
    book.close()
    return out.getvalue()
