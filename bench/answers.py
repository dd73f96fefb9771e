"""The answers of today kept in a file, and compared with those of tomorrow: a change of shape
changes no answer.

python -m bench.answers keep FILE [walks]       python -m bench.answers compare FILE [walks]

The questions of the file in the three modes, then walks through the filters, on the embedded engine
and, where one is found, on a Meilisearch server. One line of JSON an answer.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from bench import walks
from bench.base import on_server, rebuilt, seeded
from bench.engines import WALKS, find_in, queries
from impact_alliances.search.results import Results
from impact_alliances.wiring import Service
from support.meilisearch import NoServer

# Differences printed in full; the rest is counted.
SHOWN = 5
# Scores are sums whose order may change with the code's shape.
SAME_SCORE = 5e-4
Kept = dict[str, object]


def kept(engine: str, found: Results) -> Kept:
    """What a visitor sees of an answer: its address, size, hits in order with their scores, and
    every count.
    """
    return {
        "engine": engine,
        "query": found.query.url(),
        "total": found.total,
        "hits": [hit.resource.id for hit in found.hits],
        "scores": [hit.score for hit in found.hits],
        "facets": {
            facet.name: [[value, count] for value, count, _ in facet.values]
            for facet in found.facets
        },
        "degraded": found.degraded,
    }


def answers_of(engine: str, service: Service, count: int) -> Iterator[Kept]:
    """The answers of one engine to the questions, then along the walks."""
    find = find_in(service)
    for query in queries():
        yield kept(engine, find(query))
    for seed in range(count):
        for _, found in walks.walk(find, seed):
            yield kept(engine, found)


def answers(count: int) -> Iterator[Kept]:
    """The answers of every engine there is."""
    with seeded() as service:
        # Built afresh: documents put twice weigh twice in the embedded index until it merges its
        # segments.
        rebuilt(service)
        yield from answers_of("embedded", service, count)
        try:
            with on_server(service) as other:
                yield from answers_of("meilisearch", other, count)
        except NoServer as none:
            print(f"  serveur passé : {none}")


def is_same(one: Kept, other: Kept) -> bool:
    """Whether two answers say the same, scores but for rounding."""
    pairs = zip(one["scores"], other["scores"], strict=False)  # type: ignore[call-overload]
    return {**one, "scores": 0} == {**other, "scores": 0} and all(
        abs(a - b) < SAME_SCORE for a, b in pairs
    )


def compare(file: Path, count: int) -> int:
    """Print how many answers are those of the file, and the first that are not. Returns how many
    differ.
    """
    with file.open(encoding="utf-8") as lines:
        former = [json.loads(line) for line in lines]
    present = [json.loads(json.dumps(one)) for one in answers(count)]
    different = [(a, b) for a, b in zip(former, present, strict=False) if not is_same(a, b)]
    print(f"{len(present)} réponses, {len(former)} gardées, {len(different)} différentes")
    for one, other in different[:SHOWN]:
        print(
            f"  {one['engine']} {one['query']}\n    {one['total']} {one['hits']}\n    "
            f"{other['total']} {other['hits']}"
        )
    return len(different) + abs(len(present) - len(former))


def keep(file: Path, count: int) -> None:
    """Write the answers of today."""
    written = [json.dumps(one, ensure_ascii=False) for one in answers(count)]
    file.write_text("\n".join(written) + "\n", encoding="utf-8")
    print(f"{len(written)} réponses gardées dans {file}")


if __name__ == "__main__":
    command, path, *rest = sys.argv[1:]
    asked = int(rest[0]) if rest else WALKS
    if command == "keep":
        keep(Path(path), asked)
    else:
        sys.exit(1 if compare(Path(path), asked) else 0)
