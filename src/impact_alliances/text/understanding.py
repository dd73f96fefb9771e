"""From what a visitor typed to what is searched: phrases, exclusions, corrected words, synonyms.

Everything done to the visitor's words is kept, so that the page can say it and offer the original.
"""

import re
from dataclasses import dataclass
from typing import Protocol

from impact_alliances.text.analysis import ASKING_WORDS, Token, clean, stems, tokens
from impact_alliances.text.expressions import Expression
from impact_alliances.text.synonyms import Known, Thesaurus

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
    """What is known of the words of the corpus, and of those that mean the same."""

    @property
    def thesaurus(self) -> Thesaurus: ...

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
    """One thing asked for: the word as used, and the expressions any of which holds it, as they
    are in the index; that of the word comes first.
    """

    word: str
    alternatives: tuple[Expression, ...]

    @property
    def stems(self) -> frozenset[str]:
        return frozenset(stem for expression in self.alternatives for stem in expression)


@dataclass(frozen=True)
class Understanding:
    """A query understood. `text` is what goes to the embedder: corrected, without operators, its
    acronyms in full. `synonyms`: for each word, the expressions also looked for, as shown.
    """

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
    asked = _asked(plain, lexicon, synonyms=synonyms)
    concepts: dict[frozenset[str], Concept] = {}
    for one in asked:
        concepts.setdefault(one.concept.stems, one.concept)
    return Understanding(
        text=" ".join((_in_full(plain, asked), *(quoted for quoted, _ in phrases))).strip(),
        concepts=tuple(concepts.values()),
        phrases=tuple(expression for _, expression in phrases if expression),
        excluded=tuple(expression for expression in excluded if expression),
        corrections=corrections,
        synonyms=tuple({one.concept.word: one.also for one in asked if one.also}.items()),
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
        or lexicon.thesaurus.find([token], token.word) is not None
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


@dataclass(frozen=True)
class _Asked:
    """Words of a query that ask for one thing, from `start` to `end` in it. `also`: the synonyms
    looked for, as shown; `in_full`: what they stand for, where they are an acronym.
    """

    start: int
    end: int
    concept: Concept
    also: tuple[str, ...] = ()
    in_full: str = ""


def _asked(text: str, lexicon: Lexicon, *, synonyms: bool) -> list[_Asked]:
    """What the plain words ask for, in order, longest known expressions first."""
    kept = [token for token in tokens(text) if token.stem]
    only_asking = all(token.word in ASKING_WORDS for token in kept)
    longest = lexicon.thesaurus.longest if synonyms else 1
    found: list[_Asked] = []
    position = 0
    while position < len(kept):
        run = _run(kept[position : position + longest], lexicon)
        position += len(run)
        if len(run) > 1 or only_asking or run[0].word not in ASKING_WORDS:
            is_last = position == len(kept)
            found.append(_read(text, run, lexicon, is_last=is_last, synonyms=synonyms))
    return found


def _read(
    text: str, run: list[Token], lexicon: Lexicon, *, is_last: bool, synonyms: bool
) -> _Asked:
    """What a run of words asks for. A word that is known is never the beginning of another."""
    known = _known(text, run, lexicon.thesaurus)
    if known and synonyms:
        return _expression(text, run, known, lexicon)
    return _word(text, run[0], lexicon, is_open=is_last and not known)


def _run(ahead: list[Token], lexicon: Lexicon) -> list[Token]:
    """The longest expression that these words begin with, of those the corpus can answer; else the
    first word.
    """
    for size in range(len(ahead), 1, -1):
        known = lexicon.thesaurus.find(ahead[:size], "")
        if known and any(map(lexicon.has_stem, (known.stem, *dict(known.others).values()))):
            return ahead[:size]
    return ahead[:1]


def _known(text: str, run: list[Token], thesaurus: Thesaurus) -> Known | None:
    """What is known of the expression that these words make, written as they are. Capitals say
    nothing in a text that has no others.
    """
    written = text[run[0].start : run[-1].end]
    is_shouted = text.isupper() and len(written) < len(text)
    return thesaurus.find(run, written.lower() if is_shouted else written)


def _expression(text: str, run: list[Token], known: Known, lexicon: Lexicon) -> _Asked:
    start, end = run[0].start, run[-1].end
    held = {shown: stem for shown, stem in known.others if lexicon.has_stem(stem)}
    concept = Concept(text[start:end], tuple((stem,) for stem in (known.stem, *held.values())))
    also = dict.fromkeys([*([known.in_full] if known.in_full else []), *held])
    return _Asked(start, end, concept, tuple(also), known.in_full)


def _word(text: str, token: Token, lexicon: Lexicon, *, is_open: bool) -> _Asked:
    """One word, with those it begins where it may not be finished (`is_open`)."""
    begun = [tuple(stems(word)) for word in _completions(token, lexicon)] if is_open else []
    alternatives = dict.fromkeys([(token.stem,), *filter(None, begun)])
    return _Asked(
        token.start, token.end, Concept(text[token.start : token.end], tuple(alternatives))
    )


def _in_full(text: str, asked: list[_Asked]) -> str:
    """`text` with what its acronyms stand for in their place."""
    for one in reversed(asked):
        if one.in_full:
            text = f"{text[: one.start]}{one.in_full}{text[one.end :]}"
    return text
