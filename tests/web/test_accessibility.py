"""What the markup of every page owes to whoever does not see it, and what the declaration tells."""

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from starlette.testclient import TestClient

from impact_alliances.app import create_app
from impact_alliances.web.conformity import conformity, read
from support.service import a_service
from tests.web.test_figures import STYLE, contrast

PAGES = [
    "/",
    "/recherche",
    "/recherche?q=haies&kind=case&fragilite=sante",
    "/recherche?q=%22nulle+part%22",
    "/recherche?kind=case&page=2&echelon=lunaire",
    "/recherche/carte?kind=case&near=22113",
    "/catalyseurs",
    "/jeudis",
    "/veille",
    "/veille/bulletins/2024-T3",
    "/cas/une-alliance-pour-les-haies-numero-1-cas-0001",
    "/catalyseurs/awa-le-goff-cat-0001",
    "/jeudis/reussir-sa-premiere-reunion-jeudi-0001",
    "/veille/un-barometre-de-la-confiance-art-0001",
    "/api/docs",
    "/a-propos",
    "/accessibilite",
    "/nulle-part",
]
_VOID = {"meta", "link", "input", "br", "hr", "img", "path", "circle", "rect"}


@pytest.fixture(scope="module")
def pages(client: TestClient) -> dict[str, BeautifulSoup]:
    """Every page, read, by its path."""
    return {path: BeautifulSoup(client.get(path).text, "html.parser") for path in PAGES}


