"""Reads one workbook in a process of its own, which may die alone: `python -m …workbook_reader
PATH`.

A few bytes of a workbook can ask for 500 GB, unfold to 4 GB or break the library that reads them.
So this process bounds its own memory and time, and writes what it finds on its output, one JSON
list a line: `["total", rows]`, then `["row", line, cells]` or `["broken", line, reason]` for each
line that holds something, and `["end"]`; or `["refused", sentence]`. Its parent is
`importers.workbooks`.
"""

import contextlib
import datetime as dt
import io
import json
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import python_calamine

from impact_alliances.importers.bounds import (
    LARGEST_TEXT,
    LARGEST_UNFOLDED,
    LONGEST_RECORD,
    MOST_ROWS,
    too_long,
    too_many_rows,
)
from impact_alliances.vocabularies import french

# What the process may hold, its own code included, and how long it may compute.
MOST_MEMORY = 320_000_000
MOST_SECONDS = 30
# A workbook has some ten parts, and one more for each sheet or picture.
_MOST_PARTS = 5_000
_TOO_LARGE = (
    "Ce classeur contient plus que la base ne peut lire en une fois : gardez la seule feuille à "
    "importer, ou coupez-la en plusieurs fichiers."
)


class _Refused(Exception):
    """The workbook goes beyond a bound; the message is French."""


def main(path: str) -> None:
    """Write the messages of the workbook at `path`."""
    _limit_this_process()
    try:
        for message in _messages(Path(path)):
            _say(message)
    except _Refused as refused:
        _say(["refused", str(refused)])


def _limit_this_process() -> None:
    # Only Unix has these limits; elsewhere the bounds on what a workbook declares remain.
    with contextlib.suppress(ImportError):
        import resource

        for limit, most in (
            (resource.RLIMIT_AS, MOST_MEMORY),
            (resource.RLIMIT_CPU, MOST_SECONDS),
            (resource.RLIMIT_CORE, 0),
        ):
            # A system may refuse one of them, as macOS does that of memory.
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(limit, (most, most))


def _say(message: list[Any]) -> None:
    text = json.dumps(message, ensure_ascii=False, default=_tagged)
    sys.stdout.buffer.write(text.encode("utf-8", "replace") + b"\n")


def _tagged(cell: object) -> object:
    if isinstance(cell, dt.datetime):
        return {"datetime": cell.isoformat()}
    return {"date": cell.isoformat()} if isinstance(cell, dt.date) else str(cell)


def _messages(path: Path) -> Iterator[list[Any]]:
    if zipfile.is_zipfile(path):
        _weigh(path)
    # Read as bytes, it is known by what it holds: people rename workbooks.
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
    sheet = book.get_sheet_by_index(0)
    lines = _measured(sheet)
    # A header alone is an empty table; but beside other sheets, it is a page of title.
    if not lines or (lines == 1 and len(book.sheet_names) > 1):
        raise _Refused(_empty(book.sheet_names))
    yield ["total", lines - 1]
    for number, cells in _lines(sheet):
        if sum(map(_weight, cells)) > LONGEST_RECORD:
            yield ["broken", number, too_long()]
        else:
            yield ["row", number, cells]
    yield ["end"]


def _weigh(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNFOLDED:
        raise _Refused(_TOO_LARGE)


def _measured(sheet: Any) -> int:
    """How many lines hold something; refused when they, or their texts, are too many."""
    total = text = 0
    for _, cells in _lines(sheet):
        total += 1
        text += sum(map(_weight, cells))
        if text > LARGEST_TEXT:
            raise _Refused(_TOO_LARGE)
        if total > MOST_ROWS + 1:
            raise _Refused(too_many_rows())
    return total


def _empty(names: list[str]) -> str:
    others = french.listed([french.quoted(french.cut(name)) for name in names[1:6]])
    hint = f" (les autres : {others})" if others else ""
    return (
        f"La première feuille de ce classeur ne contient pas de tableau{hint} : mettez-le sur la "
        "première."
    )


def _lines(sheet: Any) -> Iterator[tuple[int, list[Any]]]:
    """The lines that hold something, numbered as a spreadsheet does: as wide as the first one, or
    as what they hold.
    """
    left, width = (sheet.start or (0, 0))[1], 0
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        while cells and cells[-1] in (None, ""):
            cells.pop()
        if cells:
            width = width or len(cells)
            yield number, [""] * left + cells + [""] * (width - len(cells))


def _weight(cell: object) -> int:
    return len(cell) if isinstance(cell, str) else 1


if __name__ == "__main__":
    main(sys.argv[1])
