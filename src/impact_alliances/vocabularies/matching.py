"""From what someone typed to a value of a vocabulary, and « vouliez-vous dire » when it is not
one.
"""

import re
import unicodedata
from functools import lru_cache

from rapidfuzz import fuzz, process

from impact_alliances.vocabularies.terms import Vocabulary

# Below this likeness (0 to 100) the nearest value would surprise more than it helps.
NEAR_ENOUGH = 60.0
PART_OF_A_NAME = 5
_ASCII_WORD = re.compile("[a-z0-9]+")
_LIGATURES = str.maketrans(
    {"œ": "oe", "æ": "ae", "ß": "ss", "’": "'", "‘": "'", "ʼ": "'", "\u2011": "-"}
)


def fold(text: str) -> str:
    """Lower case, no accent, no ligature, straight apostrophes: how two spellings of a word are
    compared.
    """
    lowered = text.lower().translate(_LIGATURES)
    if lowered.isascii():
        return lowered
    # Accents of their own go first: a flood of them takes quadratic time to put in order.
    lowered = "".join(char for char in lowered if not unicodedata.combining(char))
    # Lower case again, and ligatures again: decomposing brings out letters that were hidden in one
    # sign (« ℌ », « ǽ »).
    decomposed = unicodedata.normalize("NFKD", lowered).lower()
    return "".join(char for char in decomposed if not unicodedata.combining(char)).translate(
        _LIGATURES
    )


def slugify(text: str) -> str:
    """ASCII words joined by hyphens, for addresses and for keys that are compared."""
    # python-slugify joins what an apostrophe or a comma parts (« lecole », « 46 » for 4,6: 2,398
    # of the 5,766 titles of seed/ would change address), writes sounds for letters of other scripts
    # (« 日本 » would be « ri ben »), and takes three times as long on every cell of an import.
    return "-".join(_ASCII_WORD.findall(fold(text)))


@lru_cache(maxsize=64)
def _spellings(vocabulary: Vocabulary) -> dict[str, str]:
    """Every accepted spelling, folded to a slug form, with the value it names."""
    found: dict[str, str] = {}
    for term in vocabulary.terms:
        for spelling in (*term.synonyms, *term.label.split(", "), term.label, term.slug):
            found[slugify(spelling)] = term.slug
    return found


def match(vocabulary: Vocabulary, text: str) -> str | None:
    """The slug of the value that `text` names (slug, label or synonym, accents and case aside), or
    None.
    """
    return _spellings(vocabulary).get(slugify(text))


def nearest(vocabulary: Vocabulary, text: str) -> str | None:
    """The slug of the value most like `text`, or None when nothing is like it."""
    spellings, slug = _spellings(vocabulary), slugify(text)
    # A few letters are a part of too many names for that to mean anything.
    scorer = fuzz.WRatio if len(slug) >= PART_OF_A_NAME else fuzz.ratio
    best = process.extractOne(slug, list(spellings), scorer=scorer, score_cutoff=NEAR_ENOUGH)
    return spellings[best[0]] if best else None
