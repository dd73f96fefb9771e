"""The demonstration files, read once: rows by kind, and likeness between texts."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache

from impact_alliances.seeding import FILES
from impact_alliances.shipped import shipped

Row = dict[str, str]
Shingle = tuple[str, ...]
_WORD = re.compile(r"\w+")
SECTIONS = ("need", "alliance", "actions", "results", "helped", "hindered", "to_replicate", "means")
PROSE = ("title", "summary", "body", *SECTIONS)


@lru_cache
def rows(kind: str) -> tuple[Row, ...]:
    """The rows of a kind as written in `seed/`."""
    with (shipped("seed") / FILES[kind]).open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def items(row: Row, column: str) -> list[str]:
    """The items of a list column."""
    return [item for item in row.get(column, "").split("|") if item]


def prose(row: Row) -> str:
    """All the text of a row."""
    return " ".join(row.get(column) or "" for column in PROSE)


def shingles(text: str, size: int = 5) -> frozenset[Shingle]:
    """The runs of `size` words of a text."""
    words = _WORD.findall(text.lower())
    return frozenset(tuple(words[start : start + size]) for start in range(len(words) - size + 1))


def alike(texts: Mapping[str, str], bar: float) -> Iterator[tuple[str, str, float]]:
    """The pairs of texts whose shingles have a Jaccard index over `bar`."""
    sets = {name: shingles(text) for name, text in texts.items()}
    holders: dict[Shingle, list[str]] = defaultdict(list)
    for name, found in sets.items():
        shared: dict[str, int] = defaultdict(int)
        for shingle in found:
            for other in holders[shingle]:
                shared[other] += 1
            holders[shingle].append(name)
        for other, count in shared.items():
            index = count / len(found | sets[other])
            if index > bar:
                yield name, other, index
