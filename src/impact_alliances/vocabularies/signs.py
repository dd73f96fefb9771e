"""Signs that nobody sees: what a copy from a word processor or a hostile text hides between the
letters.
"""

import re
import unicodedata

# What shows nothing, and changes at most how its neighbours are laid out: soft hyphen, joiners,
# directions of writing, byte order mark, tags, fillers, selectors of a variant. Arabic signs of the
# same category of Unicode are seen, and stay.
_HIDDEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0d"
    "\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U00013430-\U0001343f\U000e0000-\U000e0fff"
)
# The signs that a joiner or a selector makes into one, as in a family or a red heart: there it is
# seen.
_PICTURES = "\u2190-\u2bff\u3030\u303d\u3297\u3299\u00a9\u00ae\U0001f000-\U0001faff"
_HIDDEN_SIGN = re.compile(
    rf"(?<=[{_PICTURES}\ufe0f])\u200d(?=[{_PICTURES}])|(?<=[{_PICTURES}#*0-9])[\ufe0e\ufe0f]|([{_HIDDEN}\ufe0e\ufe0f])"
)
# What no page, feed or database carries safely: controls but tab and line ends, halves of a sign,
# code points that Unicode promises never to use.
_BROKEN_SIGN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    + "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(1, 17))
    + "]"
)


# So many accents one letter has in the languages that are written with the most; more climb over
# the lines around.
MOST_MARKS = 4
# Where there may be more: marks are no letters for `re`.
_MARKS = re.compile(rf"[^\w\s\x00-\x7f]{{{MOST_MARKS + 1},}}")


def without_hidden_signs(text: str) -> str:
    """`text`, line ends kept, without invisible signs, and with a space in place of controls and of
    what is no character. Of the accents on one letter, the first `MOST_MARKS` stay.

    Those that join pictures (👩‍🌾) or colour them (❤️) stay. Done twice, it changes nothing more.
    """
    shown = _HIDDEN_SIGN.sub(
        lambda found: "" if found[1] else found[0], _BROKEN_SIGN.sub(" ", text)
    )
    shown = _MARKS.sub(lambda found: _few_marks(found[0]), shown)
    return shown if shown == text else without_hidden_signs(shown)


def _few_marks(signs: str) -> str:
    kept, marks = [], 0
    for sign in signs:
        marks = marks + 1 if unicodedata.category(sign) in ("Mn", "Me") else 0
        if marks <= MOST_MARKS:
            kept.append(sign)
    return "".join(kept)
