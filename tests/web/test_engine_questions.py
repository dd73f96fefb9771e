"""What a page asks of the engine: a whole search only where its hits are shown."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from impact_alliances.search import results
from impact_alliances.search.query import FILTERS
from impact_alliances.text.excerpt import excerpt
from impact_alliances.wiring import Service

EVERY = len(FILTERS)


class Spy:
    """A real engine, and what it is asked: the name of each question about a set, the number of
    facets counted.
    """

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self.asked: list[tuple[str, int]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def counts(self, wanted: Any, facets: Any) -> Any:
        self.asked.append(("counts", len(facets)))
        return self._engine.counts(wanted, facets)

    def matches(self, wanted: Any, facets: Any, window: Any = None) -> Any:
        self.asked.append(("matches", len(facets)))
        return self._engine.matches(wanted, facets, window)

    def page(self, *given: Any) -> Any:
        self.asked.append(("page", 0))
        return self._engine.page(*given)


@pytest.fixture
def spy(site_service: Service) -> Iterator[Spy]:
    """The engine of the site, spied upon."""
    searcher = site_service.cascade._searchers[0]
    engine = searcher.engine
    searcher.engine = made = Spy(engine)
    yield made
    searcher.engine = engine


@pytest.fixture
def excerpts(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The excerpts made, each as its texts."""
    made: list[object] = []
    real = excerpt

    def counted(texts: Any, *others: Any) -> Any:
        made.append(texts)
        return real(texts, *others)

    monkeypatch.setattr(results, "excerpt", counted)
    return made


def test_a_page_of_results_is_one_search(
    client: TestClient, spy: Spy, excerpts: list[object]
) -> None:
    assert client.get("/recherche?q=haies&kind=case").status_code == 200
    assert (spy.asked, len(excerpts)) == ([("matches", EVERY)], 10)


def test_a_page_of_every_kind_is_one_search_and_explains_what_it_shows(
    client: TestClient, spy: Spy, excerpts: list[object]
) -> None:
    """Whether one kind answers or several; three of each are read."""
    asked = [("counts", EVERY), ("matches", 0)]
    one = client.get("/recherche?q=haies&echelon=local").text
    assert (spy.asked, len(excerpts)) == (asked, one.count('class="carte '))
    several = client.get("/recherche?q=dialogue+alliance").text
    cards = several.count('class="carte ')
    assert 3 < cards <= 12
    assert (spy.asked, len(excerpts)) == (asked * 2, one.count('class="carte ') + cards)


def test_a_page_without_results_only_counts_what_each_filter_costs(
    client: TestClient, spy: Spy, excerpts: list[object]
) -> None:
    address = "/recherche?q=haies&fragilite=logement&acteur=entreprises&echelon=national&odd=3"
    assert client.get(address).status_code == 200
    # Each of the four given up, then each pair of them, each three, and all.
    assert spy.asked == [("counts", EVERY), *[("counts", 0)] * (4 + 6 + 4 + 1)]
    assert excerpts == []


def test_a_wrong_address_counts_and_explains_nothing(
    client: TestClient, spy: Spy, excerpts: list[object]
) -> None:
    """Its suggestions are ranked all the same."""
    answer = client.get("/cas/une-alliance-pour-les-haies")
    assert answer.status_code == 404
    assert "Une alliance pour les haies" in answer.text
    assert (spy.asked, excerpts) == ([("matches", 0)], [])


def test_the_home_page_counts_one_facet(
    client: TestClient, spy: Spy, excerpts: list[object]
) -> None:
    assert client.get("/").status_code == 200
    assert (spy.asked, excerpts) == ([("counts", 1)], [])
