"""How people ask for a sheet, where visitors meet it: the reason of a hit, the sheet, the API."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from impact_alliances.app import create_app
from impact_alliances.db import reading
from impact_alliances.resources.key import Key
from impact_alliances.resources.unmet import UnmetSearch
from impact_alliances.search.ranking import Ranked
from impact_alliances.search.results import Hit
from impact_alliances.web.pages.search import _why
from impact_alliances.wiring import Service
from support.builders import a_case
from support.service import a_service
from tests.web.test_pages import sheet, soup

HOSTILE = "<script>alert('x')</script> \"l’été\" & Cie"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A dozen cases, one of which is asked for by a hostile text, and one that nobody asks for."""
    trees = "aulne bouleau charme douglas érable frêne genêt houx if laurier mélèze".split()
    others = [
        a_case(id=f"c{n}", title=f"La haie {n}", demandes=[f"mon {tree} dépérit"] if n else [])
        for n, tree in enumerate(["", *trees])
    ]
    asked = a_case(id="car", title="Le car", demandes=["plus de car le samedi", HOSTILE])
    made = a_service(tmp_path, asked, *others)
    yield made
    made.close()


@pytest.fixture
def client(service: Service) -> TestClient:
    return TestClient(create_app(service.settings, service), follow_redirects=False)


def _hit(demandes: list[str], **ranked: object) -> Hit:
    base = Ranked(Key("case", "x"), 0.5, by_words=True, by_meaning=True)
    return Hit.of(a_case(demandes=demandes), replace(base, **ranked), frozenset())  # type: ignore[arg-type]


def test_a_demande_is_the_reason_of_a_hit_that_came_by_it() -> None:
    found = _hit(["à pied", "plus de car"], demande=1)
    assert found.demande == "plus de car"
    assert _why(found, None) == "Répond à : «\u00a0plus de car\u00a0»"
    assert _why(_hit(["à pied"], demande=None), None) == "Contient vos mots"
    assert _why(_hit(["à pied"], demande=0, by_name=True), None) == (
        "Exactement ce que vous avez écrit"
    )


def test_demandes_that_changed_since_are_not_told_wrong() -> None:
    """Their vectors are those of a moment ago."""
    assert _hit(["à pied"], demande=1).demande == ""


def test_a_sheet_says_how_it_is_asked_for(client: TestClient) -> None:
    """Each leads to its search, and is text, whatever it holds."""
    page = soup(client, sheet(client, "cases", "car"))
    links = page.select("section[aria-labelledby=demandes] a")
    assert [link.text for link in links] == [
        f"«\u00a0{one}\u00a0»" for one in ("plus de car le samedi", HOSTILE)
    ]
    assert links[0]["href"] == "/recherche?q=plus+de+car+le+samedi"
    assert "alert('x')" not in "".join(script.text for script in page.select("script"))
    assert client.get(str(links[1]["href"])).status_code == 200
    assert not soup(client, sheet(client, "cases", "c0")).select(
        "section[aria-labelledby=demandes]"
    )


def test_the_api_tells_them(client: TestClient) -> None:
    """Of a sheet all of them, of a hit the one that answers."""
    assert client.get("/api/cases/car").json()["demandes"] == ["plus de car le samedi", HOSTILE]
    hits = client.get("/api/search?q=le+samedi+plus+de+car").json()["hits"]
    said = {hit["id"]: hit["demande"] for hit in hits}
    assert (said["car"], said.get("c0", "")) == ("plus de car le samedi", "")
    (card, *_) = soup(client, "/recherche?q=le+samedi+plus+de+car").select(".carte")
    assert card.select_one(".raison").text == "Répond à\u00a0: «\u00a0plus de car le samedi\u00a0»"


def test_demandes_are_suggested_while_typing(client: TestClient) -> None:
    """Whole, the last word unfinished; the words of two demandes are those of none."""

    def suggested(typed: str) -> list[dict[str, str]]:
        found = client.get("/api/suggest", params={"q": typed}).json()
        return [one for one in found if one["type"] == "Demande"]

    assert suggested("plus de c") == [
        {
            "type": "Demande",
            "label": "plus de car le samedi",
            "url": "/recherche?q=plus+de+car+le+samedi",
        }
    ]
    assert [one["label"] for one in suggested("l'ét")] == [HOSTILE]
    assert suggested("samedi cie") == []
    assert suggested("haie") == []


def test_what_begins_as_what_is_typed_is_suggested_first(tmp_path: Path) -> None:
    """Though it is of an older sheet than the others."""
    made = a_service(
        tmp_path,
        *(
            a_case(id=f"c{n}", demandes=[said], date=dt.date(2020 + n, 1, 1))
            for n, said in enumerate(["Car scolaire", "plus de car scolaire", "ni car ni bus"])
        ),
    )
    assert made.suggestions.demandes("car", 2) == ["Car scolaire", "ni car ni bus"]
    made.close()


@pytest.mark.parametrize("address", ["/recherche?q=zyxw", "/api/search?q=zyxw"])
def test_what_visitors_search_in_vain_is_counted(
    service: Service, client: TestClient, address: str
) -> None:
    for path in (address, address.replace("zyxw", "haie")):
        assert client.get(path).status_code == 200
    service.unmet.count()
    with reading(service.database) as session:
        assert [row.count for row in session.exec(select(UnmetSearch))] == [1]
