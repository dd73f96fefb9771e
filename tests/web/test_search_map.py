"""A search on the map: all that has a place, the counts of its links, the way back."""

from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup, Tag
from starlette.testclient import TestClient

from impact_alliances.app import create_app
from impact_alliances.web.pages import mapping
from support.builders import a_case, a_catalyseur, a_jeudi
from support.service import a_service

LANNION, MORLAIX, CAYENNE = "22113", "29151", "97302"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Four cases of three communes, one that serves two départements, a note of nowhere."""
    service = a_service(
        tmp_path_factory.mktemp("map"),
        a_case(id="un", slug="un", title="Un car", commune=LANNION),
        a_case(id="deux", slug="deux", title="Deux cars", commune=LANNION, fragilites=["sante"]),
        a_case(id="trois", slug="trois", title="Trois cars", commune=MORLAIX),
        a_case(id="quatre", slug="quatre", title="<b>Quatre</b> pirogues", commune=CAYENNE),
        a_catalyseur(slug="awa", commune=MORLAIX, area=["dep:22", "reg:53"], remote=True),
        a_jeudi(slug="note"),
    )
    app = create_app(service.settings, service)
    yield TestClient(app, raise_server_exceptions=False, follow_redirects=False)
    service.close()


def read(site: TestClient, path: str) -> BeautifulSoup:
    """A page, read."""
    answer = site.get(path)
    assert (path, answer.status_code) == (path, 200)
    return BeautifulSoup(answer.text, "html.parser")


def links(page: BeautifulSoup, kind: str) -> list[Tag]:
    """The links of that kind on the map."""
    return page.select(f".france {kind}")


def listed(site: TestClient, url: str) -> int:
    """How many the list at that address says it has."""
    heading = read(site, url).select_one("#resultats")
    assert heading
    return int(heading.text.split("\xa0")[0])


def test_it_says_how_many_have_a_place_and_leads_back_to_the_list(site: TestClient) -> None:
    """The same search, whatever its page."""
    page = read(site, "/recherche/carte")
    assert page.h1
    assert page.h1.text == "6\xa0fiches"
    assert "5 des 6\xa0fiches ont un lieu et sont sur la carte." in page.text
    assert page.select_one("#carte")["aria-label"] == "Carte des 5\xa0fiches"
    page = read(site, "/recherche/carte?q=cars&kind=case&page=3")
    back = page.find("a", string="Voir la liste")
    assert back
    assert back["href"] == "/recherche?q=cars&kind=case"
    assert len(links(read(site, "/catalyseurs?page=2"), ".epingle")) == 1
    assert "Rien n’a de lieu" in read(site, "/recherche/carte?kind=jeudi").text


def test_each_link_leads_to_as_many_as_it_says(site: TestClient) -> None:
    """Départements, on the map and in words; pins, to their sheet."""
    page = read(site, "/recherche/carte?kind=case")
    departements = {one.title.text: one["href"] for one in links(page, ".terres a") if one.title}
    assert departements.keys() == {
        "Côtes-d’Armor, 2\xa0cas",
        "Finistère, 1\xa0cas",
        "Guyane, 1\xa0cas",
    }
    for name, url in departements.items():
        assert f"{listed(site, str(url))}\xa0cas" in name
    in_words = [link["href"] for link in page.select(".par-departement a")]
    assert sorted(in_words) == sorted(departements.values())
    (alone,) = links(page, ".epingle")
    assert alone["href"] == "/cas/quatre"
    assert alone.title
    assert alone.title.text == "<b>Quatre</b> pirogues, Cayenne"


def test_a_cluster_leads_to_its_pins(site: TestClient) -> None:
    """Without a script, by links alone; the search stays the same."""
    page = read(site, "/recherche/carte?kind=case&near=22113")
    while clusters := links(page, ".grappe"):
        assert "kind=case" in str(clusters[0]["href"])
        assert "near=22113" in str(clusters[0]["href"])
        page = read(site, str(clusters[0]["href"]))
    pins = {str(one["href"]): one.title.text for one in links(page, ".epingle") if one.title}
    assert pins == {
        "/cas/un": "Un car, Lannion, moins de 1\xa0km",
        "/cas/deux": "Deux cars, Lannion, moins de 1\xa0km",
    }


def test_where_too_much_is_found_each_commune_leads_to_its_list(
    site: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exactly what is there."""
    monkeypatch.setattr(mapping, "MOST_NAMED", 0)
    page = read(site, "/recherche/carte?kind=case&carte=france")
    (cluster,) = links(page, ".grappe")
    page = read(site, str(cluster["href"]))
    (lot,) = links(page, ".lot")
    (alone,) = links(page, ".epingle")
    assert lot.title
    assert alone.title
    assert lot.title.text == "2\xa0cas à Lannion"
    assert alone.title.text == "1\xa0cas à Morlaix"
    assert lot["href"] == "/recherche?kind=case&near=22113&rayon=commune"
    assert listed(site, str(lot["href"])) == 2
    assert "2\xa0cas à Lannion (22300)" in read(site, str(lot["href"])).text


@pytest.mark.parametrize(
    ("asked", "clean"),
    [
        ("carte=ici", "/recherche/carte"),
        ("carte=9999-9999-99&q=", "/recherche/carte?carte=992-1345-64"),
        ("inconnu=1&carte=france&kind=case", "/recherche/carte?kind=case&carte=france"),
    ],
)
def test_a_view_has_one_address(site: TestClient, asked: str, clean: str) -> None:
    """What is none is dropped."""
    answer = site.get(f"/recherche/carte?{asked}")
    assert (answer.status_code, answer.headers["location"]) == (302, clean)
    assert site.get(clean).status_code == 200


def test_a_search_leads_to_its_map(site: TestClient) -> None:
    """Of all it finds, not of its page."""
    page = read(site, "/recherche?q=cars&kind=case&tri=titre")
    link = page.find("a", string="Voir sur la carte")
    assert link
    assert link["href"] == "/recherche/carte?q=cars&kind=case&tri=titre"
    assert not read(site, "/recherche?q=zzzz").find("a", string="Voir sur la carte")


def test_a_sheet_shows_where_it_is(site: TestClient) -> None:
    """In a sentence, and on a small map: its commune, or the territory served."""
    situation = read(site, "/catalyseurs/awa").select_one(".situation")
    assert situation
    said = "À Morlaix, dans le Finistère. Intervient dans les Côtes-d’Armor, en Bretagne"
    assert f"{said} et à distance." in situation.text
    painted = situation.select_one(".zone")
    assert painted
    assert str(painted["d"]).count("M") >= 4
    link = situation.select_one("a")
    assert link
    assert link["href"] == "/recherche/carte?kind=catalyseur&near=29151"
    situation = read(site, "/cas/quatre").select_one(".situation")
    assert situation
    assert "À Cayenne, en Guyane." in situation.text
    assert situation.select_one(".seule .points")
    assert read(site, "/jeudis/note").select_one(".situation") is None
