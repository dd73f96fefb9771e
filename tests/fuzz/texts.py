"""Hostile texts: every block of Unicode, what is in none, floods of combining marks, directions,
expansions, and mixtures.
"""

import unicodedata

from hypothesis import strategies as st

# Where code points of one kind lie: 256 at a time, the whole of Unicode. A block is a few of these.
PAGES = [range(start, start + 256) for start in range(0, 0x110000, 256)]
SURROGATES = st.integers(0xD800, 0xDFFF).map(chr)
NONCHARACTERS = st.sampled_from(
    [
        *range(0xFDD0, 0xFDF0),
        *(plane << 16 | low for plane in range(17) for low in (0xFFFE, 0xFFFF)),
    ]
).map(chr)
PRIVATE = st.one_of(
    st.integers(0xE000, 0xF8FF), st.integers(0xF0000, 0xFFFFD), st.integers(0x100000, 0x10FFFD)
).map(chr)
UNASSIGNED = (
    st.integers(0, 0x10FFFF).map(chr).filter(lambda sign: unicodedata.category(sign) == "Cn")
)
COMBINING = st.sampled_from(
    [chr(code) for code in range(0x20000) if unicodedata.category(chr(code)) in ("Mn", "Me")]
)
DIRECTIONS = st.sampled_from(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
INVISIBLE = st.sampled_from(
    "\u00ad\u034f\u115f\u200b\u200c\u200d\u2060\ufeff\ufe0f\U000e0001\U000e0041"
)
# The signs that become the most when normalised: U+FDFA becomes eighteen.
EXPANDING = st.sampled_from(
    sorted(map(chr, range(0x30000)), key=lambda sign: -len(unicodedata.normalize("NFKC", sign)))[
        :200
    ]
)
CONTROLS = st.integers(0, 0x9F).filter(lambda code: code < 32 or code > 126).map(chr)
# What the query language, patterns, paths, markup, tables and addresses give a meaning to.
OPERATORS = st.sampled_from(
    list("\"«»“”-+*?.()[]{}\\/|&<>%#;,:='’^$~`@!_\t\n\r \u00a0\u202f\u2028")
)
WORDS = st.sampled_from(
    [
        "médecin",
        "covoiturage",
        "co-",
        "l’",
        "ODD17",
        "CO₂",
        "ﬁn",
        "œuvre",
        "-sans",
        "İ",
        "ß",
        "ǅ",
        "co co co",
    ]
)

SIGN = st.one_of(
    st.sampled_from(PAGES).flatmap(lambda page: st.integers(page.start, page.stop - 1)).map(chr),
    SURROGATES,
    NONCHARACTERS,
    PRIVATE,
    UNASSIGNED,
    COMBINING,
    DIRECTIONS,
    INVISIBLE,
    EXPANDING,
    CONTROLS,
    OPERATORS,
    WORDS,
)
# One sign over and over; one page of Unicode; anything beside anything.
FLOOD = st.tuples(st.sampled_from(["", "a", "médecin "]), SIGN, st.integers(1, 400)).map(
    lambda one: one[0] + one[1] * one[2]
)
ONE_PAGE = st.sampled_from(PAGES).flatmap(
    lambda page: st.lists(st.integers(page.start, page.stop - 1).map(chr), max_size=60).map("".join)
)
MIXED = st.lists(SIGN, max_size=60).map("".join)
ANY_TEXT = st.one_of(FLOOD, ONE_PAGE, MIXED)
