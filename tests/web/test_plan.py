"""What robots read, and the addresses that people mistype, shorten or copy with a full stop."""

import re
from xml.etree import ElementTree

import pytest
from starlette.testclient import TestClient

from impact_alliances.web.assets import asset
from impact_alliances.wiring import Service

_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
SLUG = "une-alliance-pour-les-haies-numero-1-cas-0001"


def _addresses(client: TestClient, path: str) -> list[str]:
    answer = client.get(path)
    assert answer.headers["content-type"].startswith("application/xml")
    return [
        str(one.text) for one in ElementTree.fromstring(answer.text).iter(f"{{{_NAMESPACE}}}loc")
    ]


def test_the_plan_of_the_site_names_every_published_sheet_once(
    client: TestClient, site_service: Service
) -> None:
    """And each address answers; drafts and what was withdrawn are not there."""
    base = site_service.settings.base_url
    assert f"Sitemap: {base}/sitemap.xml" in client.get("/robots.txt").text
    parts = _addresses(client, "/sitemap.xml")
    pages = [page for part in parts for page in _addresses(client, part.removeprefix(base))]
    paths = [page.removeprefix(base) for page in pages]
    sheets = [path for path in paths if path.count("/") == 2 and not path.startswith("/api/")]
    assert len(paths) == len(set(paths))
    assert len(sheets) == 34
    assert {client.get(path).status_code for path in paths} == {200}


@pytest.mark.parametrize(
    "path", ["/sitemap/cas-2.xml", "/sitemap/livres-1.xml", "/sitemap/cas-0.xml"]
)
def test_a_part_that_is_not_there_is_not_found(client: TestClient, path: str) -> None:
    """Rather than an empty plan."""
    assert client.get(path).status_code == 404


def test_searches_are_kept_out_of_search_engines(client: TestClient) -> None:
    """They are without number; the list of a kind or of a fragilité is a page to find."""
    noindex = '<meta name="robots" content="noindex, follow">'
    for path in (
        "/recherche?q=haies",
        "/recherche?kind=case&fragilite=sante",
        "/recherche?kind=case&page=2",
    ):
        assert noindex in client.get(path).text
    for path in ("/recherche", "/recherche?kind=case", f"/cas/{SLUG}", "/jeudis", "/"):
        assert noindex not in client.get(path).text


@pytest.mark.parametrize(
    ("given", "then"),
    [
        ("/favicon.ico", asset("logo.svg")),
        ("/cas", "/recherche?kind=case"),
        ("/cas/", "/cas"),
    ],
)
def test_an_address_half_right_leads_to_the_right_one(
    client: TestClient, given: str, then: str
) -> None:
    """For good, and relative: the host that was asked is not repeated."""
    answer = client.get(given)
    assert answer.status_code in (301, 308)
    assert answer.headers["location"] == then


@pytest.mark.parametrize("end", [".", ")", ",", "»", "%20"])
def test_a_sheet_is_found_under_what_a_sentence_adds_to_its_address(
    client: TestClient, site_service: Service, end: str
) -> None:
    """« Voir …/cas/une-alliance. », pasted from a mail; and with capitals."""
    slug = re.search(r"/cas/([\w-]+)", client.get("/recherche?kind=case").text)
    assert slug
    for written in (slug[1] + end, slug[1].title() + end):
        answer = client.get(f"/cas/{written}")
        assert (answer.status_code, answer.headers["location"]) == (301, f"/cas/{slug[1]}")


@pytest.mark.parametrize("path", ["/api/search?q=haies", "/recherche.atom", "/api/vocabularies"])
def test_any_page_of_the_web_may_ask(client: TestClient, path: str) -> None:
    """What is open is open to a script of another site too, and it may ask beforehand."""
    asked = {"Origin": "https://ailleurs.example", "Access-Control-Request-Method": "GET"}
    assert client.get(path, headers=asked).headers["access-control-allow-origin"] == "*"
    before = client.options(path, headers=asked)
    assert (before.status_code, before.headers["access-control-allow-origin"]) == (200, "*")
