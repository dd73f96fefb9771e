"""A text that means nothing: nothing is counted nor listed, and what is near is shown apart."""

from contextlib import closing
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from starlette.testclient import TestClient

from impact_alliances.search import interpreting
from impact_alliances.search.query import SearchQuery
from support.builders import a_case
from support.service import a_service


@pytest.fixture(autouse=True)
def _far(monkeypatch: pytest.MonkeyPatch) -> None:
    """The model of the tests knows few directions: what is near to nothing is rare there."""
    monkeypatch.setattr(interpreting, "SENSELESS", 1.1)
    monkeypatch.setattr(interpreting, "STRUCK", 1.1)


def test_the_page_says_that_no_word_is_known_and_shows_a_few_sheets_apart(
    client: TestClient,
) -> None:
    page = client.get("/recherche?q=asdfghjkl").text
    assert "Aucun de ces mots n’est dans la base." in page
    assert "0 fiche pour" in page.replace("\u00a0", " ")
    apart = page.split("Peut-être, à défaut")[1]
    assert 1 <= apart.count('<li class="carte') <= 6
    tab = BeautifulSoup(page, "html.parser").find(id="onglet-1")
    assert tab
    assert tab.text == "Tout (0)"


def test_an_acronym_means_what_its_full_form_does(client: TestClient) -> None:
    """No word of « rse » is French, those of what it stands for are."""
    assert client.get("/api/search?q=rse").json()["total"] > 0


def test_no_reason_nor_need_is_made_up_for_a_text_that_means_nothing(client: TestClient) -> None:
    page = client.get("/recherche?q=asdfghjkl").text
    assert "Votre besoin semble toucher" not in page
    assert 'class="raison"' not in page


@pytest.mark.parametrize("text", ["0x7f3a", "a1b2c3d4 0x7f3a", "9f8e7d6c"])
def test_a_code_means_nothing_though_its_numbers_are_known(tmp_path: Path, text: str) -> None:
    """Each of them is in some text of the base, even in a demande."""
    numbers = " ".join(map(str, range(10)))
    with closing(a_service(tmp_path, a_case(title=numbers, demandes=[numbers]))) as service:
        found = service.finder.find(SearchQuery(q=text))
        assert (found.total, found.neighbours is None) == (0, False)


@pytest.mark.parametrize("text", ["CO2", "3h30min", "B2B", "ODD17", "re2020", "0x7f3a en panne"])
def test_a_word_with_a_number_is_no_code(text: str) -> None:
    """Nor is a text that has a word beside one."""
    assert not interpreting.is_code(text)


def test_more_is_asked_of_keys_struck_at_random(
    monkeypatch: pytest.MonkeyPatch, client: TestClient
) -> None:
    """Where each word is."""
    monkeypatch.setattr(interpreting, "SENSELESS", -1.1)
    for text in ("asdfghjkl", "qsdfghjkl oiezjfoize"):
        assert client.get(f"/api/search?q={text}").json()["total"] == 0
    for text in ("logopede", "asdfghjkl logopede"):
        assert client.get(f"/api/search?q={text}").json()["total"]


def test_what_is_near_is_within_the_filters(client: TestClient) -> None:
    found = client.get("/api/search?q=asdfghjkl&kind=article").json()
    assert [one["id"] for one in found["neighbours"]] == ["art-0001"]


def test_the_api_the_feed_and_the_table_list_nothing(client: TestClient) -> None:
    found = client.get("/api/search?q=asdfghjkl").json()
    assert (found["total"], found["hits"], found["pages"]) == (0, [], 1)
    assert 1 <= len(found["neighbours"]) <= 6
    assert not any(one["count"] for values in found["facets"].values() for one in values)
    assert "<entry>" not in client.get("/recherche.atom?q=asdfghjkl").text
    assert client.get("/recherche.csv?kind=case&q=asdfghjkl").text.count("\n") == 1


def test_what_has_a_word_known_has_no_neighbours(client: TestClient) -> None:
    assert client.get("/api/search?q=haies").json()["neighbours"] == []


def test_what_is_a_demande_or_a_name_makes_sense(tmp_path: Path) -> None:
    """Though no text of the base holds a word of it."""
    others = [a_case(id=f"c{n}", demandes=[f"une haie, {n}"]) for n in range(12)]
    asked = a_case(id="asked", demandes=["asdfghjkl"])
    named = a_case(id="named", slug="wxcvbn-qsdfgh")
    with closing(a_service(tmp_path, asked, named, *others)) as service:
        for said, found_by in (("asdfghjkl", "asked"), ("wxcvbn-qsdfgh", "named")):
            found = service.finder.find(SearchQuery(q=said))
            assert found.hits[0].resource.id == found_by
            assert found.neighbours is None
        assert service.finder.find(SearchQuery(q="poiuytreza")).neighbours
