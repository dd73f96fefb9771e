"""The weights of the ranking, fitted on the half of the questions that may choose them: another
base, with questions of its own, fits its own.

python -m bench.fit

Each question, clean and faulty, gives pairs of cases of which one is judged the better answer,
those not judged being worth nothing. The weights are those of a logistic regression on the
differences of their terms, every question counting alike, brought to the weight of the words that
is in force. What the first answers have in common is that of the weights in force.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import numpy as np
import numpy.typing as npt

from bench.base import seeded
from bench.questions import VARIANTS, Question, ndcg, questions
from impact_alliances.engines.tantivy.engine import TantivyEngine
from impact_alliances.search.interpreting import Interpreter
from impact_alliances.search.query import SearchQuery
from impact_alliances.search.ranking import RANKED, WEIGHTS, Evidence, Weights
from impact_alliances.wiring import Service

Rows = npt.NDArray[np.float64]
# Of the cases that answer nothing, those that pass for answers: so many, the best by the weights in
# force.
RIVALS = 60
# What keeps a weight that tells nothing from growing, and steps of Newton's method: ten are twice
# what it takes.
RIDGE, STEPS = 1e-3, 10


@dataclass(frozen=True)
class Asked:
    """A question put: the ids of its candidates, their terms, one a row, and their grades."""

    question: Question
    ids: list[str]
    terms: Rows
    grades: npt.NDArray[np.int64]

    def ndcg(self, weights: Weights) -> float:
        """How well these weights order its candidates."""
        order = np.argsort(-(self.terms @ weights), kind="stable")[:10]
        return ndcg(self.question.judged, [self.ids[place] for place in order])

    def pairs(self) -> Rows:
        """The differences of terms between each answer and what is worth less."""
        rivals = np.argsort(-(self.terms @ WEIGHTS))[:RIVALS]
        kept = np.union1d(rivals, np.flatnonzero(self.grades))
        terms, grades = self.terms[kept], self.grades[kept]
        better, worse = np.nonzero(grades[:, None] > grades[None, :])
        return terms[better] - terms[worse]


def asked_of(service: Service, all_questions: list[Question]) -> Iterator[Asked]:
    """Every question as written, with its typing error and without accents."""
    engine = TantivyEngine(Path(service.settings.index_dir))
    interpreter = Interpreter(engine, service.meanings)
    for question in all_questions:
        for variant in VARIANTS:
            query = SearchQuery(q=question.variant(variant)).choosing("kind", ["case"])
            found = interpreter.interpret(query)
            evidence: Evidence = found.evidence
            concepts = evidence.bar.concepts if evidence.bar else ()
            candidates = engine.matches(found.wanted, ()).candidates(concepts, RANKED)
            ids = [one.key.id for one in candidates]
            grades = np.array([question.judged.get(one, 0) for one in ids])
            yield Asked(question, ids, np.asarray(evidence.terms(candidates)), grades)


def fitted(several: list[Asked]) -> Weights:
    """The weights under which the better of two is the likeliest to pass before the other."""
    pairs = [one.pairs() for one in several]
    rows = np.concatenate(pairs)
    shares = np.concatenate([np.full(len(some), 1 / max(len(some), 1)) for some in pairs])
    weights = np.zeros(rows.shape[1])
    for _ in range(STEPS):
        doubts = 1 / (1 + np.exp(np.clip(rows @ weights, -30, 30)))
        slope = rows.T @ (shares * doubts) - RIDGE * len(pairs) * weights
        curve = (rows.T * (shares * doubts * (1 - doubts))) @ rows
        weights += np.linalg.solve(curve + RIDGE * len(pairs) * np.eye(len(weights)), slope)
    words = Weights._fields.index("words")
    return Weights(*(weights * WEIGHTS.words / weights[words]).round(1).tolist())


def main() -> None:
    """Print both sets of weights, and what they give on both halves."""
    with seeded() as service:
        several = list(asked_of(service, questions()))
    chosen = [one for one in several if one.question.is_for_tuning]
    held_out = [one for one in several if not one.question.is_for_tuning]
    print("nDCG@10, moitié qui choisit et moitié tenue à part")
    for name, weights in (("en vigueur", WEIGHTS), ("ajustés", fitted(chosen))):
        scores = [fmean(one.ndcg(weights) for one in half) for half in (chosen, held_out)]
        print(f"  {name:<10} {scores[0]:.3f}  {scores[1]:.3f}   {weights}")


if __name__ == "__main__":
    main()
