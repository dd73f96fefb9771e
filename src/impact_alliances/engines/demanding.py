"""How well the demandes of a document hold what is asked, in words: the same arithmetic for every
engine.

Frequencies, mean length and shares are those of the documents that have demandes, and of their
demandes alone: a base where few have some ranks these few as if it held nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from impact_alliances.engines.bm25 import ScoredField, concept_idf, in_line
from impact_alliances.text.understanding import Concept


@dataclass(frozen=True)
class Demanding:
    """Concepts asked of demandes: each stem and each concept with its weight."""

    field: ScoredField
    stems: tuple[tuple[str, float], ...]
    concepts: tuple[tuple[tuple[str, ...], float], ...]
    whole: float

    @classmethod
    def of(cls, field: ScoredField, asked: Sequence[Concept]) -> "Demanding":
        """These concepts asked of the demandes that `field` describes; those that none holds are
        left out.
        """
        stems = stems_of(asked)
        weighted = [
            (concept, concept_idf(concept, field.documents, field.frequencies)) for concept in asked
        ]
        known = tuple(
            (tuple(in_line((stem,)) for stem in concept.alternatives), weight)
            for concept, weight in weighted
            if weight
        )
        return cls(
            field=field,
            stems=tuple((in_line((stem,)), field.weight(stem)) for stem in stems),
            concepts=known,
            whole=sum(weight for _, weight in known),
        )

    def score(self, line: str, length: int) -> float:
        """BM25 × the share held of the weight asked, for demandes whose `length` stems are in
        `line`, as `in_line` writes them. 0 for none.
        """
        if not length or not self.whole:
            return 0.0
        held = sum(weight for stems, weight in self.concepts if any(stem in line for stem in stems))
        return self.field.score(line, length, self.stems) * held / self.whole if held else 0.0


def stems_of(asked: Sequence[Concept]) -> list[str]:
    """The stems of these concepts, each once."""
    return sorted(frozenset().union(*(concept.stems for concept in asked)))
