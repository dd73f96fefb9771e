"""Sixty questions of mayors, associations, companies and inhabitants that chose nothing: what they
find first, judged by reading.

python -m bench.others            how often an answer is among the first three
python -m bench.others unread     what stands there that nobody has judged yet, to be read

Each line of `others.jsonl` holds the sheets that were read for a question, of whatever kind: 2
answers it, 1 is related, 0 is neither. One that nobody judged counts for nothing, and is counted.
"""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from statistics import fmean

from bench.base import seeded
from bench.questions import rows
from impact_alliances.resources.resource import Resource
from impact_alliances.search.query import SearchQuery
from impact_alliances.wiring import Service

OTHERS = Path(__file__).with_name("others.jsonl")
FIRST = 3
# What the best three would be worth: gains of 3 and 1, each place counting less.
PLACES = (1.0, 0.63, 0.5)
First = Callable[[str], Sequence[Resource]]


@dataclass(frozen=True)
class Other:
    """One question: who asks, what, and the grade of each sheet read for it."""

    id: str
    who: str
    text: str
    judged: Mapping[str, int]


def others() -> list[Other]:
    """All of them, in the order of the file."""
    return [Other(**one) for one in rows(OTHERS)]


def orders(service: Service) -> dict[str, First]:
    """What the page of all kinds shows first, and what the API does."""

    def on_page(text: str) -> list[Resource]:
        hits = service.finder.overview(SearchQuery(q=text), FIRST).hits[:FIRST]
        return [hit.resource for hit in hits]

    def in_api(text: str) -> list[Resource]:
        found = service.finder.find(SearchQuery(q=text, par_page=FIRST))
        return [hit.resource for hit in found.hits]

    return {"page « Tout »": on_page, "ordre de l’API": in_api}


def grades(one: Other, found: Sequence[Resource]) -> list[int]:
    """The grades of these sheets, 0 for those nobody judged."""
    return [one.judged.get(resource.id, 0) for resource in found]


def row(asked: Iterable[Other], first: First) -> str:
    """How often an answer, or something related, is among the first three; the share of what three
    answers would be worth; how many sheets are not judged.
    """
    found = [(one, first(one.text)) for one in asked]
    graded = [grades(one, sheets) for one, sheets in found]
    best = [max(few, default=0) for few in graded]
    worth = [
        sum((2**grade - 1) * place for grade, place in zip(few, PLACES, strict=False))
        / (3 * sum(PLACES))
        for few in graded
    ]
    unread = sum(sheet.id not in one.judged for one, sheets in found for sheet in sheets)
    return (
        f"{fmean(grade == 2 for grade in best):.2f}   {fmean(grade > 0 for grade in best):.2f}   "
        f"{fmean(worth):.2f}   {unread}"
    )


def print_unread(service: Service) -> None:
    """What is to be judged, question by question."""
    for one in others():
        found = {sheet.id: sheet for first in orders(service).values() for sheet in first(one.text)}
        unread = [sheet for sheet in found.values() if sheet.id not in one.judged]
        if unread:
            print(f"\n{one.id}  {one.text}")
        for sheet in unread:
            print(f"  {sheet.id}  {sheet.title}\n    {' '.join(sheet.texts())[:400]}")


def main() -> None:
    """Print the table, for all and for each who asks."""
    with seeded() as service:
        if sys.argv[1:] == ["unread"]:
            print_unread(service)
            return
        print("Une réponse, ou du moins un lien, parmi les trois premières ; valeur ; non jugées")
        groups = [("toutes", others())]
        groups += [(who, list(few)) for who, few in groupby(others(), lambda one: one.who)]
        for title, first in orders(service).items():
            for who, asked in groups:
                print(f"{title:<16} {who:<12} {row(asked, first)}")


if __name__ == "__main__":
    main()
