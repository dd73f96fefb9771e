"""The question file: what visitors ask, and the cases that answer, judged by reading (2 answers it,
1 is related).
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from impact_alliances.vocabularies.matching import fold

QUESTIONS = Path(__file__).with_name("questions.jsonl")
STYLES = {"keywords": "mots-clés", "need": "besoins", "practitioner": "métier"}
VARIANTS = ("clean", "typo", "unaccented")


@dataclass(frozen=True)
class Question:
    """One question. `judged` maps a case id to its grade."""

    id: str
    style: str
    text: str
    typo: str
    judged: Mapping[str, int]

    def variant(self, name: str) -> str:
        """The text as written, with its typing error, or without accents."""
        return {"clean": self.text, "typo": self.typo, "unaccented": fold(self.text)}[name]

    @property
    def is_for_tuning(self) -> bool:
        """Half of the questions may choose constants; the other half only checks them."""
        return int(self.id.lstrip("q")) % 2 == 0


def questions() -> list[Question]:
    """All of them, in the order of the file."""
    return [Question(**one) for one in rows(QUESTIONS)]


def rows(file: Path) -> Iterator[dict[str, Any]]:
    """What a file of questions holds, one a line."""
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.strip():
            yield json.loads(line)


def ndcg(judged: Mapping[str, int], ranking: Sequence[str], depth: int = 10) -> float:
    """Normalised discounted cumulative gain with gains 2^grade - 1 (Järvelin and Kekäläinen,
    2002).
    """

    def gain(grades: Iterable[int]) -> float:
        return math.fsum(
            (2.0**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades)
        )

    ideal = gain(sorted(judged.values(), reverse=True)[:depth])
    return gain(judged.get(identifier, 0) for identifier in ranking[:depth]) / ideal


def recall(judged: Mapping[str, int], ranking: Sequence[str], depth: int = 10) -> float:
    """The share of what answers (grade 2) found in the first `depth`, out of what could stand
    there.
    """
    wanted = {identifier for identifier, grade in judged.items() if grade == 2}
    return len(wanted & set(ranking[:depth])) / min(depth, len(wanted))
