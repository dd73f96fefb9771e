"""Expressions that mean the same to our readers: acronyms with their full form, everyday words, old
names of régions. They are data (`seed/synonyms.csv`), shown to the reader, who can refuse them.

An expression of several words counts where they follow one another, and nowhere else: « sans
domicile » is not « sans » here and « domicile » there. An acronym counts in its own form: « PAT »
is no « pâté ». So each is a stem of its own, looked for in documents when they are indexed
(`Thesaurus.expressions_in`), and asked for as any other stem is.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from impact_alliances.shipped import shipped
from impact_alliances.text.analysis import Token
from impact_alliances.text.expressions import Expression, exact, joined, parted
from impact_alliances.text.synonyms_file import Group, read

SYNONYMS = "synonyms.csv"


@dataclass(frozen=True)
class Known:
    """What is known of an expression. `stem` stands for it; `others`: what it finds too, each as
    shown and as stem; `in_full`: what an acronym is read as, empty for the rest; `is_name`: an
    acronym is read so, hence its words say little apart (« projet », « territorial »).
    """

    stem: str
    others: tuple[tuple[str, str], ...]
    in_full: str = ""
    is_name: bool = False


class Thesaurus:
    """The groups of a file, ready to be asked."""

    def __init__(self, groups: Iterable[Group]) -> None:
        self._known: dict[str, Known] = {}
        # What documents are searched for: acronyms, and expressions of several words by the first.
        self._acronyms: set[str] = set()
        self._several: dict[str, set[Expression]] = {}
        # Acronyms that are another word when they are not in capitals (« AMI » and « ami »).
        self._in_capitals: set[str] = set()
        for group in groups:
            self._note(group)
            self._add(group)
        self.longest = max((len(parted(stem)) for stem in self._known), default=1)

    def _add(self, group: Group) -> None:
        shown: dict[str, str] = {}
        for one in group.members:
            shown.setdefault(one.stem, one.shown)
        for one in group.equals:
            others = tuple((name, stem) for stem, name in shown.items() if stem != one.stem)
            in_full = group.in_full if one.is_acronym else ""
            is_name = one.shown == group.in_full and any(m.is_acronym for m in group.equals)
            self._known[one.stem] = Known(one.stem, others, in_full, is_name)

    def _note(self, group: Group) -> None:
        acronyms = {one.word for one in group.members if one.is_acronym}
        self._acronyms |= acronyms
        self._in_capitals |= acronyms if group.in_capitals else set()
        for one in group.members:
            if len(one.expression) > 1:
                self._several.setdefault(one.expression[0], set()).add(one.expression)

    def find(self, run: Sequence[Token], written: str) -> Known | None:
        """What is known of the expression that these words make, `written` as it is."""
        known = self._known.get(joined(tuple(token.stem for token in run)))
        if len(run) == 1 and self._is_acronym(run[0], written):
            return self._known.get(exact(run[0].word), known)
        return known

    def _is_acronym(self, token: Token, written: str) -> bool:
        needs_capitals = token.word in self._in_capitals
        return token.word in self._acronyms and (written.isupper() or not needs_capitals)

    @property
    def digest(self) -> str:
        """Changes with what documents are searched for: an index made with other expressions is to
        be built anew.
        """
        several = sorted(one for some in self._several.values() for one in some)
        said = repr((several, sorted(self._acronyms), sorted(self._in_capitals)))
        return hashlib.blake2b(said.encode(), digest_size=6).hexdigest()

    def expressions_in(self, text: str, tokens: Iterable[Token]) -> Iterator[str]:
        """The acronyms of a text, and the expressions of several words that follow one another in
        it, each as one stem. `tokens` are its words.
        """
        kept = [token for token in tokens if token.stem]
        stems = tuple(token.stem for token in kept)
        for place, token in enumerate(kept):
            if self._is_acronym(token, text[token.start : token.end]):
                yield exact(token.word)
            # In one order: a set has another in each process, and `doctor` compares what two said.
            for expression in sorted(self._several.get(token.stem, ())):
                if stems[place : place + len(expression)] == expression:
                    yield joined(expression)


@lru_cache(maxsize=1)
def thesaurus() -> Thesaurus:
    """The expressions of the file that is shipped. Raises `Refusal`, which names the lines at
    fault.
    """
    return Thesaurus(read(shipped("seed") / SYNONYMS))
