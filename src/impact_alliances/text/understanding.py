"""From what a visitor typed to what is searched: phrases, exclusions, corrected words, synonyms.

Everything done to the visitor's words is kept, so that the page can say it and offer the original.
"""

import re
from dataclasses import dataclass
from typing import Protocol

from impact_alliances.text.analysis import ASKING_WORDS, Token, clean, stems, tokens
from impact_alliances.text.synonyms import Expression, longest, thesaurus

# Words shorter than this are left as typed: too many real words lie one letter away.
SHORTEST_CORRECTED = 4
# Unknown words compared with those of the corpus, each at the cost of all of them: a need has one
# or two.
MOST_UNKNOWN = 20
# A last word being typed is completed to at most this many known words.
COMPLETIONS = 6
SHORTEST_PREFIX = 3
_QUOTED = re.compile(
    r"(?P<minus>(?<!\S)-)?(?:\"(?P<straight>[^\"]*)\"?|[«“](?P<french>[^»”]*)[»”]?)"
)
_EXCLUDED = re.compile(r"(?<!\S)-(?=\w)(?P<word>\S+)")


class Lexicon(Protocol):
    """What is known of the words of the corpus."""

    def has_stem(self, stem: str) -> bool:
        """Whether some document holds `stem`."""
        ...

    def has_word(self, word: str) -> bool:
        """Whether some document holds the folded `word`."""
        ...

    def nearest(self, word: str) -> str | None:
        """The word of the corpus that a misspelt one probably is."""
        ...

    def starting(self, prefix: str, limit: int) -> list[str]:
        """The commonest words that begin with `prefix`."""
        ...


@dataclass(frozen=True)
class Concept:
    """One thing asked for: the word as used, and the expressions (stems) any of which holds it."""

    word: str
    alternatives: tuple[Expression, ...]

    @property
    def stems(self) -> frozenset[str]:
        return frozenset(stem for expression in self.alternatives for stem in expression)


@dataclass(frozen=True)
class Understanding:
    """A query understood. `text` is what goes to the embedder: corrected, without operators."""

    text: str
    concepts: tuple[Concept, ...] = ()
    phrases: tuple[Expression, ...] = ()
    excluded: tuple[Expression, ...] = ()
    corrections: tuple[tuple[str, str], ...] = ()
    synonyms: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def stems(self) -> frozenset[str]:
        """Every stem that counts as found, for highlighting."""
        asked = [concept.stems for concept in self.concepts]
        return frozenset().union(*asked, *(frozenset(phrase) for phrase in self.phrases))


def understand(
    text: str, lexicon: Lexicon, *, correct: bool = True, synonyms: bool = True
) -> Understanding:
    """What `text` asks for, given the words of the corpus."""
    plain, phrases, excluded = _operators(clean(text))
    corrections = _corrections(plain, lexicon) if correct else ()
    for typed, used in corrections:
        plain = re.sub(rf"(?<!\w){re.escape(typed)}(?!\w)", used, plain)
    concepts, shown = _concepts(plain, lexicon, synonyms=synonyms)
    return Understanding(
        text=" ".join((plain, *(quoted for quoted, _ in phrases))).strip(),
        concepts=concepts,
        phrases=tuple(expression for _, expression in phrases if expression),
        excluded=tuple(expression for expression in excluded if expression),
        corrections=corrections,
        synonyms=shown,
    )


def _operators(text: str) -> tuple[str, list[tuple[str, Expression]], list[Expression]]:
    """The text without its quoted phrases and exclusions, and these."""
    phrases: list[tuple[str, Expression]] = []
    excluded: list[Expression] = []

    def take(match: re.Match[str]) -> str:
        quoted = match["straight"] if match["straight"] is not None else match["french"]
        expression = tuple(stems(quoted))
        if match["minus"]:
            excluded.append(expression)
        else:
            phrases.append((quoted.strip(), expression))
        return " "

    def drop(match: re.Match[str]) -> str:
        excluded.append(tuple(stems(match["word"])))
        return " "

    rest = _EXCLUDED.sub(drop, _QUOTED.sub(take, text))
    return " ".join(rest.split()), phrases, excluded


def _corrections(text: str, lexicon: Lexicon) -> tuple[tuple[str, str], ...]:
    """(word as typed, word used) for each word that the corpus ignores and that is near one it
    knows.
    """
    corrected: dict[str, str] = {}
    left = MOST_UNKNOWN
    all_tokens = list(tokens(text))
    for token in all_tokens:
        is_last = token is all_tokens[-1]
        if _is_known(token, lexicon) or (is_last and _completions(token, lexicon)):
            continue
        if not left:
            break
        left -= 1
        nearest = lexicon.nearest(token.word)
        if nearest:
            corrected[text[token.start : token.end]] = nearest
    return tuple(corrected.items())


def _is_known(token: Token, lexicon: Lexicon) -> bool:
    too_short = len(token.word) < SHORTEST_CORRECTED or token.word.isdigit()
    asks = token.word in ASKING_WORDS or not token.stem
    return (
        too_short
        or asks
        or (token.stem,) in thesaurus()
        or lexicon.has_word(token.word)
        or lexicon.has_stem(token.stem)
    )


def _completions(token: Token, lexicon: Lexicon) -> list[str]:
    """The known words of which the last word typed is the beginning."""
    if len(token.word) < SHORTEST_PREFIX or not token.stem or _is_whole(token, lexicon):
        return []
    return lexicon.starting(token.word, COMPLETIONS)


def _is_whole(token: Token, lexicon: Lexicon) -> bool:
    return lexicon.has_word(token.word) or lexicon.has_stem(token.stem)


def _concepts(
    text: str, lexicon: Lexicon, *, synonyms: bool
) -> tuple[tuple[Concept, ...], tuple[tuple[str, tuple[str, ...]], ...]]:
    """The concepts of the plain words, longest known expressions first, and the synonyms to
    show.
    """
    kept = [token for token in tokens(text) if token.stem]
    asked = [token for token in kept if token.word not in ASKING_WORDS] or kept
    concepts: dict[frozenset[str], Concept] = {}
    shown: dict[str, tuple[str, ...]] = {}
    position = 0
    while position < len(asked):
        run = _run(asked, position) if synonyms else asked[position : position + 1]
        concept, others = _concept(
            text, run, lexicon, is_last=run[-1] is kept[-1], synonyms=synonyms
        )
        concepts.setdefault(concept.stems, concept)
        if others:
            shown[concept.word] = others
        position += len(run)
    return tuple(concepts.values()), tuple(shown.items())


def _run(asked: list[Token], position: int) -> list[Token]:
    for size in range(min(longest(), len(asked) - position), 1, -1):
        run = asked[position : position + size]
        if tuple(token.stem for token in run) in thesaurus():
            return run
    return asked[position : position + 1]


def _concept(
    text: str, run: list[Token], lexicon: Lexicon, *, is_last: bool, synonyms: bool
) -> tuple[Concept, tuple[str, ...]]:
    surface = text[run[0].start : run[-1].end]
    expression = tuple(token.stem for token in run)
    others = [
        (name, other)
        for name, other in (thesaurus().get(expression, ()) if synonyms else ())
        if other and all(lexicon.has_stem(stem) for stem in other)
    ]
    begun = (
        [tuple(stems(word)) for word in _completions(run[0], lexicon)]
        if is_last and len(run) == 1
        else []
    )
    alternatives = dict.fromkeys(
        [expression, *(other for _, other in others), *(other for other in begun if other)]
    )
    return Concept(surface, tuple(alternatives)), tuple(name for name, _ in others)
