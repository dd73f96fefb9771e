"""From French text to stems: the one analysis that documents and queries share, whatever the
engine.

Order of the steps (measured in docs/decisions/0002): split, fold, drop stop words, stem. Folding
comes first because people type no accents.
"""

import re
import threading
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

import snowballstemmer

from impact_alliances.vocabularies.matching import fold
from impact_alliances.vocabularies.signs import without_hidden_signs

# Letters and digits part, so that « ODD17 » and « ODD 17 » are the same two words.
# An accent may be a sign of its own after its letter, and the 2 of « CO₂ » is a 2.
_RAISED = "²³¹\u2070\u2074-\u2079\u2080-\u2089"
_LETTERS = rf"[^\W\d_{_RAISED}]"
_WORD = re.compile(rf"{_LETTERS}+(?:[\u0300-\u036f]+{_LETTERS}*)*|[\d{_RAISED}]+")
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
# Folded, « polluée » no longer looks like a participle to the stemmer: it is read as « pollué »,
# which it is.
_FEMININE = re.compile(r"(?<=..)ee(s?)$")


class _Stemmer(threading.local):
    """One stemmer a thread: it works on a text of its own, which two threads would spoil for each
    other.
    """

    def __init__(self) -> None:
        self.stem: Callable[[str], str] = snowballstemmer.stemmer("french").stemWord


_stemmer = _Stemmer()


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

    Of a word longer than any, the beginning stands for it: nobody looks for the rest, and stemming
    it would take seconds.
    """
    return _analysed(raw[:LONGEST_WORD])


@lru_cache(maxsize=300_000)
def _analysed(raw: str) -> tuple[str, str]:
    # One sign may become eighteen, parentheses and spaces among them (« ㈠ », « ﷺ »).
    word = "".join(filter(str.isalnum, fold(raw)))[:LONGEST_WORD]
    if not word or word in STOP_WORDS or (len(word) == 1 and not word.isdigit()):
        return word, ""
    return word, _stemmer.stem(_FEMININE.sub(r"e\1", word))


def tokens(text: str) -> Iterator[Token]:
    """The words of `text` in order."""
    pending: tuple[int, int, str] | None = None
    for match in _WORD.finditer(text):
        start, raw = match.start(), match.group()
        if pending and _continues(text, pending, start, raw):
            start, raw = pending[0], pending[2] + raw
        elif pending:
            yield Token(pending[0], pending[1], *analyse_word(pending[2]))
        pending = (start, match.end(), raw)
    if pending:
        yield Token(pending[0], pending[1], *analyse_word(pending[2]))


def _continues(text: str, pending: tuple[int, int, str], start: int, raw: str) -> bool:
    if start != pending[1] + 1 or not raw[0].isalpha():
        return False
    prefix, between = pending[2].lower(), text[pending[1]]
    if between in "-\u2010\u2011":
        return prefix in JOINED_PREFIXES or fold(prefix) in HYPHENATED_PREFIXES
    return between in " \u00a0" and prefix in JOINED_PREFIXES and fold(raw) not in STOP_WORDS


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
