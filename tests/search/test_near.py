"""Searches around a place: what is found, in which order, with which counts, the same in both
engines.
"""

from collections.abc import Iterator

import pytest

from impact_alliances.resources.resource import Resource
from impact_alliances.search.query import SearchQuery
from impact_alliances.search.results import Results
from impact_alliances.wiring import Service
from support.meilisearch import NoServer
from support.nearby import all_ids, expected, followed, scattered, searched
from support.service import on_engine

# `python -m bench.near` makes five hundred.
WALKS = 60


@pytest.fixture(scope="module")
def base() -> list[Resource]:
    return scattered(300)


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with on_engine("embedded", tmp_path_factory.mktemp("embedded"), *scattered(300)) as made:
        yield made


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    try:
        with on_engine("meilisearch", tmp_path_factory.mktemp("server"), *scattered(300)) as made:
            yield made
    except NoServer as none:
        pytest.skip(str(none))


def _pages(service: Service, query: SearchQuery) -> list[Results]:
    """Every page of a search."""
    first = service.finder.find(query)
    others = [service.finder.find(query.at(page)) for page in range(2, first.pages + 1)]
    return [first, *others]


@pytest.mark.parametrize("seed", range(WALKS))
def test_a_walk_finds_what_it_announces(
    embedded: Service, served: Service, base: list[Resource], seed: int
) -> None:
    query = searched(seed)
    pages = _pages(embedded, query)
    ids = all_ids(pages)
    assert len(ids) == len(set(ids)) == pages[0].total
    if not query.q:
        assert ids == expected(base, query)
    others = _pages(served, query)
    assert all_ids(others) == ids
    assert others[0].facets == pages[0].facets
    link = followed(pages[0], seed)
    if link:
        assert embedded.finder.count(link.query).total == link.announced
        assert served.finder.count(link.query).total == link.announced
