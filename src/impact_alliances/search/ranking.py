"""The order of what matches: the fusion of words and meaning. The same for every engine.

Every constant here was chosen on half of the question file (`bench/questions.jsonl`) and checked on
the other; the figures are in docs/decisions/0003.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from impact_alliances.engines.engine import Bar, Candidate, Matches, Neighbours
from impact_alliances.meaning.grid import Grid
from impact_alliances.resources.key import Key
from impact_alliances.search.interpreting import Interpretation

# Weight of the words (BM25 × coverage) and of the reading grid beside the standing of the meaning.
WORDS_WEIGHT = 0.45
GRID_WEIGHT = 0.3
# Candidates scored; the rest of a larger set follows by date.
RANKED = 600
# The score of a document that the whole text names, before any other.
NAMED_SCORE = 1_000.0
# Maps a fused score to [0, 1[ for display: 5 is a clear hit.
_HALF_SCORE = 5.0


@dataclass(frozen=True)
class Ranked:
    """A document in its place. `score` is in [0, 1[: it tells the hits of one query apart, and says
    nothing between two queries. `by_words` and `by_meaning` say which bar it passed,
    `by_name` that the whole text names it.
    """

    key: Key
    score: float
    by_words: bool
    by_meaning: bool
    by_name: bool = False


Scored = tuple[float, Candidate]


@dataclass(frozen=True)
class Ranking:
    """The best candidates of a search with their fused scores, in order."""

    asked: Interpretation
    scored: Sequence[Scored]

    @classmethod
    def of(cls, asked: Interpretation, matches: Matches, named: Sequence[Key] = ()) -> "Ranking":
        """The hits `named`, then the `RANKED` best of what matches. Raises `EngineFailure`."""
        bar, meant = asked.wanted.bar, asked.meant
        concepts = bar.concepts if bar else ()
        candidates = matches.candidates(concepts, RANKED) if asked.is_scored else []
        ranked = rank(candidates, bar=bar, neighbours=meant.neighbours, grid=meant.grid)
        return cls(asked, headed(ranked[:RANKED], named))

    @property
    def keys(self) -> list[Key]:
        return [candidate.key for _, candidate in self.scored]

    def page(self, first: int, size: int) -> list[Ranked]:
        """Those from the place `first` on, each saying why it is there."""
        return [self._explained(scored) for scored in self.scored[first : first + size]]

    def explained(self, keys: Sequence[Key]) -> list[Ranked]:
        """These, in their order, each saying why it is there, ranked or not."""
        known = {scored[1].key: scored for scored in self.scored}
        by_words, named = self.asked.wanted.bar is not None, self.asked.wanted.named
        return [
            self._explained(known[key])
            if key in known
            else Ranked(key, 0.0, by_words, False, key in named)
            for key in keys
        ]

    def _explained(self, scored: Scored) -> Ranked:
        wanted = self.asked.wanted
        explained = explain(scored, bar=wanted.bar, near=wanted.near)
        return replace(explained, by_name=explained.key in wanted.named)


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


def headed(ranked: list[Scored], named: Sequence[Key]) -> list[Scored]:
    """The documents `named` in their own order, ranked or not, then the others of `ranked`."""
    known = {candidate.key: candidate for _, candidate in ranked}
    first = [(NAMED_SCORE, known.get(key) or Candidate(key, 0.0, 0.0, 0)) for key in named]
    return [*first, *(scored for scored in ranked if scored[1].key not in named)]


def explain(scored: Scored, *, bar: Bar | None, near: Sequence[Key]) -> Ranked:
    """A scored candidate as a hit: why it is there, and its score brought into [0, 1[."""
    score, candidate = max(scored[0], 0.0), scored[1]
    return Ranked(
        key=candidate.key,
        score=round(score / (score + _HALF_SCORE), 4),
        by_words=bool(bar and candidate.covered >= bar.need - 1e-6),
        by_meaning=candidate.key in near,
    )
