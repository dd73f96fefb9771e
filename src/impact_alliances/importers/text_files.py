"""CSV and JSONL files, read a line at a time, so that no file is ever held whole; encodings and
separators.
"""

import codecs
import csv
import io
import itertools
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from impact_alliances.errors import Unreadable
from impact_alliances.importers.bounds import LONGEST_RECORD, MOST_ROWS, too_long, too_many_rows
from impact_alliances.importers.rows import Record, Records
from impact_alliances.vocabularies import french

_SEPARATORS = ";,\t"
_CHUNK = 1_000_000
# What is looked at to find the separator: the first records of an ordinary file.
_SAMPLE, _SAMPLE_RECORDS = 100_000, 50
_LARGEST_FIELD = 1_000_000
csv.field_size_limit(_LARGEST_FIELD)
_OPEN_QUOTE = (
    "Ligne illisible : un guillemet reste ouvert jusqu’à la fin du fichier, ou du texte suit "
    "celui qui ferme."
)
_LONG_FIELD = (
    f"Une cellule dépasse {french.number(_LARGEST_FIELD)} signes, ou un guillemet reste ouvert."
)


@contextmanager
def opened_csv(path: Path) -> Iterator[Records]:
    """The records of a CSV file, blank ones left out; its first one is the header. Raises
    `Unreadable`.
    """
    encoding = _encoding(path)
    with _text(path, encoding) as file:
        separator = _separator(file.read(_SAMPLE))
    total = _counted(path, encoding, lambda file: _csv_records(file, separator))
    with _text(path, encoding) as file:
        yield Records(total - 1, _csv_records(file, separator))


@contextmanager
def opened_jsonl(path: Path) -> Iterator[Records]:
    """The records of a JSONL file: each holds one object as its only cell, or is broken. Raises
    `Unreadable`.
    """
    encoding = _encoding(path)
    total = _counted(path, encoding, _json_lines)
    with _text(path, encoding) as file:
        yield Records(total, (_json_record(number, line) for number, line in _json_lines(file)))


def _counted(path: Path, encoding: str, records: Callable[[TextIO], Iterator[Any]]) -> int:
    """How many records a file holds. Read once for that alone, so that what is refused as a whole
    has written nothing.
    """
    with _text(path, encoding) as file:
        total = sum(1 for _ in itertools.islice(records(file), MOST_ROWS + 2))
    if not total:
        raise Unreadable("Le fichier est vide.")
    if total > MOST_ROWS + 1:
        raise Unreadable(too_many_rows())
    return total


# -- encodings -----------------------------------------------------------------------------------


def _text(path: Path, encoding: str) -> TextIO:
    return path.open(encoding=encoding, errors="replace", newline="")


def _encoding(path: Path) -> str:
    """UTF-8, with or without mark, UTF-16 with its mark, or else Windows cp1252. Raises
    `Unreadable` for UTF-32 and what is no text.
    """
    with path.open("rb") as file:
        mark = file.read(4)
        # Looked at first: the mark of UTF-32 may begin as that of UTF-16.
        if mark in (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE):
            raise Unreadable(
                "Ce fichier est codé en UTF-32, qui n’est pas pris en charge : enregistrez-le "
                "en UTF-8."
            )
        if mark.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        file.seek(0)
        _refuse_binary(file)
        file.seek(0)
        return "utf-8-sig" if _is_utf8(file) else "cp1252"


def _refuse_binary(file: BinaryIO) -> None:
    line = 1
    while chunk := file.read(_CHUNK):
        if b"\x00" in chunk:
            raise Unreadable(_binary(line + chunk[: chunk.index(b"\x00")].count(b"\n")))
        line += chunk.count(b"\n")


def _is_utf8(file: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := file.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _binary(line: int) -> str:
    return (
        f"Ce fichier n’est pas du texte (octet nul à la ligne {french.number(line)}) : "
        "enregistrez le tableau en "
        "CSV UTF-8, ou en XLSX avec l’extension .xlsx."
    )


# -- CSV -----------------------------------------------------------------------------------------


class _Lines:
    """The lines of a file. `held` counts those of the record under way: none may fill the
    memory.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.held = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._file.readline(LONGEST_RECORD + 1)
        if not line:
            raise StopIteration
        self.held += len(line)
        if self.held > LONGEST_RECORD:
            raise Unreadable(
                f"{too_long()[:-1]} : un guillemet reste ouvert, ou ce n’est pas un tableau."
            )
        return line


def _csv_records(file: TextIO, separator: str) -> Iterator[Record]:
    lines = _Lines(file)
    # Strict: a quote left open would otherwise swallow every row below it, in silence.
    reader = csv.reader(lines, delimiter=separator, strict=True)
    is_first = True
    while True:
        start, lines.held = reader.line_num + 1, 0
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            yield Record(start, [], _LONG_FIELD if "field limit" in str(fault) else _OPEN_QUOTE)
            continue
        if any(cell.strip() for cell in cells) and not (
            is_first and _named_separator(separator.join(cells))
        ):
            is_first = False
            yield Record(start, list(cells))


def _named_separator(line: str) -> str:
    """The separator that a first line such as `sep=;` names, as some spreadsheets write; empty
    otherwise.
    """
    named = re.fullmatch(rf"\"?sep=([{_SEPARATORS}])\"?\s*", line, re.IGNORECASE)
    return named[1] if named else ""


def _separator(sample: str) -> str:
    """The separator by which most of the first records have as many cells as the header; then the
    one that gives most.
    """
    text = sample.lstrip()
    named = _named_separator(text.partition("\n")[0])
    return named or max(_SEPARATORS, key=lambda separator: _agreement(text, separator))


def _agreement(text: str, separator: str) -> tuple[int, int]:
    records = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    widths: list[int] = []
    # A cell beyond the limit ends it: what was read before says enough.
    with suppress(csv.Error):
        widths.extend(
            len(cells)
            for cells in itertools.islice(records, _SAMPLE_RECORDS)
            if any(map(str.strip, cells))
        )
    width = widths[0] if widths else 0
    return (widths.count(width), width) if width > 1 else (0, width)


# -- JSONL ---------------------------------------------------------------------------------------


def _json_lines(file: TextIO) -> Iterator[tuple[int, str]]:
    lines = _Lines(file)
    for number, line in enumerate(lines, start=1):
        lines.held = 0
        if line.strip():
            yield number, line


def _json_record(number: int, line: str) -> Record:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        value = None
    return (
        Record(number, [value])
        if isinstance(value, dict)
        else Record(number, [], "Cette ligne n’est pas un objet JSON.")
    )
