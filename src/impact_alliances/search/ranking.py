"""The bars and the fusion: which documents a text brings, and in what order. The same for every
engine.

Every constant here was chosen on half of the question file (`bench/questions.jsonl`) and checked on
the other; the figures are in docs/decisions/0003.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

from impact_alliances.engines.engine import Bar, Candidate, Neighbours, Weighted
from impact_alliances.meaning.grid import Grid
from impact_alliances.resources.key import Key
from impact_alliances.text.synonyms import Expression
from impact_alliances.text.understanding import Concept

# A document is a lexical hit when it holds this share of the weight (IDF) of the concepts asked
# for.
LEXICAL_SHARE = 0.4
# A document is a semantic hit when it stands this many deviations above the corpus, and not far
# below the best one.
STANDING_BAR = 2.0
STANDING_OF_BEST = 0.6
# Never more semantic hits than a reader would go through.
MOST_NEAR = 120
# Weight of the words (BM25 × coverage) and of the reading grid beside the standing of the meaning.
WORDS_WEIGHT = 0.45
GRID_WEIGHT = 0.3
# Candidates scored; the rest of a larger set follows by date.
RANKED = 600
# Maps a fused score to [0, 1[ for display: 5 is a clear hit.
_HALF_SCORE = 5.0


@dataclass(frozen=True)
class Ranked:
    """A document in its place. `score` is in [0, 1[, for display and for reading the order, not for
    comparing queries.
    """

    key: Key
    score: float
    by_words: bool
    by_meaning: bool


def weights(
    concepts: Sequence[Concept], total: int, frequencies: Mapping[str, int]
) -> tuple[Weighted, ...]:
    """Each concept with its IDF (that of BM25); those no document holds are left out, since none
    could be over the bar.

    The word typed gives the weight: a common synonym must not make a rare word common. Only where
    the corpus ignores the word do its other expressions decide.
    """

    def held(expression: Expression) -> int:
        return min(frequencies.get(stem, 0) for stem in expression)

    weighted = []
    for concept in concepts:
        count = held(concept.alternatives[0]) or max(
            held(expression) for expression in concept.alternatives
        )
        if count:
            weighted.append(Weighted(concept, math.log(1 + (total - count + 0.5) / (count + 0.5))))
    return tuple(weighted)


def bar_of(weighted: Sequence[Weighted]) -> Bar | None:
    """The lexical bar of a query, None when it holds no word of the corpus."""
    if not weighted:
        return None
    return Bar(tuple(weighted), LEXICAL_SHARE * sum(one.weight for one in weighted))


def standing_bar(crowd: int) -> float:
    """The deviations above the corpus that make a semantic hit, `crowd` documents being compared
    (`MOST_NEAR` and more are alike).

    Among ten documents none can stand two deviations above the others unless it stands alone:
    there, what one in ten would reach by chance is enough.
    """
    return min(STANDING_BAR, NormalDist().inv_cdf(1 - 1 / (crowd + 1)))


def near_enough(neighbours: Neighbours) -> tuple[Key, ...]:
    """The keys over the semantic bar, nearest first."""
    best = neighbours.best(MOST_NEAR)
    if not best:
        return ()
    standing = [(key, (cosine - neighbours.mean) / neighbours.deviation) for key, cosine in best]
    bar = max(standing_bar(len(best)), STANDING_OF_BEST * standing[0][1])
    return tuple(key for key, z in standing if z >= bar)


Scored = tuple[float, Candidate]


def rank(
    candidates: Sequence[Candidate], *, bar: Bar | None, neighbours: Neighbours | None, grid: Grid
) -> list[Scored]:
    """The candidates with their fused scores, in order. Without `neighbours` the words alone
    decide.
    """
    whole = sum(one.weight for one in bar.concepts) if bar else 0.0
    cosines = neighbours.of([candidate.key for candidate in candidates]) if neighbours else {}

    def score(candidate: Candidate) -> float:
        words = candidate.lexical * candidate.covered / whole if whole else 0.0
        if neighbours is None:
            return words
        standing = (
            cosines.get(candidate.key, neighbours.mean) - neighbours.mean
        ) / neighbours.deviation
        return standing + WORDS_WEIGHT * words + GRID_WEIGHT * grid.prior(candidate.fragilites)

    scored = [
        (round(score(candidate), 9), candidate.date_order, candidate) for candidate in candidates
    ]
    # By score, then the most recent first; the key settles what is left.
    scored.sort(reverse=True)
    return [(value, candidate) for value, _, candidate in scored]


def explain(scored: Scored, *, bar: Bar | None, near: Sequence[Key]) -> Ranked:
    """A scored candidate as a hit: why it is there, and its score brought into [0, 1[."""
    score, candidate = max(scored[0], 0.0), scored[1]
    return Ranked(
        key=candidate.key,
        score=round(score / (score + _HALF_SCORE), 4),
        by_words=bool(bar and candidate.covered >= bar.need - 1e-6),
        by_meaning=candidate.key in near,
    )
