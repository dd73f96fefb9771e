"""Both engines over one database: the same totals, counts, hits, order and relevance; and beside,
the server's own hybrid search.

python -m bench.engines [walks]
"""

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import fmean

from bench import server_hybrid, walks
from bench.base import on_server, rebuilt, seeded
from bench.questions import STYLES, VARIANTS, questions
from bench.relevance import Measured, measure, report, search_in
from impact_alliances.search.parameters import parse
from impact_alliances.search.query import MODES, SearchQuery
from impact_alliances.search.results import Results
from impact_alliances.wiring import Service
from support.meilisearch import NoServer

WALKS = 1_000
# Differences printed in full; the rest is counted.
SHOWN = 5
# What visitors choose beside a text, one after the other over the questions.
CHOICES: tuple[list[tuple[str, str]], ...] = (
    [],
    [("kind", "case")],
    [("fragilite", "mobilite"), ("fragilite", "sante")],
    [("echelon", "local"), ("kind", "case")],
)
EXTRA = (
    '"développement durable"',
    '"lien social" -mobilité',
    'association -"lien social"',
    '"aide à domicile"',
    "-emploi",
    "emploi",
    "médecin dans la Creuse",
    "crèche près de Lannion",
    "Saint-Denis",
    "outre-mer",
    "",
)


@dataclass(frozen=True)
class Pair:
    """The answers of the two engines to one search; `announced` is what its total had to be, where
    it is known.
    """

    embedded: Results
    served: Results
    announced: int | None = None

    def agreements(self) -> dict[str, bool]:
        """What agrees, part by part."""
        one, other = self.embedded, self.served
        scores = [abs(a.score - b.score) < 5e-4 for a, b in zip(one.hits, other.hits, strict=False)]
        parts = {
            "totaux": one.total == other.total,
            "comptes": one.facets == other.facets,
            "page": _ids(one) == _ids(other),
            "scores": all(scores),
            "entières": not (one.degraded or other.degraded),
        }
        return (
            parts
            if self.announced is None
            else {**parts, "annonces": one.total == other.total == self.announced}
        )

    def difference(self) -> str:
        """All that differs, one part a line."""
        one, other = self.embedded, self.served
        lines = [f"{one.query}", f"totaux {one.total} et {other.total}, annoncé {self.announced}"]
        lines += [
            f"{a.name} : {sorted(set(a.values) ^ set(b.values))}"
            for a, b in zip(one.facets, other.facets, strict=True)
            if a != b
        ]
        if _ids(one) != _ids(other):
            lines += [f"embarqué    {_scored(one)}", f"meilisearch {_scored(other)}"]
        lines += [found.degraded for found in (one, other) if found.degraded]
        return "\n      ".join(lines)


def _ids(found: Results) -> list[str]:
    return [hit.resource.id for hit in found.hits]


def _scored(found: Results) -> str:
    return ", ".join(f"{hit.resource.id} {hit.score:.4f}" for hit in found.hits)


def queries() -> list[SearchQuery]:
    """The questions, clean and faulty, in the three modes and with choices; then phrases and
    exclusions.
    """
    asked = [
        [("q", question.variant(variant)), ("mode", mode), *CHOICES[index % len(CHOICES)]]
        for index, question in enumerate(questions())
        for variant in VARIANTS
        for mode in MODES
    ]
    asked += [
        [("q", text), ("mode", mode), ("tri", sort)]
        for text in EXTRA
        for mode in ("hybrid", "keyword")
        for sort in ("", "titre")
    ]
    return [parse([*pairs, ("par_page", "10")])[0] for pairs in asked]


def find_in(service: Service) -> walks.Find:
    """The search of one engine."""

    def find(query: SearchQuery) -> Results:
        return service.finder.find(query)

    return find


def asked(one: Service, other: Service) -> Iterator[Pair]:
    """The answers of both to the question file."""
    find, find_other = find_in(one), find_in(other)
    for query in queries():
        yield Pair(find(query), find_other(query))


def walked(one: Service, other: Service, count: int) -> Iterator[Pair]:
    """The answers of both along the walks."""
    find, find_other = find_in(one), find_in(other)
    for seed in range(count):
        for step, found in walks.walk(find, seed):
            yield Pair(found, find_other(step.query), step.announced)


def compare(pairs: Iterator[Pair]) -> None:
    """Print how often each part agrees, and the first differences whole."""
    agreed: Counter[str] = Counter()
    looked: Counter[str] = Counter()
    different = []
    for pair in pairs:
        agreements = pair.agreements()
        agreed.update(name for name, agrees in agreements.items() if agrees)
        looked.update(agreements.keys())
        if not all(agreements.values()):
            different.append(pair.difference())
    print(
        "  égalité : "
        + ", ".join(f"{name} {agreed[name]}/{count}" for name, count in looked.items())
    )
    for said in different[:SHOWN]:
        print(f"    diffère : {said}")


def gap(one: Measured, other: Measured) -> str:
    """The difference of nDCG@10 by style on clean questions, then over everything."""
    by_style = [f"{other[style, 'clean'][0] - one[style, 'clean'][0]:+.3f}" for style in STYLES]
    return (
        f"  écart : {'  '.join(by_style)}   ensemble "
        f"{fmean(n for n, _ in other.values()) - fmean(n for n, _ in one.values()):+.3f}"
    )


def relevance(one: Service, other: Service) -> None:
    """Print nDCG@10 of both engines, and of what the server does by itself."""
    print(f"Pertinence, nDCG@10 (rappel@10) : {', '.join(STYLES.values())}")
    measured = [measure(search_in(service, "hybrid"), questions()) for service in (one, other)]
    for title, found in zip(("moteur embarqué", "moteur meilisearch"), measured, strict=True):
        print("  " + report(title, found))
    print(gap(*measured))
    server_hybrid.beside(other, measured[1])


def main(count: int = WALKS) -> None:
    """Print equality on the question file, then along walks, then relevance."""
    print("Deux moteurs sur une même base")
    with seeded() as service:
        # Built afresh: documents put twice weigh twice in the embedded index until it merges its
        # segments.
        rebuilt(service)
        try:
            with on_server(service) as other:
                print("Questions, phrases et exclusions, trois modes")
                compare(asked(service, other))
                print(f"Promenades dans les filtres : {count}")
                compare(walked(service, other, count))
                relevance(service, other)
        except NoServer as none:
            print(f"  comparaison passée : {none}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
