"""Corrections: the word of the corpus nearest to one that the corpus ignores."""

from collections.abc import Mapping

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

# From this length a word may differ by two letters (SEARCH.md: brings back almost all that a typing
# error loses).
TWO_ERRORS_FROM = 8
# Nobody misspells a longer word for another one; a bound keeps the table of a large corpus small.
_LONGEST = 40


class Spelling:
    """The words of a corpus with their number of documents, ready to be compared with a misspelt
    one.

    An error is a letter added, dropped or changed, or two neighbours exchanged. Each changes the
    length of a word by at most one, and at most two of its letters: the one that goes and the one
    that comes. So each word is kept as its length and one bit a letter; comparing these for all
    words at once leaves a handful, whose distance is then measured exactly.
    """

    def __init__(self, counts: Mapping[str, int]) -> None:
        self.counts = counts
        self._words = [word for word in counts if len(word) <= _LONGEST]
        codes = np.array(self._words or [""]).view(np.uint32).reshape(len(self._words) or 1, -1)
        self._lengths = (codes > 0).sum(axis=1)
        self._letters = np.bitwise_or.reduce(
            np.where(codes > 0, np.left_shift(np.uint32(1), codes & 31), 0), axis=1
        )

    def nearest(self, word: str) -> str | None:
        """The word at the least distance, the commonest of several; None when all are too far."""
        errors = 2 if len(word) >= TWO_ERRORS_FROM else 1
        letters = np.bitwise_or.reduce([1 << (ord(letter) & 31) for letter in word] or [0])
        is_near = np.abs(self._lengths - len(word)) <= errors
        is_near &= np.bitwise_count(self._letters ^ np.uint32(letters)) <= 2 * errors
        likely = [
            self._words[place] for place in np.flatnonzero(is_near) if place < len(self._words)
        ]
        near = process.extract(word, likely, scorer=OSA.distance, score_cutoff=errors, limit=None)
        return (
            min(near, key=lambda one: (one[1], -self.counts[one[0]], one[0]))[0] if near else None
        )
