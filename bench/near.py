"""Searches around a place: walks in both engines, each told against what it must find, and what a
place costs beside the same search without one.

python -m bench.near [walks]
"""

import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from bench.base import on_server, seeded
from bench.times import percentile, spread
from impact_alliances.geo.places import gazetteer
from impact_alliances.resources.resource import Resource
from impact_alliances.search.query import SearchQuery
from impact_alliances.search.results import Results
from impact_alliances.wiring import Service
from support.meilisearch import NoServer
from support.nearby import all_ids, expected, followed, scattered, searched
from support.service import on_engine

WALKS, DOCUMENTS = 500, 400
# Searches of each sort, each from a commune of its own, and those before any is counted.
TIMES, WARM_UP = 300, 20
# Pages of catalyseurs that are full.
PAGES = 17


# -- walks ---------------------------------------------------------------------------------------


def walked(services: list[Service], base: list[Resource], count: int) -> Counter[str]:
    """How many walks over a base kept each promise; those that did not are printed."""
    kept: Counter[str] = Counter()
    for seed in range(count):
        promises = _promises(services, base, seed)
        kept.update(name for name, holds in promises.items() if holds)
        if not all(promises.values()):
            print(f"    {searched(seed)} : {promises}")
    return kept


def _promises(services: list[Service], base: list[Resource], seed: int) -> dict[str, bool]:
    """Whether a walk keeps what is promised of it."""
    query = searched(seed)
    several = [_pages(service, query) for service in services]
    found = [all_ids(pages) for pages in several]
    link = followed(several[0][0], seed)
    counts = [service.finder.count(link.query).total for service in services] if link else []
    return {
        "total": all(
            len(ids) == len(set(ids)) == pages[0].total
            for ids, pages in zip(found, several, strict=True)
        ),
        "ordre": bool(query.q) or found[0] == expected(base, query),
        "moteurs": all(ids == found[0] for ids in found)
        and all(pages[0].facets == several[0][0].facets for pages in several),
        "annonce": all(link and total == link.announced for total in counts),
    }


def _pages(service: Service, query: SearchQuery) -> list[Results]:
    first = service.finder.find(query)
    return [first, *(service.finder.find(query.at(page)) for page in range(2, first.pages + 1))]


def walks(count: int) -> None:
    """Print what some walks kept, in both engines where there is a server."""
    with ExitStack() as stack:
        services = list(_services(stack))
        print(f"Autour d’un lieu, {DOCUMENTS} fiches, {len(services)} moteur(s)")
        for name, kept in walked(services, scattered(DOCUMENTS), count).items():
            print(f"  {name:10} {kept} sur {count}")


def _services(stack: ExitStack) -> Iterator[Service]:
    for engine in ("embedded", "meilisearch"):
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        try:
            yield stack.enter_context(on_engine(engine, folder, *scattered(DOCUMENTS)))
        except NoServer as none:
            print(f"  {none}")


# -- what a place costs --------------------------------------------------------------------------

_CATALYSEURS = SearchQuery().choosing("kind", ["catalyseur"])
# The radius of each sort of search, empty without one; None without a place.
_SORTS = {
    "sans lieu": None,
    "près d’une commune": "",
    "à moins de 30 km": "30",
    "à moins de 100 km": "100",
}


def times(service: Service) -> dict[str, list[float]]:
    """Milliseconds of each sort of search with every facet, one sort after the other from each
    commune: what disturbs one disturbs all. Pages are taken at random: those read before cost less.
    """
    chance = random.Random(1)
    codes = chance.sample(sorted(gazetteer().by_code), TIMES + WARM_UP)
    found: dict[str, list[float]] = {name: [] for name in _SORTS}
    for code in codes:
        for name, rayon in _SORTS.items():
            near = "" if rayon is None else code
            page = 1 if rayon else chance.randint(1, PAGES)
            query = replace(_CATALYSEURS, near=near, rayon=rayon or "", page=page)
            started = time.perf_counter()
            service.finder.find(query)
            found[name].append((time.perf_counter() - started) * 1000)
    return {name: taken[WARM_UP:] for name, taken in found.items()}


def report(engine: str, service: Service) -> None:
    """Print what a place costs in one engine."""
    found = times(service)
    plain = percentile(found["sans lieu"], 0.5)
    print(f"  {engine}")
    for name, taken in found.items():
        print(f"    {name:20} {spread(taken)}   × {percentile(taken, 0.5) / plain:.2f}")


def main(count: int = WALKS) -> None:
    """Print the figures."""
    walks(count)
    with seeded("none") as service:
        total = service.finder.count(_CATALYSEURS).total
        print(f"{total} catalyseurs, tous filtres comptés")
        report("embarqué", service)
        try:
            with on_server(service) as served:
                report("serveur", served)
        except NoServer as none:
            print(f"  {none}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
