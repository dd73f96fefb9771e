"""What was published before: every year and every bulletin is one link away, with its number."""

import datetime as dt
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup, Tag
from starlette.testclient import TestClient

from impact_alliances.app import create_app
from impact_alliances.resources.resource import DRAFT
from impact_alliances.web.pages.collections import PER_PAGE
from support.builders import a_case, a_catalyseur, a_jeudi, an_article
from support.service import a_service

STRANDS = ("tpe-pme", "innovation-societale")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Three Jeudis over two years; a bulletin of more than a page, one of one article, and none."""
    note = dt.date(2023, 12, 28)
    service = a_service(
        tmp_path_factory.mktemp("archives"),
        *(
            a_jeudi(number=number, published_on=note + dt.timedelta(weeks=number))
            for number in (0, 1, 2)
        ),
        *(
            an_article(title=f"Article {number}", bulletin="2024-T3", strand=STRANDS[number % 2])
            for number in range(PER_PAGE + 1)
        ),
        an_article(title="Seul", bulletin="2023-T4"),
        an_article(title="Sans bulletin", bulletin=""),
        an_article(title="Brouillon", bulletin="2025-T1", status=DRAFT),
        a_catalyseur(),
        a_case(),
    )
    yield TestClient(create_app(service.settings, service), raise_server_exceptions=False)
    service.close()


def read(site: TestClient, path: str) -> BeautifulSoup:
    """A page, read."""
    return BeautifulSoup(site.get(path).text, "html.parser")


def lines(page: BeautifulSoup) -> list[tuple[str, ...]]:
    """Each year with its links."""
    return [
        (year.b.text, *(link.text for link in year.find_all("a")))
        for year in page.select(".annees li")
    ]


def links(page: BeautifulSoup) -> list[Tag]:
    """All of them."""
    return page.select(".annees a")


def test_each_year_of_the_jeudis_leads_to_as_many_as_it_says(site: TestClient) -> None:
    """The last year first."""
    page = read(site, "/jeudis")
    assert lines(page) == [("2024", "2\u00a0notes, 2024"), ("2023", "1\u00a0note, 2023")]
    for link in links(page):
        found = read(site, str(link["href"]))
        assert found.find(id="resultats").text.startswith(link.text.partition(",")[0])


def test_each_bulletin_of_the_watch_is_a_page(site: TestClient) -> None:
    """Strand by strand, page after page; a draft makes no bulletin."""
    page = read(site, "/veille")
    assert lines(page) == [("2024", "T3 (25), 2024"), ("2023", "T4 (1), 2023")]
    assert [link["href"] for link in links(page)] == [
        "/veille/bulletins/2024-T3",
        "/veille/bulletins/2023-T4",
    ]
    first = read(site, "/veille/bulletins/2024-T3")
    assert first.h1.text == "Bulletin du 3e trimestre 2024"
    assert [one.text for one in first.select(".groupe h2")] == ["Innovation sociétale", "TPE-PME"]
    (here,) = first.select(".annees [aria-current=page]")
    assert here["href"] == "/veille/bulletins/2024-T3"
    second = read(site, str(first.find(rel="next")["href"]))
    titles = [one.text for page in (first, second) for one in page.select(".carte h3")]
    assert sorted(titles) == sorted(f"Article {number}" for number in range(PER_PAGE + 1))
    assert second.find(rel="next") is None


@pytest.mark.parametrize(
    "path",
    [
        "/veille/bulletins/2025-T1",
        "/veille/bulletins/rien",
        "/veille/bulletins/2023-T4?page=2",
        "/veille/bulletins/2023-T4?page=x",
    ],
)
def test_a_bulletin_that_is_not_there_is_not_found(site: TestClient, path: str) -> None:
    """Nor a page of it past the end."""
    assert site.get(path).status_code == 404
