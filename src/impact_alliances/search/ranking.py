"""The order of what matches: the fusion of words and meaning. The same for every engine.

The weights were fitted on half of the question file (`bench/fit.py`), rounded, and checked on the
other half; the figures are in docs/decisions/0015.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import NamedTuple

import numpy as np

from impact_alliances.engines.engine import Bar, Candidate, Matches, Vector, Wanted
from impact_alliances.geo.nearness import Nearness
from impact_alliances.meaning.centred import Numbers
from impact_alliances.meaning.grid import NO_GRID, Grid
from impact_alliances.meaning.outlook import Outlook, Seen
from impact_alliances.resources.key import Key
from impact_alliances.text.understanding import Concept

# The first answers of a kind, and what the terms that tell them weigh beside the nearest passage.
FIRST_ANSWERS = 10
FIRST_WORDS_WEIGHT, FIRST_GRID_WEIGHT, FIRST_ASKED_WEIGHT = 2.0, 0.3, 1.0
# What it is worth to be where the text says; what is near is worth less (`bench/places.py`).
PLACE_WEIGHT = 64.0
# The power of the share held that leaves next to nothing of a half, in telling what holds all.
NEARLY_ALL = 5
# An answer that is below this score, and below this share of the best one's, is of the tail, unless
# it holds all that is asked or is among the first of its kind: on the half that chose, half of what
# is there for nothing, and 2 in 100 of the answers.
TAIL, TAIL_OF_BEST, BEFORE_TAIL = 14.0, 0.3, 10
# Candidates scored; the rest of a larger set follows by date.
RANKED = 600
# Scores are compared with so many decimals: engines agree to the seventh.
ALIKE = 6
# The score of a document that the whole text names, before any other.
NAMED_SCORE = 1_000.0
# Maps a score to [0, 1[ for display: 15 is a clear hit.
_HALF_SCORE = 15.0


class Weights(NamedTuple):
    """What each term of the score weighs: `whole`, how near the document is as a whole; `words`,
    those of its text; `said`, that it holds nearly all of them; `grid`, its fragilités; `common`,
    how like the first answers it is; `hub`, how near it is to everything; `asked`, how near its
    nearest demande is; `demanded`, the words of its demandes.
    """

    whole: float = 1.0
    words: float = 3.0
    said: float = 0.7
    grid: float = 0.7
    common: float = 2.3
    hub: float = -1.1
    asked: float = 2.0
    demanded: float = 5.0


WEIGHTS = Weights()


@dataclass(frozen=True)
class Ranked:
    """A document in its place. `score` is in [0, 1[: it tells the hits of one query apart, and says
    nothing between two queries. `by_words` and `by_meaning` say which bar it passed,
    `by_name` that the whole text names it; `demande` which of its demandes is clearly near to what
    is asked, counted from 0.
    """

    key: Key
    score: float
    by_words: bool
    by_meaning: bool
    by_name: bool = False
    demande: int | None = None


Scored = tuple[float, Candidate]


@dataclass(frozen=True)
class Evidence:
    """What tells the documents of the base apart for one text, whatever is filtered: the concepts
    `asked` of demandes, those that texts hold (`bar`), the base seen from its meaning (`outlook`),
    its place in the `grid`, and the place on the map that it names (`nearness`). `best_cover` is
    the largest share of the weight asked for that one document holds, `is_demanded` whether some
    demande holds any; `common` what the first
    answers of each kind have in common, as a direction; `near` the documents that are answers by
    their meaning, whatever their words.
    """

    bar: Bar | None = None
    outlook: Outlook | None = None
    grid: Grid = NO_GRID
    asked: tuple[Concept, ...] = ()
    nearness: Nearness | None = None
    best_cover: float = 0.0
    is_demanded: bool = False
    common: Mapping[str, Vector] = field(default_factory=dict)
    near: Collection[Key] = ()
    _known: Mapping[Key, float] = field(default_factory=dict, repr=False)

    def learnt(self, promising: Sequence[Candidate]) -> "Evidence":
        """The same, once known the documents of the whole base that may answer best."""
        whole = _whole(self.bar)
        covered = max((one.covered for one in promising), default=0.0)
        found = replace(
            self,
            best_cover=covered / whole if whole else 0.0,
            is_demanded=any(one.demanded for one in promising),
        )
        known = found._pass(promising)
        found = replace(found, common=found._common(promising, known))
        scores = found._with_common(promising, known) @ WEIGHTS
        return replace(found, _known=dict(zip(_keys(promising), scores.tolist(), strict=True)))

    @property
    def is_any(self) -> bool:
        """Whether anything tells one document from another."""
        return bool(self.bar or self.outlook or self.nearness)

    def scores(self, candidates: Sequence[Candidate]) -> Numbers:
        """The score of each document: a function of the text and of the base alone."""
        if not self.nearness:
            return self._answering(candidates)
        there = np.array([self.nearness.of(one.where) for one in candidates])
        return self._answering(candidates) + PLACE_WEIGHT * there

    def _answering(self, candidates: Sequence[Candidate]) -> Numbers:
        """How well each document answers what is asked, wherever it is."""
        new = [one for one in candidates if one.key not in self._known]
        scores = (self.terms(new) @ WEIGHTS).tolist() if new else []
        known = {**self._known, **dict(zip(_keys(new), scores, strict=True))}
        return np.array([known[one.key] for one in candidates])

    def bringing(self, near: Iterable[Key]) -> "Evidence":
        """The same, these documents being answers by their meaning."""
        return replace(self, near=dict.fromkeys(near).keys())

    def brings(self, candidate: Candidate) -> bool:
        """Whether a document is an answer by its words or by its meaning."""
        return self.holds_enough(candidate) or candidate.key in self.near

    def holds_enough(self, candidate: Candidate) -> bool:
        """Whether a document is over the bar of the words."""
        return bool(self.bar and candidate.covered >= self.bar.need - 1e-6)

    def worth_showing(self, answers: Sequence[Candidate]) -> list[Key]:
        """Those of these answers that are no tail, wherever they are: a place named only orders."""
        scores, whole = self._answering(answers), _whole(self.bar)
        bar = min(TAIL, TAIL_OF_BEST * max(scores, default=0.0))
        first = chain.from_iterable(_best_of_each_kind(answers, scores, BEFORE_TAIL).values())
        kept = {
            *first,
            *np.flatnonzero(scores >= bar).tolist(),
            *(place for place, one in enumerate(answers) if 0 < whole <= one.covered + 1e-6),
        }
        return [answers[place].key for place in sorted(kept)]

    def best_of_each_kind(self, candidates: Sequence[Candidate], most: int) -> list[Key]:
        """The best of these of each kind, wherever they are: `most` of each, and no more than one
        in ten of a kind of the base, which would be no choice.
        """
        kinds = self.outlook.passages.matrix.kinds if self.outlook else {}
        best = _best_of_each_kind(candidates, self._answering(candidates), most)
        return [
            candidates[place].key
            for kind, places in best.items()
            for place in places[: -(-len(kinds.get(kind, ())) // 10)]
        ]

    def terms(self, candidates: Sequence[Candidate]) -> Numbers:
        """The terms of the score of each document: one a row, in the order of `Weights`."""
        return self._with_common(candidates, self._pass(candidates))

    def _pass(self, candidates: Sequence[Candidate]) -> "_Pass":
        whole = _whole(self.bar) or 1.0
        lexical = np.array([one.lexical for one in candidates])
        share = np.array([one.covered / whole for one in candidates])
        priors = {
            tags: self.grid.prior(tags) for tags in {tuple(one.fragilites) for one in candidates}
        }
        return _Pass(
            words=self.best_cover * np.log1p(lexical * share),
            said=lexical * share**NEARLY_ALL,
            grid=np.array([priors[tuple(one.fragilites)] for one in candidates]),
            demanded=np.log1p([one.demanded for one in candidates]),
            seen=self.outlook.of(_keys(candidates))
            if self.outlook
            else Seen.nothing(len(candidates)),
        )

    def _common(self, candidates: Sequence[Candidate], known: "_Pass") -> dict[str, Vector]:
        """What the first answers of each kind have in common: the mean of their directions, the
        surer the heavier.
        """
        seen = known.seen
        first = (
            seen.nearest
            + FIRST_WORDS_WEIGHT * known.words
            + FIRST_GRID_WEIGHT * known.grid
            + FIRST_ASKED_WEIGHT * seen.asked
        )
        return {
            kind: _soft_mean(seen.directions[places], first[places])
            for kind, places in _best_of_each_kind(candidates, first, FIRST_ANSWERS).items()
        }

    def _with_common(self, candidates: Sequence[Candidate], known: "_Pass") -> Numbers:
        """The terms, once it is known what the first answers have in common."""
        seen = known.seen
        common = self._likeness_to_first(candidates, seen.directions)
        return np.column_stack(
            (
                seen.whole,
                known.words,
                known.said,
                known.grid,
                common,
                seen.hub,
                seen.asked,
                known.demanded,
            )
        )

    def _likeness_to_first(self, candidates: Sequence[Candidate], directions: Vector) -> Numbers:
        """How near each document stands to what the first answers of its kind have in common."""
        found, outlook = np.zeros(len(candidates)), self.outlook
        if outlook is None:
            return found
        kinds = np.array([one.key.kind for one in candidates])
        for kind, common in self.common.items():
            places = np.flatnonzero(kinds == kind)
            found[places] = outlook.standing(directions[places], common)
        return found


NO_EVIDENCE = Evidence()


class _Pass(NamedTuple):
    """What is known of some documents before their first answers are, one value each. `words`: BM25
    by the share of the weight held, its logarithm, since one word said often is no answer; all the
    less where no document holds much of what is asked. `said`: BM25 of what holds nearly all of it:
    whoever copies a sentence is after one document. `grid`: the standing of their fragilités.
    `demanded`: the words of their demandes, as a logarithm too.
    """

    words: Numbers
    said: Numbers
    grid: Numbers
    demanded: Numbers
    seen: Seen


def _whole(bar: Bar | None) -> float:
    return sum(one.weight for one in bar.concepts) if bar else 0.0


def _keys(candidates: Sequence[Candidate]) -> list[Key]:
    return [candidate.key for candidate in candidates]


def _soft_mean(directions: Vector, scores: Numbers) -> Vector:
    """The mean of these directions, each weighing the exponential of its score."""
    weights = np.exp(scores - scores.max())
    return np.asarray(weights @ directions / weights.sum())


def _best_of_each_kind(
    candidates: Sequence[Candidate], scores: Numbers, most: int
) -> dict[str, list[int]]:
    """The places of the best candidates of each kind, so many of each, best first."""
    best: dict[str, list[int]] = defaultdict(list)
    for place in in_order(candidates, scores):
        places = best[candidates[place].key.kind]
        if len(places) < most:
            places.append(place)
    return best


def in_order(candidates: Sequence[Candidate], scores: Numbers) -> list[int]:
    """The places of candidates, the best first; then the most recent, and the key settles what is
    left.
    """
    rounded = np.round(scores, ALIKE).tolist()
    return sorted(
        range(len(candidates)),
        key=lambda place: (rounded[place], candidates[place].date_order, candidates[place].key),
        reverse=True,
    )


@dataclass(frozen=True)
class Ranking:
    """The best candidates of a search with their scores, in order."""

    evidence: Evidence
    named: frozenset[Key]
    scored: Sequence[Scored]

    @classmethod
    def of(
        cls, matches: Matches, wanted: Wanted, evidence: Evidence, named: Sequence[Key] = ()
    ) -> "Ranking":
        """The hits `named`, then the `RANKED` best of what matches. Raises `EngineFailure`."""
        concepts = evidence.bar.concepts if evidence.bar else ()
        candidates = matches.candidates(concepts, RANKED, evidence.asked) if evidence.is_any else []
        scored = headed(rank(candidates, evidence)[:RANKED], named)
        return cls(evidence, frozenset(wanted.named), scored)

    @property
    def keys(self) -> list[Key]:
        return [candidate.key for _, candidate in self.scored]

    def page(self, first: int, size: int) -> list[Ranked]:
        """Those from the place `first` on, each saying why it is there."""
        return [self._explained(scored) for scored in self.scored[first : first + size]]

    def explained(self, keys: Sequence[Key]) -> list[Ranked]:
        """These, in their order, each saying why it is there, ranked or not."""
        known = {scored[1].key: scored for scored in self.scored}
        by_words = self.evidence.bar is not None
        return [
            self._explained(known[key])
            if key in known
            else Ranked(key, 0.0, by_words, False, key in self.named)
            for key in keys
        ]

    def _explained(self, scored: Scored) -> Ranked:
        explained = explain(scored, self.evidence)
        return replace(explained, by_name=explained.key in self.named)


def rank(candidates: Sequence[Candidate], evidence: Evidence) -> list[Scored]:
    """The candidates with their scores, in order."""
    scores = evidence.scores(candidates)
    return [
        (round(float(scores[place]), ALIKE), candidates[place])
        for place in in_order(candidates, scores)
    ]


def headed(ranked: list[Scored], named: Sequence[Key]) -> list[Scored]:
    """The documents `named` in their own order, ranked or not, then the others of `ranked`."""
    known = {candidate.key: candidate for _, candidate in ranked}
    first = [(NAMED_SCORE, known.get(key) or Candidate(key, 0.0, 0.0, 0)) for key in named]
    before = frozenset(named)
    return [*first, *(scored for scored in ranked if scored[1].key not in before)]


def explain(scored: Scored, evidence: Evidence) -> Ranked:
    """A scored candidate as a hit: why it is there, and its score brought into [0, 1[."""
    score, candidate = scored
    return Ranked(
        key=candidate.key,
        score=round(_shown(score), 4),
        by_words=evidence.holds_enough(candidate),
        by_meaning=candidate.key in evidence.near,
        demande=evidence.outlook.demande_of(candidate.key) if evidence.outlook else None,
    )


def wherever(shown: float, nearness: float) -> float:
    """The score in [0, 1[ that a hit `shown` with another would have, had no place been named."""
    return _shown(_HALF_SCORE * shown / (1 - shown) - PLACE_WEIGHT * nearness)


def _shown(score: float) -> float:
    score = max(score, 0.0)
    return score / (score + _HALF_SCORE)
