"""What of a text a model is given: normalised, without what no model reads, and bounded before
native code sees it.

Nothing that a visitor or a file brings may cost a model more than it should, or take it where it
was never tried: one sign (U+FDFA) that becomes eighteen was enough to write past the memory of the
bundled one.
"""

import re
import unicodedata
from collections.abc import Callable

from impact_alliances.vocabularies.signs import without_hidden_signs

# Signs of a query and of a passage that are looked at: more than any text of ours has, and than
# their tokens allow.
LONGEST_QUERY, LONGEST_PASSAGE = 1_000, 8_000
# What a model is given of them, in its own tokens. An ordinary need (8 to 12 words) has about 20,
# and costs grow with them: no question costs five ordinary ones. Past 512 the models cut by
# themselves, or begin a second reading.
QUERY_TOKENS, PASSAGE_TOKENS = 64, 512
# Marks on one letter: Vietnamese has two, Hebrew and Thai up to three or four; more are a flood,
# which takes quadratic time to sort.
_MARKS = (
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
_FLOOD = re.compile(rf"({_MARKS}{{4}}){_MARKS}+")
# Control, format, half of a sign, private, unassigned.
_UNREAD = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def readable(text: str, longest: int) -> str:
    """`text` as a model reads it: at most `longest` signs, in compatibility form (NFKC), spaces
    made single, one at least.
    """
    shown = without_hidden_signs(text[:longest])
    if not shown.isascii():
        # Twice: composing brings marks together that were apart.
        shown = _FLOOD.sub(r"\1", unicodedata.normalize("NFKC", _read(_FLOOD.sub(r"\1", shown))))
    return " ".join(shown.split())[:longest].rstrip() or " "


def _read(text: str) -> str:
    """`text` with a space for each sign that no model was taught."""
    return "".join(" " if unicodedata.category(sign) in _UNREAD else sign for sign in text)


def beginning(text: str, most: int, count: Callable[[str], int]) -> str:
    """As much of `text` as has at most `most` tokens, whole words if it has several; `count` gives
    the tokens of a text.
    """
    if len(text) <= most // 2 or count(text) <= most:
        return text
    # No sign costs more than two tokens.
    fits, too_long = most // 2, len(text)
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        fits, too_long = (middle, too_long) if count(text[:middle]) <= most else (fits, middle)
    space = text.rfind(" ", 0, fits + 1)
    # A word longer than half of it is no word.
    return text[:space] if space > fits // 2 else text[:fits]
