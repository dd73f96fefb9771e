"""Needs asked somewhere: how much it is worth to be there. `PLACE_WEIGHT` of `ranking.py` is chosen
here, on half of sixty needs of the question file that `bench/places.jsonl` puts in a place.

python -m bench.places
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import fmean

from bench.base import seeded
from bench.questions import Question, ndcg, questions, rows
from impact_alliances.db import reading
from impact_alliances.geo.nearness import SAME_DEPARTEMENT, Nearness, Whereabouts
from impact_alliances.geo.recognising import read
from impact_alliances.resources.case import Case
from impact_alliances.search import ranking
from impact_alliances.search.query import SearchQuery
from impact_alliances.wiring import Service

ASKED = Path(__file__).with_name("places.jsonl")
WEIGHTS = (0.0, 8.0, 16.0, 24.0, 32.0, 48.0, 64.0)
# What an answer gains by being there, or within an hour: so that one that is related and near is
# worth more than one that answers, far away.
THERE = 2


def asked_somewhere() -> Iterator[tuple[Question, str]]:
    """Each question with the text that puts it somewhere."""
    known = {question.id: question for question in questions()}
    for asked in rows(ASKED):
        yield known[asked["id"]], asked["text"]


def where_cases_are(service: Service) -> dict[str, Whereabouts]:
    """Where each case is, by id."""
    with reading(service.database) as session:
        cases = [session.get(Case, identifier) for identifier in _judged()]
        return {case.id: case.whereabouts() for case in cases if case}


def _judged() -> set[str]:
    return {identifier for question in questions() for identifier in question.judged}


def grades(question: Question, text: str, where: Mapping[str, Whereabouts]) -> dict[str, int]:
    """The judgments of a question, those of cases that are there or near being raised."""
    place = read(text).place
    if not place:
        raise ValueError(f"no place in {text!r}")
    nearness = Nearness(place)
    near = {one for one in question.judged if nearness.of(where[one]) >= SAME_DEPARTEMENT}
    return {one: grade + THERE * (one in near) for one, grade in question.judged.items()}


def first_ten(service: Service, text: str, *, lieu: bool = True) -> list[str]:
    """The first cases of a text, its place read or left among the words."""
    query = SearchQuery(q=text, par_page=10, lieu=lieu).choosing("kind", ["case"])
    return [hit.resource.id for hit in service.finder.find(query).hits]


def main() -> None:
    """Print nDCG@10 by weight, on the half that chose and on the other."""
    with seeded() as service:
        where = where_cases_are(service)
        asked = [(one, text, grades(one, text, where)) for one, text in asked_somewhere()]
        print("poids   moitié du choix   autre moitié   (nDCG@10 ; « mots » : lieu refusé)")
        for weight, lieu in ((0.0, False), *((weight, True) for weight in WEIGHTS)):
            ranking.PLACE_WEIGHT = weight
            found = [
                (one.is_for_tuning, ndcg(judged, first_ten(service, text, lieu=lieu)))
                for one, text, judged in asked
            ]
            chose, checked = (
                fmean(score for half, score in found if half == of) for of in (True, False)
            )
            print(f"{weight if lieu else 'mots':>5}   {chose:.3f}             {checked:.3f}")


if __name__ == "__main__":
    main()
