"""Workbooks (xlsx, xlsm, xlsb, xls, ods), read by a process that may die alone; here is its
parent.
"""

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from impact_alliances.errors import Unreadable
from impact_alliances.importers.rows import Record, Records

_READER = "impact_alliances.importers.workbook_reader"
# A message is a record, whose signs take four bytes at the most, with its marks.
_LONGEST_MESSAGE = 16_000_000
_UNREADABLE = (
    "Ce classeur ne peut être lu : enregistrez-le de nouveau au format .xlsx, sans mot de passe "
    "ni cellule très loin du tableau."
)
_TOO_COSTLY = (
    "Ce classeur demande trop de mémoire ou de temps. Une cellule se trouve sans doute très "
    "loin du "
    "tableau (Ctrl+Fin montre la dernière) : supprimez les lignes et les colonnes vides, ou "
    "enregistrez la feuille en CSV."
)


@contextmanager
def opened(path: Path) -> Iterator[Records]:
    """The records of the first sheet of a workbook. Raises `Unreadable`."""
    # -P: a file of the current folder is never taken for a module.
    command = [sys.executable, "-P", "-m", _READER, str(path)]
    with subprocess.Popen(  # noqa: S603
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as reader:
        try:
            kind, *rest = _message(reader)
            if kind == "refused":
                raise Unreadable(rest[0])
            yield Records(rest[0], _records(reader))
        finally:
            reader.kill()


def _records(reader: subprocess.Popen[bytes]) -> Iterator[Record]:
    while True:
        kind, *rest = _message(reader)
        if kind == "end":
            return
        number, content = rest
        yield (
            Record(number, [], content)
            if kind == "broken"
            else Record(number, [_whole(cell) for cell in content])
        )


def _message(reader: subprocess.Popen[bytes]) -> list[Any]:
    output: IO[bytes] = reader.stdout  # type: ignore[assignment]
    line = output.readline(_LONGEST_MESSAGE)
    if not line.endswith(b"\n"):
        # It was killed by a limit, or gave up memory that it could not have: a signal. Else the
        # library gave up.
        raise Unreadable(_TOO_COSTLY if reader.wait() < 0 else _UNREADABLE)
    message: list[Any] = json.loads(line, object_hook=_dated)
    return message


def _dated(tagged: dict[str, str]) -> dt.date:
    if "datetime" in tagged:
        return dt.datetime.fromisoformat(tagged["datetime"])
    return dt.date.fromisoformat(tagged["date"])


def _whole(cell: object) -> object:
    """Spreadsheets keep every number as a float: 2024.0 is 2024."""
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell
