"""An excerpt of a resource: the stretch of its texts, about two lines long, that holds most of the
stems asked for, with the words that have these stems marked.
"""

import codecs
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from itertools import chain, islice, pairwise, takewhile
from typing import NamedTuple

from markupsafe import Markup, escape

from impact_alliances.text.analysis import (
    HYPHENATED_PREFIXES,
    JOINED_PREFIXES,
    Token,
    stems,
    token_at,
    tokens,
)
from impact_alliances.text.expressions import Expression, exact, joined, parted
from impact_alliances.text.lemmas import beginnings
from impact_alliances.vocabularies.matching import fold

# About two lines on a desktop, four on a phone.
EXCERPT_CHARS = 220
# An excerpt is a sample: it is looked for in about the first half of a long sheet (the summary, the
# need, the alliance, the actions).
_MOST_CHARS = 1_500
_SPACE = re.compile(r"\s+")
_PREFIXES = sorted(JOINED_PREFIXES | HYPHENATED_PREFIXES)
_JOINT = "[- \u00a0\u2010\u2011]"
# « 20 000 » is one number; the sign for what the bytes lack may stand for a thin space.
_NUMBERS = r"|\d{1,3}(?:[ .\u00a0\u202f|]\d{3})+(?!\d)|\d+"
_LONGEST_DOTTED = 6
# Folding that keeps every character in its place; « œ » stays, the pattern knows it.
_FOLDED = {code: fold(chr(code)) for code in range(0x41, 0x250) if len(fold(chr(code))) == 1} | {
    ord("Œ"): "œ"
}
# The same for the bytes of Western European text, whose translation takes a sixth of the time.
_BYTES = bytes(range(256))
_FOLDED_BYTES = "".join(
    char.translate(_FOLDED) for char in _BYTES.decode("cp1252", "replace")
).encode("cp1252", "replace")


class Mark(NamedTuple):
    """A word or an expression found: its place in the text and its stem."""

    start: int
    end: int
    stem: str


def excerpt(texts: Sequence[str], wanted: frozenset[str], otherwise: str = "") -> Markup:
    """An excerpt as safe HTML: the part that holds most of the `wanted` stems, else the beginning,
    that of the text to show `otherwise` where there is one. Everything is escaped.
    """
    kept = list(_beginning(texts))
    best = otherwise or (kept[0] if kept else "")
    marks: list[Mark] = []
    held_best = 0
    for text, in_text in zip(kept, _marks_by_text(kept, wanted), strict=True):
        held, here = _densest(in_text)
        if held > held_best:
            best, marks, held_best = text, here, held
    return _marked(best, marks)


def highlighted(text: str, wanted: frozenset[str]) -> Markup:
    """A short text, whole, as safe HTML: the words that have one of the `wanted` stems are
    marked.
    """
    return _with_marks(text, 0, len(text), _finder(wanted).marks(text))


def _beginning(texts: Sequence[str]) -> Iterator[str]:
    """The first texts, up to about `_MOST_CHARS` in all; the first one is always there, a long one
    is shortened.
    """
    left = _MOST_CHARS
    for text in texts:
        if text and left > 0:
            yield text[: max(left, EXCERPT_CHARS)]
            left -= len(text)


def _marks_by_text(texts: list[str], wanted: frozenset[str]) -> list[list[Mark]]:
    """The marks of each text, found in one pass over all of them."""
    marks: list[list[Mark]] = [[] for _ in texts]
    starts, position = [], 0
    for text in texts:
        starts.append(position)
        position += len(text) + 1
    for mark in _finder(wanted).marks("\n".join(texts)):
        place = bisect_right(starts, mark.start) - 1
        marks[place].append(Mark(mark.start - starts[place], mark.end - starts[place], mark.stem))
    return marks


class WordFinder:
    """Finds the words of a text that have one of the `wanted` stems, and the expressions of several
    words, without analysing every word of it.

    The forms of a word begin in one way or two (« travaux » and « travail », « yeux » and « œil »),
    so a single pass over the folded text finds the few words worth analysing. The pattern begins
    with plain letters, which lets the regular expression skip from one to the next; that a word
    begins there is looked at afterwards.
    """

    def __init__(self, wanted: frozenset[str]) -> None:
        expressions = [parted(stem) for stem in wanted]
        self._wanted = wanted
        self._several = sorted((one for one in expressions if len(one) > 1), key=len, reverse=True)
        self._sought = wanted.union(*self._several)
        begun = frozenset[str]().union(*map(beginnings, chain(*expressions)))
        either = "|".join(
            way for beginning in sorted(begun, key=len, reverse=True) for way in _written(beginning)
        )
        numbers = _NUMBERS if any(map(str.isdigit, wanted)) else ""
        self._pattern = re.compile(rf"(?:{either})[^\W\d_]*{numbers}") if wanted else None

    def marks(self, text: str) -> list[Mark]:
        """The words and expressions found, in order."""
        parts = self._words(text)
        if not self._several:
            return parts
        marks: list[Mark] = []
        place = 0
        while place < len(parts):
            here = (_run(parts, place, one, text) for one in self._several)
            run = next(filter(None, here), parts[place : place + 1])
            stem = joined(tuple(mark.stem for mark in run))
            if stem in self._wanted:
                marks.append(Mark(run[0].start, run[-1].end, stem))
            place += len(run)
        return marks

    def _words(self, text: str) -> list[Mark]:
        """The words found, those of expressions too."""
        if self._pattern is None:
            return []
        marks = []
        folded = _folded(text)
        for word in self._pattern.finditer(folded):
            start, written = word.start(), word.group()
            if start and folded[start - 1].isalpha() and written[0].isalpha():
                continue
            token = _token(text, start, word.end(), written.isalnum())
            ways = (exact(token.word), token.stem)
            found = next((one for one in ways if one in self._sought), None)
            if found:
                marks.append(Mark(token.start, token.end, found))
        return marks


def _run(marks: Sequence[Mark], place: int, expression: Expression, text: str) -> list[Mark]:
    """The words from `place` on where they make this expression, stop words alone between them;
    else none.
    """
    run = list(marks[place : place + len(expression)])
    if tuple(mark.stem for mark in run) != expression:
        return []
    parted_by = (text[one.end : two.start] for one, two in pairwise(run))
    return [] if any(map(stems, parted_by)) else run


def _token(text: str, start: int, end: int, is_plain: bool) -> Token:
    """The word at that place; where signs stand in it, the first word there."""
    if is_plain:
        return token_at(text, start, end, text[start:end])
    first = next(tokens(text[start:end]))
    return first._replace(start=start, end=start + first.end)


def _folded(text: str) -> str:
    """`text` folded, every character in its place."""
    try:
        return (
            text.encode("cp1252", "impact-alliances.sign").translate(_FOLDED_BYTES).decode("cp1252")
        )
    except UnicodeEncodeError:
        return text.translate(_FOLDED)


def _sign(unknown: UnicodeError) -> tuple[str, int]:
    """A sign for each that the bytes lack (thin spaces, arrows, fine hyphens); a letter is worth
    the longer way.
    """
    if not isinstance(unknown, UnicodeEncodeError) or any(
        map(str.isalpha, unknown.object[unknown.start : unknown.end])
    ):
        raise unknown
    lacking = unknown.object[unknown.start : unknown.end]
    return "".join("-" if sign in "\u2010\u2011" else "|" for sign in lacking), unknown.end


codecs.register_error("impact-alliances.sign", _sign)


def _written(beginning: str) -> list[str]:
    """The ways to write the first letters of a stem: « oe » and « œ », « co-construction » and « co
    construction », « E.S.S. » and « R & D ».
    """
    parted = [
        f"{prefix}{_JOINT}{beginning.removeprefix(prefix)}"
        for prefix in _PREFIXES
        if beginning.startswith(prefix)
    ]
    if len(beginning) <= _LONGEST_DOTTED:
        parted.append(r"\.".join(beginning) + r"\.?")
    if len(beginning) == len("rd"):
        parted.append(" ?& ?".join(beginning))
    # « sur-le » is one word: tried after « sur », it would not be.
    ways = [*parted, beginning]
    # What follows « ranco » is an e, or is in the sign before it.
    in_one_sign = [re.sub("oe|o$", "œ", way) for way in ways if re.search("oe|o$", way)]
    return [*ways, *in_one_sign]


@lru_cache(maxsize=64)
def _finder(wanted: frozenset[str]) -> WordFinder:
    return WordFinder(wanted)


def _densest(marks: list[Mark]) -> tuple[int, list[Mark]]:
    """The window that holds most different stems: how many, and its marks."""
    best: tuple[int, list[Mark]] = (0, [])
    for index, first in enumerate(marks):
        inside = list(takewhile(partial(_is_within, first.start), islice(marks, index, None)))
        held = len({mark.stem for mark in inside})
        if held > best[0]:
            best = held, inside
    return best


def _is_within(start: int, mark: Mark) -> bool:
    return mark.end - start <= EXCERPT_CHARS


def _marked(text: str, marks: list[Mark]) -> Markup:
    start, last = (marks[0].start, marks[-1].end) if marks else (0, 0)
    begin = (
        0
        if start <= EXCERPT_CHARS // 2 and last <= EXCERPT_CHARS
        else _word_start(text, start, last)
    )
    end = _word_end(text, begin + EXCERPT_CHARS, max(begin, last))
    before, after = "… " if begin else "", " …" if end < len(text) else ""
    return Markup().join([before, _with_marks(text, begin, end, marks), after])


def _with_marks(text: str, begin: int, end: int, marks: Sequence[Mark]) -> Markup:
    """The part of `text` from `begin` to `end`, escaped, with these marks in it."""
    parts: list[str] = []
    position = begin
    for mark in marks:
        parts += [
            escape(text[position : mark.start]),
            "<mark>",
            escape(text[mark.start : mark.end]),
            "</mark>",
        ]
        position = mark.end
    parts.append(escape(text[position:end]))
    # Each part is escaped, or ours.
    return Markup("".join(parts))  # noqa: S704


def _word_start(text: str, start: int, last: int) -> int:
    """Where to begin so that what comes before `start` is a few whole words, and `last` is still
    shown.
    """
    lead = min(EXCERPT_CHARS // 4, EXCERPT_CHARS - (last - start))
    earliest = max(0, start - lead)
    space = _SPACE.search(text, earliest, start)
    return space.end() if space and earliest else start if earliest else 0


def _word_end(text: str, latest: int, last: int) -> int:
    """Where to end: between two words if there is a space after `last`, at `latest` otherwise."""
    if latest >= len(text):
        return len(text)
    return next((place for place in range(latest, last, -1) if text[place].isspace()), latest)
