"""From French text to stems: the one analysis that documents and queries share, whatever the
engine.

Order of the steps (measured in docs/decisions/0002): split, drop stop words, fold, find the lemma.
A word is folded before its lemma is looked for because people type no accents. What stands for a
word in an index is called its stem; it is its lemma, folded.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from impact_alliances.text.lemmas import lemma
from impact_alliances.vocabularies.matching import fold
from impact_alliances.vocabularies.signs import without_hidden_signs

# An accent may be a sign of its own after its letter, a line break foreseen in a word hides in it,
# and the 2 of « CO₂ » is a 2.
_RAISED = "²³¹\u2070\u2074-\u2079\u2080-\u2089"
_INSIDE = "\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufeff"
_LETTER = rf"[^\W\d_{_RAISED}]"
# Letters and digits part, so that « ODD17 » and « ODD 17 » are the same two words.
_WORD = re.compile(
    rf"(?<![\w.]){_LETTER}(?:\.{_LETTER})+(?!\w)\.?"  # « E.S.S. »
    rf"|(?<!\w){_LETTER} ?& ?{_LETTER}(?!\w)"  # « R&D »
    rf"|{_LETTER}+(?:[{_INSIDE}]+{_LETTER}*)*"
    r"|(?<!\d)\d{1,3}(?:[ .\u00a0\u202f]\d{3})+(?!\d)"  # « 20 000 »
    rf"|[\d{_RAISED}]+"
)
# « co-construction », « co construction » and « coconstruction » are one word.
JOINED_PREFIXES = frozenset({"co"})
HYPHENATED_PREFIXES = frozenset(
    {"auto", "inter", "multi", "pluri", "anti", "mini", "micro", "eco", "bio", "pre", "sur"}
)
# The longest words of French have 25 letters, those of chemistry 50.
LONGEST_WORD = 80
# « est », « or », « son » and « car » stay searchable: « Grand Est », « car scolaire ».
STOP_WORDS = frozenset(
    """
    a afin ai aient ainsi ait alors apres as au aucun aucune aujourd auquel aussi autre autres aux
    avaient avait avant avec avez avoir avons ayant beaucoup bien c ca ce ceci cela celle celles
    celui ces cet cette ceux chaque chez ci comme d dans de depuis des deux donc dont du elle elles
    en encore entre et etaient etait etant ete etre eu eux fait faite faites font furent fut hui il
    ils j je jusqu jusque l la laquelle le lequel les lesquels leur leurs lors lorsqu lorsque lui m
    ma mais me meme memes mes moi moins mon n ne ni nos notre nous on ont ou par parce pas pendant
    peu peut peuvent plus pour pourquoi puis puisqu puisque qu quand que quel quelle quelles quels
    qui quoi s sa se sera seront ses si sont sous sur t ta te tel telle tes toi ton tous tout toute
    toutes tres trop tu un une vers voici voila vos votre vous y
    """.split()
)
# Words with which people ask, and which say nothing of what they need. Dropped from queries alone,
# where the rest allows it.
ASKING_WORDS = frozenset(
    """
    aimerais aimerait aimerions avons besoin cherche cherchent cherchons comment dois doit doivent
    exemple exemples existe faire fasse faut idee idees mettre monter pouvons quelqu savoir souhaite
    souhaitons solution solutions trouver veulent veut veux voudrais voudrait voudrions voulons
    """.split()
)
# After a form of « avoir », with a word between them or not, « été » is no season.
_HAVING = re.compile(
    r"\b(?:ai|as|a|avons|avez|ont|avai[st]|avions|aviez|avaient|ayant|avoir|aur\w+|eu|ai(?:t|ent|es?))"
    r"\s+(?:[^\W\d_]+\s+)?$",
    re.IGNORECASE,
)
_FARTHEST_HAVING = 30
# Words that only their accents tell from a stop word.
_ACCENTED_WORDS = frozenset("été étés maïs sûr sûrs né nés fût fûts dé mémé".split())


# The unaccented forms of such words that one may search for alone.
UNACCENTED_WORDS = frozenset({"ete", "mais"})


class Token(NamedTuple):
    """A word of a text: its place (character offsets), its folded form, its stem (empty for a stop
    word).
    """

    start: int
    end: int
    word: str
    stem: str


def analyse_word(raw: str) -> tuple[str, str]:
    """The folded form of one word and its stem; the stem of a stop word or of a lone letter is
    empty.

    Of a word longer than any, the beginning stands for it: nobody looks for the rest.
    """
    return _analysed(raw[:LONGEST_WORD])


@lru_cache(maxsize=300_000)
def _analysed(raw: str) -> tuple[str, str]:
    # One sign may become eighteen, parentheses and spaces among them (« ㈠ », « ﷺ »).
    word = "".join(filter(str.isalnum, fold(raw)))[:LONGEST_WORD]
    if not word or _is_stop_word(raw, word) or (len(word) == 1 and not word.isdigit()):
        return word, ""
    return word, lemma(word)


def _is_stop_word(raw: str, folded: str) -> bool:
    return folded in STOP_WORDS and unicodedata.normalize("NFC", raw.lower()) not in _ACCENTED_WORDS


def tokens(text: str) -> Iterator[Token]:
    """The words of `text` in order."""
    pending: tuple[int, int, str] | None = None
    for match in _WORD.finditer(text):
        start, raw = match.start(), match.group()
        if pending and _continues(text, pending, start, raw):
            start, raw = pending[0], pending[2] + raw
        elif pending:
            yield token_at(text, *pending)
        pending = (start, match.end(), raw)
    if pending:
        yield token_at(text, *pending)


def token_at(text: str, start: int, end: int, raw: str) -> Token:
    """The word written `raw` at that place of `text`."""
    word, stem = analyse_word(raw)
    if word == "ete" and stem and _HAVING.search(text, max(0, start - _FARTHEST_HAVING), start):
        stem = ""
    return Token(start, end, word, stem)


def _continues(text: str, pending: tuple[int, int, str], start: int, raw: str) -> bool:
    if start > pending[1] + 1:
        return False
    prefix, between = pending[2].lower(), text[pending[1] : start]
    if not raw[0].isalpha():
        # « CO2 », which is neither « co » nor 2.
        return prefix == "co" and len(raw) == 1 and between in ("", " ", "\u00a0")
    if between in ("-", "\u2010", "\u2011"):
        return prefix in JOINED_PREFIXES or fold(prefix) in HYPHENATED_PREFIXES
    return between in (" ", "\u00a0") and prefix in JOINED_PREFIXES and fold(raw) not in STOP_WORDS


def stems(text: str) -> list[str]:
    """The stems of `text` in order, stop words left out."""
    return [token.stem for token in tokens(text) if token.stem]


def words(text: str) -> list[str]:
    """The folded words of `text` in order, all of them."""
    return [token.word for token in tokens(text)]


def clean(text: str) -> str:
    """`text` on one line, spaces made single, without invisible signs nor what no page or feed can
    carry.
    """
    return " ".join(without_hidden_signs(text).split())
