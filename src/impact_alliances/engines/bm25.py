"""BM25 with the very arithmetic of the embedded engine (tantivy, after Lucene), for an engine that
only hands over documents.

Lengths are rounded as an index rounds them: to one byte, exact up to 40 words, then by ever larger
steps.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from impact_alliances.text.understanding import Concept

K1, B = 1.2, 0.75
# Codes below this one stand for themselves.
_EXACT = 24


def _length(code: int) -> int:
    """The length that one byte stands for: three bits of precision, then a power of two."""
    bits, shift = (code - _EXACT) & 7, ((code - _EXACT) >> 3) - 1
    if code < _EXACT:
        return code
    return _EXACT + (bits if shift < 0 else (bits | 8) << shift)


LENGTHS = tuple(_length(code) for code in range(256))


def rounded(length: int) -> int:
    """The length as the index keeps it."""
    return LENGTHS[bisect_right(LENGTHS, length) - 1]


def idf(documents: int, count: int) -> float:
    """The inverse document frequency of what `count` of so many documents hold."""
    return math.log(1 + (documents - count + 0.5) / (count + 0.5))


def concept_idf(concept: Concept, documents: int, frequencies: Mapping[str, int]) -> float:
    """That of a concept; 0 when no document holds it.

    The word typed gives it: a common synonym must not make a rare word common. Only where the
    corpus ignores the word do its synonyms decide.
    """
    counts = [frequencies.get(stem, 0) for stem in concept.alternatives]
    count = counts[0] or max(counts)
    return idf(documents, count) if count else 0.0


@dataclass(frozen=True)
class ScoredField:
    """What BM25 needs of one field of the corpus: documents, mean length, and how many documents
    hold each stem.
    """

    documents: int
    mean_length: float
    frequencies: Mapping[str, int]

    def weight(self, stem: str) -> float:
        """The inverse document frequency of a stem; nothing when no document holds it."""
        count = self.frequencies.get(stem, 0)
        return idf(self.documents, count) * (1 + K1) if count else 0.0

    def score(self, line: str, length: int, asked: Iterable[tuple[str, float]]) -> float:
        """The score of a document of that length whose stems are in `line`, for stems asked with
        their weight, both as `in_line` writes them.
        """
        if not length:
            return 0.0
        norm = K1 * (1 - B + B * rounded(length) / self.mean_length)
        times = ((line.count(stem), weight) for stem, weight in asked)
        return sum(weight * count / (count + norm) for count, weight in times if count)


def in_line(stems: Iterable[str]) -> str:
    """Stems in order as one text, each between spaces of its own: any run of them is found, and
    counted, as text is.
    """
    return "".join(f" {stem} " for stem in stems)
