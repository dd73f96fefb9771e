"""Corrections: the word of the corpus that one which it ignores probably is."""

import math
import re
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from impact_alliances.text.lemmas import lemma

# From this length a word may differ by two letters; a shorter one too, where both sound alike.
TWO_ERRORS_FROM = 7
SOUNDS_FROM = 5
# Nobody misspells a longer word for another one; a bound keeps the table of a large corpus small.
_LONGEST = 40
# How unlikely each error is (docs/decisions/0013): a letter doubled or not, two letters exchanged,
# one letter more or less, one of the keys beside it or of the same sound, several of the same
# sound, another letter, two errors.
_DOUBLED, _EXCHANGED, _USUAL, _SOUND_ALONE, _UNUSUAL, _SECOND = 0.3, 0.4, 0.7, 1.0, 1.3, 2.0
# People do not mistake the first letter; they type common words.
_FIRST_LETTER, _RARITY = 0.4, 0.2
# So much likelier than any other word, a correction is sure: 99 in 100 of these were right.
_SURE = 0.4
# The letters around each on a French keyboard.
_KEYS = dict(
    pair.split(":")
    for pair in """
    a:azqs z:aerqs e:zrsd r:etdf t:ryfg y:tugh u:yihj i:uojk o:ipkl p:oml q:aswz s:qdzxe d:sfexc
    f:dgrcv g:fhtvb h:gjybn j:hkun k:jlio l:kmop m:lp w:xsq x:wcsd c:xvdf v:cbfg b:vngh n:bhj
    """.split()
)
# Letters that sound alike: enough to tell « fassades » from « passages », if not to write it down.
_SOUNDS = dict(
    pair.split(":")
    for pair in """
    ph:f qu:s eau:o au:o ain:in ein:in ai:e ei:e en:an em:an am:an ge:je c:s k:s q:s z:s x:s g:j
    w:v y:i h:
    """.split()
)
_SOUND = re.compile("|".join(_SOUNDS))
_REPEATED = re.compile(r"(.)\1+")


class Correction(NamedTuple):
    """The word that another one probably is; whether it can hardly be yet another."""

    word: str
    is_sure: bool


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

    def nearest(self, word: str) -> Correction | None:
        """The likeliest word; None when all are too far."""
        likely = sorted((self._cost(word, *one), one[0]) for one in self._near(word))
        if not likely or likely[0][0] == math.inf:
            return None
        cost, best = likely[0]
        rival = next((other for other, one in likely if lemma(one) != lemma(best)), math.inf)
        return Correction(best, rival - cost >= _SURE)

    def _near(self, word: str) -> list[tuple[str, int]]:
        """The words at a distance that one or two errors make, each with it."""
        errors = 2 if len(word) >= TWO_ERRORS_FROM else 1
        most = 2 if len(word) >= SOUNDS_FROM else errors
        letters = np.bitwise_or.reduce([1 << (ord(letter) & 31) for letter in word] or [0])
        is_near = np.abs(self._lengths - len(word)) <= most
        is_near &= np.bitwise_count(self._letters ^ np.uint32(letters)) <= 2 * most
        likely = [
            self._words[place] for place in np.flatnonzero(is_near) if place < len(self._words)
        ]
        found = process.extract(word, likely, scorer=OSA.distance, score_cutoff=most, limit=None)
        return [
            (other, int(distance))
            for other, distance, _ in found
            if (distance <= errors and abs(len(other) - len(word)) <= 1)
            or _sound(other) == _sound(word)
        ]

    def _cost(self, typed: str, word: str, distance: int) -> float:
        """How unlikely it is that `typed` is meant for `word`."""
        cost = _cost_of_error(typed, word, distance) - _RARITY * math.log10(self.counts[word])
        if typed[:1] == word[:1]:
            return cost
        return cost + (
            _FIRST_LETTER if _cost_of_error(typed, word, distance) <= _USUAL else math.inf
        )


def _cost_of_error(typed: str, word: str, distance: int) -> float:
    if _REPEATED.sub(r"\1", typed) == _REPEATED.sub(r"\1", word):
        return _DOUBLED
    if _sound(typed) == _sound(word):
        return _USUAL if distance == 1 else _SOUND_ALONE
    if distance > 1:
        return _SECOND
    if len(typed) != len(word):
        return _USUAL
    changed = [pair for pair in zip(typed, word, strict=True) if pair[0] != pair[1]]
    if len(changed) > 1:
        return _EXCHANGED
    return _USUAL if all(new in _KEYS.get(old, "") for old, new in changed) else _UNUSUAL


def _sound(word: str) -> str:
    """How a word sounds, roughly."""
    return _REPEATED.sub(r"\1", _SOUND.sub(lambda found: _SOUNDS[found[0]], word))
