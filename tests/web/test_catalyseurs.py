"""The page where one finds a catalyseur: its address, who is near, who comes from afar, nobody."""

import csv
import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import feedparser
import pytest
from bs4 import BeautifulSoup
from starlette.testclient import TestClient

from impact_alliances.app import create_app
from support.builders import a_case, a_catalyseur
from support.service import a_service

LANNION, MORLAIX, BREST, CAYENNE = "22113", "29151", "29019", "97302"
PEOPLE: dict[str, dict[str, Any]] = {
    "Anne": {
        "commune": MORLAIX,
        "area": ["dep:29"],
        "fragilites": ["mobilite"],
        "metiers": ["accompagnement", "gestion-de-lieu"],
    },
    "Bruno": {"commune": BREST, "area": ["dep:29"], "fragilites": ["sante"]},
    "Chantal": {"commune": "35238", "area": ["dep:35"], "fragilites": ["mobilite"]},
    "Dominique": {"commune": "69123", "area": ["dep:69"], "remote": True},
    "Houria": {"commune": "97611", "area": ["dep:976"], "fragilites": ["sante"]},
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Three people of Bretagne, one of Lyon, one of Mamoudzou, and a case."""
    people = [
        a_catalyseur(
            id=name.lower(), slug=name.lower(), name=name, title=name, departement="", **fields
        )
        for name, fields in PEOPLE.items()
    ]
    service = a_service(tmp_path_factory.mktemp("catalyseurs"), *people, a_case())
    app = create_app(service.settings, service)
    yield TestClient(app, raise_server_exceptions=False, follow_redirects=False)
    service.close()


def read(site: TestClient, path: str) -> BeautifulSoup:
    """A page, read."""
    return BeautifulSoup(site.get(path).text, "html.parser")


def names(page: BeautifulSoup, within: str = ".liste > ol") -> list[str]:
    """Whom it shows, in order."""
    return [one.text for one in page.select(f"{within} .carte h3")]


def test_the_kind_goes_without_saying(site: TestClient) -> None:
    """Every link of the page keeps to it; one given is dropped."""
    page = read(site, "/catalyseurs?q=anne&fragilite=mobilite&tri=titre")
    assert page.find("link", rel="canonical")["href"].endswith(
        "/catalyseurs?q=anne&fragilite=mobilite&tri=titre"
    )
    assert page.select_one("#formulaire")["action"] == "/catalyseurs"
    assert [link["href"] for link in page.select(".choisis a")] == [
        "/catalyseurs?q=anne&tri=titre",
        "/catalyseurs?q=anne&tri=titre",
    ]
    answer = site.get("/catalyseurs?kind=case&q=anne")
    assert (answer.status_code, answer.headers["location"]) == (302, "/catalyseurs?q=anne")


@pytest.mark.parametrize("asked", ["", f"?near={MORLAIX}&rayon=10", f"?near={CAYENNE}"])
def test_the_swapped_page_equals_the_fresh_page(site: TestClient, asked: str) -> None:
    """What htmx puts in the page is what the page would have shown, at the address it tells."""
    fresh = read(site, f"/catalyseurs{asked}")
    answer = site.get(f"/catalyseurs{asked}", headers={"HX-Request": "true"})
    swapped = BeautifulSoup(answer.text, "html.parser")
    assert str(swapped.find(id="recherche")) == str(fresh.find(id="recherche"))
    assert answer.headers["hx-push-url"] == f"/catalyseurs{asked}"


def test_without_a_place_each_region_leads_to_as_many_as_it_says(site: TestClient) -> None:
    """And everybody is there."""
    page = read(site, "/catalyseurs")
    assert page.find(id="resultats").text == "5\u00a0catalyseurs"
    links = {link.text: str(link["href"]) for link in page.select(".regions a")}
    assert list(links) == ["Auvergne-Rhône-Alpes (1)", "Bretagne (3)", "Mayotte (1)"]
    assert len(names(read(site, links["Bretagne (3)"]))) == 3


def test_each_card_says_from_where_how_far_it_is(site: TestClient) -> None:
    """In kilometres of the place asked for, or that it is that very place."""
    page = read(site, f"/catalyseurs?fragilite=mobilite&near={LANNION}")
    told = {
        one.h3.text: one.select_one(".distance").text for one in page.select(".liste > ol > .carte")
    }
    assert told == {"Anne": "à 32\u00a0km de Lannion", "Chantal": "à 150\u00a0km de Lannion"}
    (card,) = read(site, f"/catalyseurs?near={MORLAIX}&rayon=10").select(".liste > ol > .carte")
    assert card.select_one(".distance").text == "à Morlaix même"


def test_who_is_elsewhere_is_apart(site: TestClient) -> None:
    """After those whose distance is known: nobody goes from Lannion to Mamoudzou."""
    page = read(site, f"/catalyseurs?near={LANNION}")
    first, second = page.select(".liste > ol")
    assert [one.text for one in second.select("h3")] == ["Houria"]
    assert second.find_previous_sibling("h2").text == "Ailleurs"
    assert len(first.select("h3")) == 4
    assert second.select(".distance") == []


def test_where_nobody_is_near_the_nearest_is_told_and_wider_ways_are_counted(
    site: TestClient,
) -> None:
    """Each leads to as many as it says."""
    page = read(site, f"/catalyseurs?near={LANNION}&rayon=10")
    said = page.select_one(".vide strong").text
    assert said == (
        "Aucun catalyseur à moins de 10\u00a0km. Le plus proche est à 32\u00a0km (Morlaix)."
    )
    links = {link.text: str(link["href"]) for link in page.select(".vide a")}
    assert list(links) == [
        "À moins de 50\u00a0km\u00a0: 1\u00a0catalyseur",
        "À moins de 100\u00a0km\u00a0: 2\u00a0catalyseurs",
        "En Bretagne\u00a0: 3\u00a0catalyseurs",
        "Partout, du plus proche au plus lointain\u00a0: 5\u00a0catalyseurs",
    ]
    for label, address in links.items():
        assert f"{len(names(read(site, address)))}\u00a0catalyseur" in label


def test_giving_up_a_filter_is_a_way_out_too(site: TestClient) -> None:
    """Beside wider surroundings; what is chosen is told by its chip and its number, folded."""
    page = read(site, f"/catalyseurs?fragilite=sante&near={MORLAIX}&rayon=10")
    assert [link.text for link in page.select(".vide a")] == [
        "À moins de 100\u00a0km\u00a0: 1\u00a0catalyseur",
        "Dans le Finistère\u00a0: 1\u00a0catalyseur",
        "En Bretagne\u00a0: 1\u00a0catalyseur",
        "Partout, du plus proche au plus lointain\u00a0: 2\u00a0catalyseurs",
        "Sans «\u00a0Santé\u00a0»\u00a0: 1\u00a0résultat",
    ]
    chosen = page.find(id="volet-fragilite")
    assert chosen.summary.text == "Fragilité (1)"
    assert not chosen.has_attr("open")


def test_nobody_is_sent_over_a_sea(site: TestClient) -> None:
    """Where nobody is in the same territory, the list is empty; a link leads to everybody."""
    page = read(site, f"/catalyseurs?near={CAYENNE}")
    assert page.select_one(".vide strong").text == "Aucun catalyseur référencé en Guyane à ce jour."
    assert page.find(id="resultats").text == "Aucun catalyseur référencé en Guyane à ce jour"
    assert names(page) == []
    (everybody,) = page.select(".vide a")
    assert everybody.text == "Partout ailleurs\u00a0: 5\u00a0catalyseurs"
    assert len(names(read(site, str(everybody["href"])))) == 5
    page = read(site, f"/catalyseurs?fragilite=mobilite&near={CAYENNE}&rayon=30")
    assert page.select_one(".vide strong").text == (
        "Aucun catalyseur ne réunit ces critères en Guyane à ce jour."
    )


def test_who_serves_the_place_from_elsewhere_is_apart_and_not_counted(site: TestClient) -> None:
    """Who is of the list is not told twice; with how each serves it, and how far they are."""
    page = read(site, f"/catalyseurs?near={MORLAIX}&rayon=10")
    assert page.find(id="resultats").text.startswith("1\u00a0catalyseur")
    heading, cards = page.select_one(".a-cote h2"), page.select(".a-cote .carte")
    assert heading.text == ("Interviennent dans votre territoire, depuis ailleurs ou à distance")
    assert [[part.text for part in one.select("h3, .distance, .raison")] for one in cards] == [
        ["Bruno", "à 53\u00a0km de Morlaix", "intervient dans le Finistère"],
        ["Dominique", "à 730\u00a0km de Morlaix", "intervient à distance"],
    ]
    assert names(read(site, f"/catalyseurs?near={CAYENNE}"), ".a-cote") == ["Dominique"]
    assert read(site, f"/catalyseurs?near={LANNION}").select(".a-cote") == []


def test_who_serves_the_place_is_of_the_size_asked_for(site: TestClient) -> None:
    """Only the radius is set aside: nobody of Brest or Lyon is of a town like Morlaix."""
    asked = f"/catalyseurs?near={MORLAIX}&rayon=10&comme="
    assert names(read(site, f"{asked}69123"), ".a-cote") == ["Bruno", "Dominique"]
    alike = read(site, f"{asked}{MORLAIX}")
    assert names(alike) == ["Anne"]
    assert names(alike, ".a-cote") == []


@pytest.mark.parametrize("asked", [f"near={MORLAIX}&rayon=100", "q=sante", "fragilite=mobilite"])
def test_feed_table_and_json_of_the_same_parameters_find_the_same(
    site: TestClient, asked: str
) -> None:
    """Whoever keeps a search keeps what they saw."""
    page = read(site, f"/catalyseurs?{asked}")
    shown = {str(link["href"]) for link in page.select(".liste > ol > .carte h3 a")}
    assert shown
    kept = {link.text: str(link["href"]) for link in page.select(".garder a")}
    feeds = [kept["Flux Atom de cette recherche"], f"/catalyseurs.atom?{asked}"]
    for feed in feeds:
        links = feedparser.parse(site.get(feed).content).entries
        assert {urlsplit(entry.link).path for entry in links} == shown
    table = io.StringIO(site.get(kept["Tableau CSV"]).content.decode("utf-8-sig"))
    rows = csv.DictReader(table, delimiter=";")
    assert {urlsplit(row["page"]).path for row in rows} == shown
    hits = site.get(kept["cette recherche en JSON"]).json()["hits"]
    assert {urlsplit(hit["url"]).path for hit in hits} == shown


def test_a_metier_is_a_filter_of_people_alone(site: TestClient) -> None:
    """Said in the sentence; not offered where nobody has one."""
    page = read(site, "/catalyseurs?metier=gestion-de-lieu")
    assert page.find(id="resultats").text == "1\u00a0catalyseur pour la gestion d’un lieu"
    assert names(page) == ["Anne"]
    assert [one.text for one in page.select("#filtre-metier label")] == [
        " Dialogue territorial (4)",
        " Accompagnement (1)",
        " Gestion d’un lieu (1)",
    ]
    assert read(site, "/recherche?kind=case").find(id="filtre-metier") is None


def test_a_card_leads_to_the_form_where_its_person_can_be_written_to(tmp_path: Path) -> None:
    """By who has an address, where messages leave; each link says to whom."""
    people = [
        a_catalyseur(slug="anne", name="Anne", commune=MORLAIX),
        a_catalyseur(slug="bruno", name="Bruno", commune=BREST, email=""),
        a_catalyseur(slug="chantal", name="Chantal", commune="69123", remote=True),
    ]
    for demo, open_to in ((True, ["Anne", "Chantal"]), (False, [])):
        service = a_service(tmp_path / str(demo), *people, demo=demo)
        page = read(
            TestClient(create_app(service.settings, service)),
            f"/catalyseurs?near={MORLAIX}&rayon=100",
        )
        links = page.select(".carte .ecrire a")
        assert [one.text for one in links] == [f"Entrer en contact avec {name}" for name in open_to]
        assert [one["href"] for one in links] == [
            f"/catalyseurs/{name.lower()}/contact" for name in open_to
        ]
        assert "@" not in page.select_one(".liste").text
        service.close()


def test_nobody_is_said_to_be_absent_when_the_index_is(tmp_path: Path) -> None:
    """Of what is not whole, nothing is concluded. Words that mean nothing find nobody anywhere."""
    service = a_service(tmp_path, a_catalyseur(name="Anne", commune=MORLAIX, role="Médiatrice"))
    app = TestClient(create_app(service.settings, service))
    nobody = "Aucun catalyseur ne réunit ces critères"
    assert nobody in app.get(f"/catalyseurs?q=mediatrice&near={LANNION}&rayon=10").text
    senseless = read(app, f"/catalyseurs?q=zzzzqq&near={LANNION}&rayon=100")
    assert senseless.select_one(".vide strong").text == "Aucun de ces mots n’est dans la base."
    shutil.rmtree(service.settings.data_dir / "index")
    page = app.get(f"/catalyseurs?q=mediatrice&near={LANNION}&rayon=10").text
    assert "dernier état sain" in page
    assert nobody not in page
    service.close()
