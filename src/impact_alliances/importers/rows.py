"""What a file holds: records as it gives them, and rows, whose cells are named by their column."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Record:
    """What a file holds at one place: its first line and its cells. `broken` says why it cannot be
    read.
    """

    line: int
    cells: list[Any]
    broken: str = ""


@dataclass(frozen=True)
class Records:
    """The records of an open file, to be read once; `total` is how many there are beside the
    header.
    """

    total: int
    each: Iterator[Record]


@dataclass(frozen=True)
class Row:
    """One record of a file: its first line, its cells by column. `broken` says why it cannot be
    read at all.
    """

    line: int
    cells: dict[str, object]
    broken: str = ""


@dataclass(frozen=True)
class Table:
    """The rows of an open file, to be read once, and how many they are."""

    total: int
    rows: Iterator[Row]
