"""Searches around a place: five hundred walks on both engines, each told against what it must find,
and what a place costs beside the same search without one.

python -m bench.near [walks]
"""

import random
import time
from collections.abc import Callable

from bench.base import on_server, seeded
from bench.times import percentile, spread
from impact_alliances.geo.places import gazetteer
from impact_alliances.search.query import SearchQuery
from impact_alliances.wiring import Service

WALKS, DOCUMENTS = 500, 400
# Searches of each sort, each from a commune of its own, and those before any is counted.
TIMES, WARM_UP = 300, 20
Search = Callable[[str], SearchQuery]


# -- what a place costs --------------------------------------------------------------------------

_CATALYSEURS = SearchQuery().choosing("kind", ["catalyseur"])
SORTS: dict[str, Search] = {
    "sans lieu": lambda _: _CATALYSEURS,
    "près d’une commune": lambda code: SearchQuery(_CATALYSEURS.q, _CATALYSEURS.filters, near=code),
    "à moins de 30 km": lambda code: SearchQuery(
        filters=_CATALYSEURS.filters, near=code, rayon="30"
    ),
    "à moins de 100 km": lambda code: SearchQuery(
        filters=_CATALYSEURS.filters, near=code, rayon="100"
    ),
}


def times(service: Service) -> dict[str, list[float]]:
    """Milliseconds of each sort of search with every facet, one after the other from the same
    places, so that what disturbs one disturbs all.
    """
    chance = random.Random(1)
    codes = chance.sample(sorted(gazetteer().by_code), TIMES + WARM_UP)
    found: dict[str, list[float]] = {name: [] for name in SORTS}
    for code in codes:
        for name, search in SORTS.items():
            query = search(code)
            started = time.perf_counter()
            service.finder.find(query)
            found[name].append((time.perf_counter() - started) * 1000)
    return {name: taken[WARM_UP:] for name, taken in found.items()}


def told(found: dict[str, list[float]]) -> None:
    plain = percentile(found["sans lieu"], 0.5)
    for name, taken in found.items():
        ratio = percentile(taken, 0.5) / plain
        print(f"    {name:20} {spread(taken)}   × {ratio:.2f}")


def main() -> None:
    with seeded("none") as service:
        print("embedded")
        told(times(service))
        with on_server(service) as served:
            print("served")
            told(times(served))


if __name__ == "__main__":
    main()
