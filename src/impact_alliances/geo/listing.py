"""Names in order, each with the commune that it means: those that begin so, and those that differ
by one letter, without a walk over all of them.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import IntEnum
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from impact_alliances.geo.places import Commune

Kept = Callable[[Commune], bool]
_NONE = np.array([], dtype=int)
_LETTERS = "abcdefghijklmnopqrstuvwxyz-"
# Comes after any letter of a name.
_LAST = "\u007f"
# A commune may be listed so many times under one beginning.
_TIMES_LISTED = 4
# Letters from which a beginning with one wrong among them still means something.
_ENOUGH_TO_BEGIN = 5


class Kind(IntEnum):
    """What a name is to its commune, the most telling first: its own; that less its article, or cut
    short; another one that it had or has; its own from some word on; its own in one word.
    """

    OWN = 0
    SHORT = 1
    OTHER = 2
    INSIDE = 3
    JOINED = 4


# Of names that begin alike, those of one rank are ordered by their communes: an article matters
# not.
_RANK = np.array([0, 0, 1, 2, 3], dtype=np.int32)


class Entry(NamedTuple):
    """A name, as a key (« saint-etienne »)."""

    text: str
    kind: Kind
    commune: Commune


class Misspelt(NamedTuple):
    """Names but for one letter: missing, doubled or swapped with the next (`slipped`), another one
    or one too many (`mistaken`); and those that begin so.
    """

    slipped: list[Entry]
    mistaken: list[Entry]
    beginning: list[Entry]


class Listing:
    """Names in order. `order` gives each commune, by INSEE code, its place among all: of two that
    are found, the lesser comes first.
    """

    def __init__(self, entries: Iterable[Entry], order: Mapping[str, int]) -> None:
        ordered = sorted(entries, key=itemgetter(0))
        # Columns rather than rows: there are some hundred thousand.
        self._texts = [one.text for one in ordered]
        self._kinds = np.array([one.kind for one in ordered], dtype=np.int8)
        self._communes = [one.commune for one in ordered]
        places = np.array([order[one.commune.code] for one in ordered], dtype=np.int32)
        self._ranks = _RANK[self._kinds] * len(order) + places

    def exactly(self, text: str) -> list[Entry]:
        """Those of this very text, but names from some word on."""
        return [one for one in self._run(text) if one.kind is not Kind.INSIDE]

    def beginning(self, text: str, most: int, kept: Kept | None = None) -> list[Entry]:
        """The first `most` of those that begin so, of communes that are `kept`."""
        return self._first(np.arange(*self._span(text)), most, kept)

    def misspelt(self, text: str, most: int, kept: Kept | None = None) -> Misspelt:
        """Those of this text but for one letter, and the first `most` of those that begin so."""
        known = self._known(text)
        slips = self._used(_slips(text, known))
        mistakes = self._used(_mistakes(text, known)) - slips
        spans = [np.arange(*self._span(one)) for one in slips | mistakes]
        is_enough = len(text) >= _ENOUGH_TO_BEGIN
        begun = np.concatenate([*spans, _NONE]) if is_enough else _NONE
        return Misspelt(
            self._spelt(slips, kept), self._spelt(mistakes, kept), self._first(begun, most, kept)
        )

    def _used(self, spellings: Iterable[str]) -> set[str]:
        """Those that some name begins with."""
        last = len(self._texts) - 1
        return {
            one
            for one in spellings
            if self._texts[min(bisect_left(self._texts, one), last)].startswith(one)
        }

    def _spelt(self, spellings: Iterable[str], kept: Kept | None) -> list[Entry]:
        found = (one for text in spellings for one in self.exactly(text))
        return [one for one in found if not kept or kept(one.commune)]

    def _entry(self, at: int) -> Entry:
        return Entry(self._texts[at], Kind(self._kinds[at]), self._communes[at])

    def _run(self, text: str) -> Iterator[Entry]:
        at = bisect_left(self._texts, text)
        while at < len(self._texts) and self._texts[at] == text:
            yield self._entry(at)
            at += 1

    def _span(self, text: str) -> tuple[int, int]:
        start = bisect_left(self._texts, text)
        return start, bisect_left(self._texts, text + _LAST, start)

    def _first(self, found: np.ndarray, most: int, kept: Kept | None) -> list[Entry]:
        """The first entries of these, one of each commune."""
        if kept:
            found = np.array([at for at in found if kept(self._communes[at])], dtype=int)
        many = most * _TIMES_LISTED
        ranks = self._ranks[found]
        if len(found) > many:
            found = found[np.argpartition(ranks, many)[:many]]
            ranks = self._ranks[found]
        entries = (self._entry(at) for at in found[np.argsort(ranks, kind="stable")])
        first: dict[str, Entry] = {}
        for one in entries:
            first.setdefault(one.commune.code, one)
        return list(first.values())[:most]

    def _known(self, text: str) -> int:
        """How many of the first letters of a text begin some name."""
        known = 0
        while known < len(text):
            start, end = self._span(text[: known + 1])
            if start == end:
                break
            known += 1
        return known


def _slips(text: str, known: int) -> Iterator[str]:
    """What may have been meant where a key was missed, struck twice or too soon, up to the letter
    that follows the first `known`.
    """
    for at in range(known + 1):
        head, tail = text[:at], text[at:]
        yield from (head + letter + tail for letter in _LETTERS)
        yield head + tail[1:2] + tail[:1] + tail[2:]
        if tail[:1] == tail[1:2] or tail[:1] == "-":
            yield head + tail[1:]


def _mistakes(text: str, known: int) -> Iterator[str]:
    """What may have been meant where a key was struck for another, or besides."""
    for at in range(known + 1):
        head, tail = text[:at], text[at + 1 :]
        yield from (head + letter + tail for letter in _LETTERS)
        yield head + tail
