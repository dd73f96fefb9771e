"""Which kind comes first where all are shown together: the `LEAD` of `search/overview.py` is chosen
here.

python -m bench.kinds

Forty questions whose right kind is clear (`kinds.jsonl`), half of them for cases; the question
file, which is all cases, says what a small lead costs. Even numbers choose, odd ones show.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from bench.base import seeded
from bench.questions import questions, rows
from impact_alliances.resources.kinds import KINDS, kind_of
from impact_alliances.search.overview import LEAD, leading
from impact_alliances.search.query import SearchQuery
from impact_alliances.wiring import Service

ASKED = Path(__file__).with_name("kinds.jsonl")
LEADS = (0.0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.12, 0.15, 0.2)
GROUPS = ("pour un cas", "pour une autre sorte", "fichier de questions")


@dataclass(frozen=True)
class Told:
    """One question: its group, whether it chooses, its right kind, the best score of each kind."""

    group: str
    is_for_tuning: bool
    kind: str
    best: Mapping[str, float]

    def is_right(self, lead: float) -> bool:
        return bool(self.best) and leading(self.best, lead) == self.kind


def told(service: Service) -> Iterator[Told]:
    """Every question, put to this base."""
    for one in rows(ASKED):
        group = GROUPS[one["kind"] != "case"]
        is_even = int(one["id"].lstrip("k")) % 2 == 0
        yield Told(group, is_even, one["kind"], best_scores(service, one["text"]))
    for question in questions():
        best = best_scores(service, question.text)
        yield Told(GROUPS[2], question.is_for_tuning, "case", best)


def best_scores(service: Service, text: str) -> dict[str, float]:
    """The score of the first hit of each kind that has any, in their usual order."""
    hits = service.finder.overview(SearchQuery(q=text), 1).hits
    found = {kind_of(hit.resource).slug: hit.score for hit in hits}
    return {kind: found[kind] for kind in KINDS if kind in found}


def row(half: Sequence[Told], lead: float) -> str:
    """The share of right answers at this lead, group by group."""
    shares = (fmean(one.is_right(lead) for one in half if one.group == group) for group in GROUPS)
    return "   ".join(f"{share:.2f}" for share in shares)


def main() -> None:
    """Print the table of both halves."""
    with seeded() as service:
        every = list(told(service))
    print(f"La bonne sorte en premier, part des questions : {', '.join(GROUPS)}")
    print(f"{'avance':>8}   moitié qui choisit     moitié qui montre")
    for lead in LEADS:
        halves = [[one for one in every if one.is_for_tuning is side] for side in (True, False)]
        chosen = "  <- choisie" if lead == LEAD else ""
        print(f"{lead:>8}   {row(halves[0], lead)}     {row(halves[1], lead)}{chosen}")


if __name__ == "__main__":
    main()
