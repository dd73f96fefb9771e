"""From what a visitor typed to what is searched: phrases, exclusions, corrected words, synonyms.

Everything done to the visitor's words is kept, so that the page can say it and offer the original.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

from impact_alliances.text.analysis import (
    ASKING_WORDS,
    UNACCENTED_WORDS,
    Token,
    clean,
    stems,
    tokens,
    words,
)
from impact_alliances.text.expressions import Expression
from impact_alliances.text.lemmas import is_french
from impact_alliances.text.spelling import Correction
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
# The other two that people write, « OU » and « ET », are stop words.
_JOINING = re.compile(r"(?<!\S)(?:OR|AND)(?!\S)")
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

    def nearest(self, word: str) -> Correction | None:
        """The word of the corpus that a misspelt one probably is."""
        ...

    def starting(self, prefix: str, limit: int) -> list[str]:
        """The commonest words that begin with `prefix`."""
        ...


@dataclass(frozen=True)
class Concept:
    """One thing asked for: the word or expression as used, and the stems any of which holds it, its
    own first.
    """

    word: str
    alternatives: tuple[str, ...]

    @property
    def stems(self) -> frozenset[str]:
        return frozenset(self.alternatives)

    @property
    def form(self) -> str:
        """The word as used, folded; empty for an expression of several."""
        several = words(self.word)
        return several[0] if len(several) == 1 else ""


@dataclass(frozen=True)
class Understanding:
    """A query understood. `text` is what goes to the embedder: corrected where the correction is
    sure, without operators, its acronyms in full. `synonyms`: for each word, the expressions also
    looked for, as shown.
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
    corrections = _corrections(plain, lexicon) if correct else {}
    meant = _corrected(plain, {typed: one for typed, one in corrections.items() if one.is_sure})
    plain, acronyms = _spelt_out(_corrected(plain, corrections), lexicon.thesaurus, synonyms)
    meant, _ = _spelt_out(meant, lexicon.thesaurus, synonyms)
    asked = _asked(plain, lexicon, synonyms=synonyms, acronyms=acronyms)
    concepts: dict[frozenset[str], Concept] = {}
    for one in asked:
        concepts.setdefault(one.concept.stems, one.concept)
    return Understanding(
        text=" ".join((meant, *(quoted for quoted, _ in phrases))).strip(),
        concepts=tuple(concepts.values()),
        phrases=tuple(expression for _, expression in phrases if expression),
        excluded=tuple(expression for expression in excluded if expression),
        corrections=tuple((typed, one.word) for typed, one in corrections.items()),
        synonyms=_said(asked, acronyms),
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
    if not text.isupper():
        rest = _JOINING.sub(" ", rest)
    return " ".join(rest.split()), phrases, excluded


def _corrected(text: str, corrections: Mapping[str, Correction]) -> str:
    for typed, correction in corrections.items():
        text = re.sub(rf"(?<!\w){re.escape(typed)}(?!\w)", correction.word, text)
    return text


def _corrections(text: str, lexicon: Lexicon) -> dict[str, Correction]:
    """For each word as typed that neither the corpus nor French knows, the one that it probably
    is. None where the text is in another language.
    """
    read = list(tokens(text))
    unknown = [token for token in read if not _is_known(token, lexicon)]
    if unknown and unknown[-1] is read[-1] and _completions(read[-1], lexicon):
        unknown.pop()
    nearest = {token: lexicon.nearest(token.word) for token in unknown[:MOST_UNKNOWN]}
    if _is_foreign(read, list(nearest.values())):
        return {}
    return {
        text[token.start : token.end]: found
        for token, found in nearest.items()
        if found and (found.is_sure or not _is_name(token, text))
    }


def _is_known(token: Token, lexicon: Lexicon) -> bool:
    """Whether there is nothing to correct in a word: too short or a number, of asking, of no
    meaning, known here, or French.
    """
    return (
        _is_too_short(token)
        or token.word in ASKING_WORDS
        or lexicon.thesaurus.find([token], token.word) is not None
        or _is_whole(token, lexicon)
        or is_french(token.word)
    )


def _is_too_short(token: Token) -> bool:
    return not token.stem or len(token.word) < SHORTEST_CORRECTED or token.word.isdigit()


def _is_foreign(read: Sequence[Token], nearest: Sequence[Correction | None]) -> bool:
    """Whether most words of a text are unknown, and not all of them for what are surely errors."""
    words = [token for token in read if not _is_too_short(token)]
    are_errors = all(nearest) and any(one and one.is_sure for one in nearest)
    return len(nearest) > max(1, len(words) / 2) and not are_errors


def _is_name(token: Token, text: str) -> bool:
    """Whether a word inside the text has a capital, where not all have."""
    is_inside = text[: token.start].strip() != ""
    return is_inside and text[token.start].isupper() and not text.isupper()


def _completions(token: Token, lexicon: Lexicon) -> list[str]:
    """The known words of which the last word typed is the beginning."""
    if len(token.word) < SHORTEST_PREFIX or not token.stem or _is_whole(token, lexicon):
        return []
    return lexicon.starting(token.word, COMPLETIONS)


def _is_whole(token: Token, lexicon: Lexicon) -> bool:
    return lexicon.has_word(token.word) or lexicon.has_stem(token.stem)


@dataclass(frozen=True)
class _Asked:
    """One thing asked for. `also`: the synonyms looked for, as shown."""

    concept: Concept
    also: tuple[str, ...] = ()


def _spelt_out(text: str, thesaurus: Thesaurus, synonyms: bool) -> tuple[str, dict[str, str]]:
    """`text` with what its acronyms stand for in their place, and the acronym of each: words and
    meaning then read the same, whichever the visitor types. As it is without `synonyms`.
    """
    acronyms: dict[str, str] = {}
    spelt = text
    for token in reversed(list(tokens(text) if synonyms else ())):
        known = _known(text, [token], thesaurus)
        if known and known.in_full:
            acronyms[known.in_full] = text[token.start : token.end]
            spelt = f"{spelt[: token.start]}{known.in_full}{spelt[token.end :]}"
    return spelt, dict(reversed(acronyms.items()))


def _asked(
    text: str, lexicon: Lexicon, *, synonyms: bool, acronyms: Mapping[str, str]
) -> list[_Asked]:
    """What the plain words ask for, in order, longest known expressions first. A last word may be
    the beginning of another; an acronym spelt out ends none.
    """
    kept = [token for token in tokens(text) if token.stem] or _unaccented(text)
    only_asking = all(token.word in ASKING_WORDS for token in kept)
    longest = lexicon.thesaurus.longest if synonyms else 1
    may_go_on = not text[: kept[-1].end if kept else 0].endswith(tuple(acronyms))
    found: list[_Asked] = []
    position = 0
    while position < len(kept):
        run = _run(kept[position : position + longest], lexicon)
        position += len(run)
        if len(run) > 1 or only_asking or run[0].word not in ASKING_WORDS:
            is_open = may_go_on and position == len(kept)
            found.append(_read(text, run, lexicon, is_open=is_open, synonyms=synonyms))
    return found


def _unaccented(text: str) -> list[Token]:
    """In a text of stop words alone, those that are other words with their accents: « ete »."""
    return [
        token._replace(stem=token.word) for token in tokens(text) if token.word in UNACCENTED_WORDS
    ]


def _run(ahead: list[Token], lexicon: Lexicon) -> list[Token]:
    """The longest expression that these words begin with, of names and of those that the corpus can
    answer; else the first word.
    """
    for size in range(len(ahead), 1, -1):
        known = lexicon.thesaurus.find(ahead[:size], "")
        if known and (known.is_name or _held(known, lexicon)):
            return ahead[:size]
    return ahead[:1]


def _read(
    text: str, run: list[Token], lexicon: Lexicon, *, is_open: bool, synonyms: bool
) -> _Asked:
    """What a run of words asks for. One that is known is not the beginning of another."""
    word = text[run[0].start : run[-1].end]
    known = _known(text, run, lexicon.thesaurus)
    if known and synonyms:
        return _expression(word, known, lexicon)
    begun = _completions(run[0], lexicon) if is_open and not known else []
    alternatives = dict.fromkeys(chain((run[0].stem,), *map(stems, begun)))
    return _Asked(Concept(word, tuple(alternatives)))


def _expression(word: str, known: Known, lexicon: Lexicon) -> _Asked:
    """A known expression, and what it finds too, of what the corpus holds. A name that it holds in
    no way is left to the meaning.
    """
    held = _held(known, lexicon)
    others = {shown: stem for shown, stem in known.others if stem in held}
    return _Asked(Concept(word, (known.stem, *others.values())), tuple(others))


def _held(known: Known, lexicon: Lexicon) -> list[str]:
    """The stems that the corpus holds, of an expression and of those it finds."""
    return list(filter(lexicon.has_stem, (known.stem, *(stem for _, stem in known.others))))


def _known(text: str, run: list[Token], thesaurus: Thesaurus) -> Known | None:
    """What is known of the expression that these words make, written as they are. Capitals say
    nothing in a text that has no others.
    """
    written = text[run[0].start : run[-1].end]
    is_shouted = text.isupper() and len(written) < len(text)
    return thesaurus.find(run, written.lower() if is_shouted else written)


def _said(
    asked: list[_Asked], acronyms: Mapping[str, str]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """For each word or acronym as typed, what is looked for too."""
    said = {acronym: (in_full,) for in_full, acronym in acronyms.items()}
    for one in asked:
        typed = acronyms.get(one.concept.word, one.concept.word)
        others = tuple(name for name in one.also if name.lower() != typed.lower())
        if others:
            said[typed] = tuple(dict.fromkeys((*said.get(typed, ()), *others)))
    return tuple(said.items())
