"""What each kind of sheet opens on, and how it is shared."""

import datetime as dt
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from starlette.testclient import TestClient

from impact_alliances.app import create_app
from impact_alliances.resources.article import Article
from impact_alliances.web import cards
from impact_alliances.web.pages import sheets
from support.builders import a_case, a_catalyseur, a_jeudi, an_article
from support.service import a_service

CASE = {
    "id": "cas-1",
    "slug": "cas-1",
    "results": "En un an, 1 200 trajets.",
    "helped": "Un élu référent.",
    "hindered": "Les assurances.",
    "partners": [
        {"name": "Mairie", "profile": "collectivites", "role": "pilote"},
        {"name": "Voisins", "profile": "", "role": ""},
    ],
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """One sheet of each kind, and a case with nothing but what publishing asks for."""
    service = a_service(
        tmp_path_factory.mktemp("sheets"),
        a_case(**CASE),
        a_case(id="cas-2", slug="cas-2", partners=[], acteurs=[], title="L’été <des> \u0007autres"),
        a_catalyseur(id="cat-1", slug="cat-1"),
        a_jeudi(id="jeudi-1", slug="jeudi-1"),
        an_article(id="art-1", slug="art-1", source_url="https://gazette.example/a"),
        an_article(id="art-2", slug="art-2", source_url="javascript:alert(1)"),
    )
    yield TestClient(create_app(service.settings, service), raise_server_exceptions=False)
    service.close()


def test_a_sheet_tells_the_day_of_its_last_change_if_it_changed(tmp_path: Path) -> None:
    """The day of an import is no news of what was imported."""
    came = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)
    service = a_service(
        tmp_path,
        a_case(id="c1", slug="c1", created_at=came, updated_at=came + dt.timedelta(hours=2)),
        a_case(id="c2", slug="c2", created_at=came, updated_at=came + dt.timedelta(days=2)),
    )
    site = TestClient(create_app(service.settings, service))
    told = [read(site, f"/cas/{slug}").select_one(".fiche-pied p").text for slug in ("c1", "c2")]
    assert told == ["Fiche c1.", "Fiche c2, mise à jour le 4\u00a0mars 2026."]
    service.close()


def read(site: TestClient, path: str) -> BeautifulSoup:
    """A page, read."""
    return BeautifulSoup(site.get(path).text, "html.parser")


def test_a_case_opens_on_what_it_achieved_and_who_with_whom(site: TestClient) -> None:
    """Before the need; what blocked is a heading beside what helped."""
    page = read(site, "/cas/cas-1")
    headings = [one.text for one in page.main.find_all("h2")]
    assert headings[:4] == ["Résultats", "Qui, avec qui", "Carte d’identité", "Le besoin"]
    assert headings.index("Ce qui a bloqué") == headings.index("Ce qui a aidé") + 1
    assert page.figcaption.text == "Une alliance de 1\u00a0: collectivité"
    mayor, neighbours = page.select(".partenaires li")
    assert mayor.svg.circle["fill"] == "var(--a-collectivites)"
    assert "pilote" in mayor.text
    assert neighbours.svg is None


def test_a_case_without_results_nor_partners_opens_on_its_text(site: TestClient) -> None:
    """No empty frame."""
    page = read(site, "/cas/cas-2")
    assert page.select(".obtenu") == page.select("figure") == []
    assert page.main.h2.text == "Carte d’identité"


def test_a_person_invites_to_write(site: TestClient) -> None:
    """By the team, until there is a form; never by an address of theirs."""
    page = read(site, "/catalyseurs/cat-1")
    assert page.find(id="ecrire").text == "Écrire à Awa Le Goff"
    assert page.select_one(".invitation .action a")["href"] == "/a-propos#contact"
    assert "awa@liens.example" not in str(page)


def test_a_note_says_its_day_first(site: TestClient) -> None:
    """As a letter does."""
    page = read(site, "/jeudis/jeudi-1")
    assert page.select_one(".feuillet header time").text == "jeudi 16\u00a0mai 2024"


def test_an_article_names_its_source_and_leads_out(site: TestClient) -> None:
    """To the web, and to nothing else."""
    page = read(site, "/veille/art-1")
    assert page.select_one(".coupure .source b").text == "La Gazette fictive"
    assert page.select_one(".action a")["href"] == "https://gazette.example/a"
    assert read(site, "/veille/art-2").select(".action a") == []


@pytest.mark.parametrize(
    "path", ["cas/cas-1", "cas/cas-2", "catalyseurs/cat-1", "jeudis/jeudi-1", "veille/art-1"]
)
def test_a_sheet_is_shared_with_its_title_address_and_picture(site: TestClient, path: str) -> None:
    """The picture has the size announced, whatever the title holds."""
    page = read(site, f"/{path}")
    told = {
        str(one["property"]): str(one["content"]) for one in page.find_all("meta", property=True)
    }
    assert told["og:url"] == f"http://127.0.0.1:8000/{path}"
    assert told["og:title"] == page.h1.text
    answer = site.get(told["og:image"].removeprefix("http://127.0.0.1:8000"))
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["cache-control"] == "public, max-age=86400"
    size = struct.unpack(">II", answer.content[16:24])
    assert size == (int(told["og:image:width"]), int(told["og:image:height"]))


def test_pictures_differ_with_the_sheet_and_are_of_what_is_published(site: TestClient) -> None:
    """Title and figure are drawn; a page that is not there has no picture."""
    drawn = {site.get(f"/images/cases/{one}.png").content for one in ("cas-1", "cas-2")}
    assert len(drawn) == 2
    for path in ("cases/rien", "riens/cas-1", f"cases/{'a' * 70}"):
        assert site.get(f"/images/{path}.png").status_code in (400, 404)


def test_the_fonts_of_pictures_are_read(tmp_path: Path) -> None:
    """A picture without its title would be drawn all the same: its weight tells."""
    service = a_service(tmp_path, *(a_case(id=f"c{n}", title="I" * n) for n in (1, 60)))
    site = TestClient(create_app(service.settings, service))
    short, long = (len(site.get(f"/images/cases/c{n}.png").content) for n in (1, 60))
    assert long > short + 300
    service.close()


def test_a_kind_with_nothing_of_its_own_has_what_all_share(
    site: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sheet and a card, as a kind just added has."""
    others = {kind: told for kind, told in cards._TOLD.items() if kind is not Article}
    monkeypatch.setattr(cards, "_TOLD", others)
    monkeypatch.delitem(sheets._TEMPLATES, "article")
    page = read(site, "/veille/art-1")
    assert page.h1.text == "Un baromètre de la confiance"
    assert page.find(id="identite")
    card = cards.card_of(an_article(id="art-9"))
    assert "Article de veille" in card.head
    assert card.url.startswith("/veille/")