class Markup(HTMLParser):
    """The faults of a page: what is closed out of turn or never, what is written twice."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.faults: list[str] = []
        self._open: list[str] = []
        self._ids: set[str] = set()
        self.feed(page)
        self.faults += [f"<{tag}> never closed" for tag in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self._open.append(tag)
        names = Counter(name for name, _ in attrs)
        self.faults += [f"{name} twice on <{tag}>" for name, times in names.items() if times > 1]
        identifier = dict(attrs).get("id")
        if identifier in self._ids:
            self.faults.append(f"id {identifier} twice")
        if identifier:
            self._ids.add(identifier)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"</{tag}> out of turn")


@pytest.mark.parametrize("path", PAGES)
def test_markup_is_sound(client: TestClient, path: str) -> None:
    """Closed in turn, each id and each attribute once; French, and free to be zoomed."""
    page = client.get(path).text
    assert Markup(page).faults == []
    assert page.startswith('<!doctype html>\n<html lang="fr">')
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in page


def test_each_page_has_a_title_of_its_own(pages: dict[str, BeautifulSoup]) -> None:
    """By which one tab is told from another."""
    titles = [page.title.text for page in pages.values()]
    assert len(set(titles)) == len(PAGES)
    assert all("IMPACT-Alliances" in title for title in titles)


def _links(page: BeautifulSoup, selector: str) -> list[tuple[str, str]]:
    return [(link.get_text(), str(link["href"])) for link in page.select(f"{selector} a")]


def test_menu_search_and_footer_are_in_the_same_place_everywhere(
    pages: dict[str, BeautifulSoup],
) -> None:
    """Landmarks too: each once, and a link to the contents before all else."""
    first = pages["/"]
    for path, page in pages.items():
        for landmark in ("header nav", "body > footer"):
            assert (path, _links(page, landmark)) == (path, _links(first, landmark))
        assert (path, page.find("a")["href"]) == (path, "#contenu")
        assert [len(page.select(f"body > {one}")) for one in ("header", "main", "footer")] == [
            1
        ] * 3
        assert all(nav.get("aria-label") for nav in page.find_all("nav"))


def test_nothing_embeds_moves_refreshes_or_opens_windows(pages: dict[str, BeautifulSoup]) -> None:
    """No frame, picture file, sound, film or table of layout; texts of editors cannot bring any."""
    for path, page in pages.items():
        found = page.select(
            "iframe, object, embed, canvas, img, picture, video, audio, marquee, blink, table,"
            " meta[http-equiv], [target], [accesskey], [autofocus], body [title], [dir]"
        )
        assert (path, found) == (path, [])


def test_drawings_are_silent_beside_their_text(pages: dict[str, BeautifulSoup]) -> None:
    """Each is hidden from who listens, and what it shows is written beside it; but for the map,
    whose links are named.
    """
    drawings = [
        (path, one) for path, page in pages.items() for one in page.select("svg:not(#carte svg)")
    ]
    assert len(drawings) > 20
    assert [path for path, one in drawings if one.get("aria-hidden") != "true"] == []
    figures = [one for page in pages.values() for one in page.find_all("figure")]
    assert figures
    for one in figures:
        assert (one["role"], one["aria-label"]) == ("figure", one.figcaption.get_text())


def test_presentation_is_left_to_the_style_sheet(pages: dict[str, BeautifulSoup]) -> None:
    """No attribute nor element of mere looks, no row of line ends."""
    for path, page in pages.items():
        found = page.select("[style], [align], [bgcolor], [valign], font, center, u, s, br + br")
        assert (path, found) == (path, [])


def test_what_looks_like_a_list_is_one(pages: dict[str, BeautifulSoup]) -> None:
    """Results, labels of a card, examples, partners, crumbs, pages; identities are pairs."""
    lists = (
        ".cartes, .puces, .exemples ul, .partenaires, .ariane > *, .pagination > ul, .bande > dl"
    )
    found = [one for page in pages.values() for one in page.select(lists)]
    assert {one.name for one in found} == {"ul", "ol", "dl"}
    for one in found:
        items = {child.name for child in one.find_all(recursive=False)}
        assert items == ({"div"} if one.name == "dl" else {"li"})


def _name(control: Tag) -> str:
    return str(control.get("aria-label") or control.get_text(" ", strip=True))


def test_every_link_and_button_has_a_name_that_holds_what_shows(
    pages: dict[str, BeautifulSoup],
) -> None:
    """Whoever speaks to the page says what they read."""
    for path, page in pages.items():
        for control in page.select("a, button"):
            for silent in control.select("[aria-hidden]"):
                silent.extract()
            shown = control.get_text(" ", strip=True)
            assert shown, path
            assert shown in _name(control), path


def test_every_field_has_a_label_and_every_group_a_legend(pages: dict[str, BeautifulSoup]) -> None:
    """Written before or beside it; boxes of one filter are in one group."""
    fields = 0
    for page in pages.values():
        for field in page.select("input:not([type=hidden]), select"):
            fields += 1
            label = page.find("label", attrs={"for": field["id"]})
            assert label.get_text(strip=True)
            if field.get("type") == "checkbox":
                assert field.find_parent("fieldset").legend.get_text(strip=True)
    assert fields > 100


def test_edges_of_controls_and_of_focus_are_seen() -> None:
    """Three to one on both papers, in light and in dark."""
    colours = {
        name: re.findall(rf"--{name}: (#[0-9a-f]{{6}});", STYLE)
        for name in ("papier", "feuille", "bord", "pin", "terre")
    }
    for scheme in (0, 1):
        for edge in ("bord", "pin", "terre"):
            for paper in ("papier", "feuille"):
                assert contrast(colours[edge][scheme], colours[paper][scheme]) >= 3


def test_the_declaration_tells_the_figures_of_its_page(pages: dict[str, BeautifulSoup]) -> None:
    """Met, applicable, and each criterion that is not met yet; the footer says the same word."""
    told = conformity()
    text = pages["/accessibilite"].main.get_text()
    met, lacking = told.of("conforme"), told.of("pas encore")
    assert f"{len(met)} critères sont respectés sur {told.applicable} applicables" in text
    assert len(met) + len(lacking) == told.applicable
    assert all(f"(critère {one.number}, «" in text for one in lacking)
    for page in pages.values():
        link = page.select_one('footer a[href="/accessibilite"]')
        assert link.get_text() == f"Accessibilité\u00a0: {told.level}"


@pytest.mark.parametrize(
    ("states", "level"),
    [
        (["conforme", "sans objet"], "totalement conforme"),
        (["conforme", "pas encore", "sans objet"], "partiellement conforme"),
        (["conforme", "pas encore", "pas encore"], "non conforme"),
    ],
)
def test_the_level_is_the_word_of_the_law(states: list[str], level: str) -> None:
    """All, half at least, or less, of what applies."""
    rows = [f"| 1.{number} | a | {state} | b | c |" for number, state in enumerate(states, 1)]
    assert read("\n".join(["Vérifié le 2026-11-30.", *rows])).level == level


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"demo": True}, "personne à qui écrire"),
        ({}, "n’a pas encore indiqué où lui écrire"),
        ({"contact": "base@observatoire.example"}, "base@observatoire.example"),
    ],
)
def test_the_declaration_says_where_to_write(
    settings: dict[str, Any], said: str, tmp_path: Path
) -> None:
    """To the editor first; to the Défenseur des droits then."""
    service = a_service(tmp_path, **settings)
    page = TestClient(create_app(service.settings, service)).get("/accessibilite").text
    service.close()
    assert page.index(said) < page.index("Libre réponse 71120")
