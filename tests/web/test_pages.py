"""The pages as a visitor without JavaScript meets them, and their equality with what htmx swaps."""

import itertools
from pathlib import Path
from urllib.parse import quote

import feedparser
import pytest
from bs4 import BeautifulSoup
from starlette.testclient import TestClient

from impact_alliances import urls
from impact_alliances.app import create_app
from impact_alliances.db import writing
from impact_alliances.resources.changes import OldSlug
from impact_alliances.wiring import Service
from support.builders import a_case, a_catalyseur
from support.service import a_service

HTMX = {"HX-Request": "true"}
PAGES = [
    "/",
    "/recherche",
    "/catalyseurs",
    "/jeudis",
    "/veille",
    "/api/docs",
    "/a-propos",
    "/nulle-part",
]


def soup(client: TestClient, path: str, **headers: str) -> BeautifulSoup:
    """The page at `path`, read."""
    return BeautifulSoup(client.get(path, headers=headers).text, "html.parser")


def sheet(client: TestClient, collection: str, identifier: str) -> str:
    """The path of a sheet."""
    return str(client.get(f"/api/{collection}/{identifier}").json()["url"]).removeprefix(
        "http://127.0.0.1:8000"
    )


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_one_heading_landmarks_and_a_title(client: TestClient, path: str) -> None:
    """Structure first."""
    page = soup(client, path)
    assert len(page.find_all("h1")) == 1
    assert page.html["lang"] == "fr"
    assert page.title.text
    assert page.main
    levels = [int(heading.name[1]) for heading in page.find_all(["h1", "h2", "h3", "h4"])]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


@pytest.mark.parametrize("path", [*PAGES, "/static/style.css", "/api/search"])
def test_every_answer_carries_a_strict_policy_and_no_cookie(client: TestClient, path: str) -> None:
    """Nothing from elsewhere, nothing kept."""
    answer = client.get(path)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert "set-cookie" not in answer.headers
    if "html" in answer.headers["content-type"]:
        page = BeautifulSoup(answer.text, "html.parser")
        assert not page.find_all(style=True)
        loaded = [
            tag.get("src") or tag.get("href")
            for tag in page.find_all(["script", "img", "link", "iframe"])
        ]
        assert all(
            address.startswith(("/", "http://127.0.0.1:8000/")) for address in loaded if address
        )


@pytest.mark.parametrize(
    "address",
    [
        "/recherche",
        "/recherche?q=haies",
        "/recherche?q=haies&fragilite=sante",
        "/recherche?page=2",
        "/recherche?kind=case&tri=titre&page=2",
        "/recherche?q=zzzz",
        "/recherche?q=medcin",
    ],
)
def test_the_swapped_page_equals_the_fresh_page(client: TestClient, address: str) -> None:
    """What htmx puts in the page is what the page would have shown."""
    fresh = soup(client, address)
    swapped = soup(client, address, **HTMX)
    assert swapped.find("html") is None
    start = soup(client, "/recherche?fragilite=mobilite")
    start.find(id="recherche").replace_with(swapped.find(id="recherche") or "")
    assert str(start.find("main")) == str(fresh.find("main"))


def test_history_gets_the_whole_page_and_caches_are_told(client: TestClient) -> None:
    """The back button never shows half a page."""
    answer = client.get(
        "/recherche?q=haies", headers={**HTMX, "HX-History-Restore-Request": "true"}
    )
    assert "<html" in answer.text
    assert "HX-Request" in answer.headers["vary"]


def test_empty_and_unknown_parameters_leave_a_clean_address(client: TestClient) -> None:
    """A shared link says what it finds, no more."""
    answer = client.get("/recherche?q=&fragilite=sante&utm_source=lettre")
    assert (answer.status_code, answer.headers["location"]) == (302, "/recherche?fragilite=sante")


def test_a_wrong_value_gets_a_notice_and_the_rest_is_searched(client: TestClient) -> None:
    """Friendly, not an error."""
    answer = client.get("/recherche?q=haies&fragilite=mobilté")
    assert answer.status_code == 200
    assert "Vouliez-vous dire" in answer.text
    assert BeautifulSoup(answer.text, "html.parser").find_all("li", class_="carte")


def test_the_form_carries_the_whole_search_without_javascript(client: TestClient) -> None:
    """Every field has its label; submitting what is shown gives the same address."""
    asked = "/recherche?q=haies&kind=case&fragilite=sante&near=22113&comme=22113&mode=keyword"
    page = soup(client, asked)
    controls = page.select("#formulaire input, input[form=formulaire]")
    sent = [
        (str(one["name"]), str(one["value"]))
        for one in controls
        if one["type"] != "checkbox" or one.has_attr("checked")
    ]
    assert ("lieu", "Lannion (22300)") in sent
    assert client.get(urls.with_parameters("/recherche", sent)).headers["location"] == asked
    boxes = [one for one in controls if one["type"] in ("checkbox", "search")]
    assert all(page.find("label", attrs={"for": one["id"]}) for one in boxes)


def test_facet_labels_carry_their_counts_and_zero_is_shown(client: TestClient) -> None:
    """The count is in the label, for everyone."""
    page = soup(client, "/recherche?kind=case&voir=fragilite")
    assert (
        "Mobilité, transport (10)" in page.find("label", attrs={"for": "f-fragilite-mobilite"}).text
    )
    assert "(0)" in page.find("label", attrs={"for": "f-fragilite-logement"}).text


def test_the_other_values_of_a_facet_are_a_link_away(client: TestClient) -> None:
    """They are not sent to whoever does not ask; who asks keeps them through the form."""
    folded = soup(client, "/recherche?kind=case&fragilite=sante").find(id="filtre-fragilite")
    assert len(folded.select("input[type=checkbox]")) == 6
    assert folded.find("a").text == "Voir les 10 autres\u00a0: Fragilité"
    whole = soup(client, str(folded.find("a")["href"])).find(id="filtre-fragilite")
    boxes = whole.select("input[type=checkbox]")
    assert len(boxes) == 16
    assert [box["value"] for box in boxes if box.has_attr("checked")] == ["sante"]
    assert boxes[6]["id"] == folded.find("a")["data-focus"]
    assert [one["value"] for one in whole.select("input[name=voir][form=formulaire]")] == [
        "fragilite"
    ]


def test_what_is_unfolded_is_no_part_of_the_search(client: TestClient) -> None:
    """The address of the search, its feed and its history know nothing of it."""
    page = client.get("/recherche?q=haies&voir=odd&voir=rien", headers={"HX-Request": "true"})
    assert page.headers["hx-push-url"] == "/recherche?q=haies"
    asked = {"HX-Request": "true", "HX-Target": "filtre-odd"}
    unfolded = client.get("/recherche?q=haies&voir=odd", headers=asked)
    assert "hx-push-url" not in unfolded.headers
    kept = soup(client, "/recherche?q=haies&voir=odd").find(class_="garder").decode()
    assert "q=haies" in kept
    assert "voir=odd" not in kept


def test_an_empty_result_says_what_each_filter_costs(client: TestClient) -> None:
    """A way out, computed."""
    page = soup(client, "/recherche?fragilite=logement&echelon=local")
    assert any("Sans «" in link.text and "Logement" in link.text for link in page.select(".vide a"))


@pytest.mark.parametrize(
    ("asked", "label", "refused"),
    [
        ("bicylette", "Chercher plutôt «\u00a0bicylette\u00a0»", "correction"),
        ("vélo", "Chercher seulement «\u00a0vélo\u00a0»", "synonymes"),
        ("rse", "Chercher seulement «\u00a0rse\u00a0»", "synonymes"),
    ],
)
def test_what_was_done_to_the_words_can_be_refused(
    tmp_path: Path, asked: str, label: str, refused: str
) -> None:
    """By the link beside, which asks for the words as typed, from the first page on."""
    service = a_service(tmp_path, a_case(title="La bicyclette"), a_case(title="Le vélo"))
    site = TestClient(create_app(service.settings, service))
    page = soup(site, f"/recherche?q={asked}&kind=case&page=2")
    (link,) = [one for one in page.select(".indice a") if one.text == label]
    assert link["href"] == f"/recherche?q={quote(asked)}&kind=case&{refused}=non"
    assert label not in soup(site, link["href"]).text
    service.close()


def test_a_page_past_the_end_says_so(client: TestClient) -> None:
    """With the number of pages there are."""
    assert "La page 99 n’existe pas" in client.get("/recherche?page=99").text


def test_a_sheet_escapes_what_it_shows(client: TestClient) -> None:
    """Stored markup is text; Markdown is rendered."""
    answer = client.get(sheet(client, "cases", "cas-0002"))
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;" in answer.text
    assert "<strong>du gras</strong>" in answer.text


def test_every_sheet_has_its_identity_card_neighbours_and_citation(client: TestClient) -> None:
    """The four kinds."""
    for collection, identifier in (
        ("cases", "cas-0001"),
        ("catalyseurs", "cat-0001"),
        ("jeudis", "jeudi-0001"),
        ("articles", "art-0001"),
    ):
        page = soup(client, sheet(client, collection, identifier))
        # Nothing is told of this note but its text.
        assert bool(page.find(id="identite")) == (collection != "jeudis")
        assert identifier in page.find(id="citation").text
        assert (
            page.find("link", rel="alternate", type="application/json")["href"]
            == f"/api/{collection}/{identifier}"
        )


def test_a_note_and_what_it_cites_lead_to_each_other(client: TestClient) -> None:
    """Cited, and cited in; previous and next."""
    note = soup(client, sheet(client, "jeudis", "jeudi-0001"))
    cited = [one["class"][-1] for one in note.select("#cites ~ ul > li")]
    assert sorted(cited) == ["carte-case", "carte-catalyseur"]
    case = soup(client, sheet(client, "cases", "cas-0001"))
    assert case.find(id="cite")


def test_contacts_of_a_case_are_those_who_serve_it_best_first(tmp_path: Path) -> None:
    """Those of the département before those of the région; among them, who knows its fragilités."""
    mobile, other = ["mobilite"], ["sante"]
    service = a_service(
        tmp_path,
        a_case(id="cas-1", fragilites=mobile, commune="22113"),
        *(
            a_catalyseur(id=f"k{number}", name=title, departement=where, area=[], fragilites=knows)
            for number, (title, where, knows) in enumerate(
                [
                    ("Région, qui sait", "35", mobile),
                    ("Ailleurs, qui sait", "13", mobile),
                    ("Ici, autre chose", "22", other),
                    ("Ici, qui sait", "22", mobile),
                ]
            )
        ),
    )
    site = TestClient(create_app(service.settings, service))
    page = soup(site, sheet(site, "cases", "cas-1"))
    named = [link.text for link in page.select("#proches ~ ul h3 a")]
    assert named == ["Ici, qui sait", "Ici, autre chose"]
    service.close()


def test_no_page_shows_a_contact_s_address(client: TestClient) -> None:
    """Neither the sheet, nor lists, nor feeds."""
    paths = [
        sheet(client, "catalyseurs", "cat-0001"),
        "/catalyseurs",
        "/catalyseurs.atom",
        "/recherche?q=Awa",
        "/recherche.atom?q=Awa",
    ]
    whole = "".join(client.get(path).text for path in paths)
    assert "Awa Le Goff" in whole
    assert "secret@" not in whole
    assert "98 12 34" not in whole


@pytest.mark.parametrize(
    ("path", "status"),
    [("/cas/rien", 404), ("/cas/brouillon", 404), ("/cas/retire", 410), ("/jeudis?page=0", 404)],
)
def test_errors_are_pages_with_a_way_out(client: TestClient, path: str, status: int) -> None:
    """A sentence and a search field."""
    answer = client.get(path)
    assert answer.status_code == status
    assert BeautifulSoup(answer.text, "html.parser").find("input", id="q")


@pytest.mark.parametrize(
    "path",
    [
        "/cas.atom",
        "/catalyseurs.atom",
        "/jeudis.atom",
        "/veille.atom",
        "/recherche.atom?q=haies&echelon=local",
    ],
)
def test_feeds_are_sound(client: TestClient, path: str) -> None:
    """Atom, read back by a feed reader."""
    feed = feedparser.parse(client.get(path).content)
    assert not feed.bozo
    assert feed.entries
    assert all(entry.id and entry.link and entry.title and entry.updated for entry in feed.entries)


def test_a_former_address_redirects_for_good(client: TestClient, site_service: Service) -> None:
    """A shared link survives a change of title."""
    with writing(site_service.database) as session:
        session.merge(OldSlug(kind="case", slug="ancien-titre", resource_id="cas-0001"))
    answer = client.get("/cas/ancien-titre")
    assert (answer.status_code, answer.headers["location"]) == (
        301,
        sheet(client, "cases", "cas-0001"),
    )


def test_a_card_says_why_it_is_there_in_plain_words(client: TestClient) -> None:
    """The words found as they stand there; else that they are there, or that the need is."""
    known = {"Parle de\u00a0: haies", "Contient vos mots", "Même besoin, dit autrement"}
    for mode in ("", "&mode=keyword", "&mode=semantic"):
        page = soup(client, f"/recherche?q=haies{mode}")
        reasons = {one.text for one in page.select(".raison")}
        assert reasons
        assert reasons <= known
    texts = soup(client, "/recherche?q=gras").select(".carte")
    assert all("Parle de\u00a0: gras" in one.text for one in texts if one.find("mark"))


def test_only_what_matched_is_marked_in_a_title(client: TestClient) -> None:
    """In every card that has the word there, and in those alone."""
    cards = soup(client, "/recherche?q=haie").select(".carte")
    marked = [[one.text for one in card.select("h3 mark")] for card in cards]
    assert marked == [["haies"] if "haies" in card.h3.text else [] for card in cards]
    assert ["haies"] in marked
    assert not soup(client, "/recherche").select("mark")


def test_all_kinds_together_show_three_of_each_and_lead_to_the_rest(client: TestClient) -> None:
    """Each link tells how many there are; a kind that is shown whole needs none."""
    page = soup(client, "/recherche")
    headings = [one.text for one in page.select(".type-de-fiche")]
    assert headings == ["Cas", "Catalyseurs", "Jeudis de l’ODD 17", "Veille"]
    lists = page.select(".resultats ol.cartes")
    assert [len(one.select(".carte")) for one in lists] == [3, 1, 2, 1]
    (rest,) = page.select(".voir-tout a")
    assert rest.text == "Voir les 30\u00a0cas"
    cases = soup(client, str(rest["href"]))
    assert cases.find(id="resultats").text == "30\u00a0cas"
    own = [one.text for one in cases.select(".carte h3")]
    assert [one.text for one in lists[0].select("h3")] == own[:3]
    assert not page.select(".pagination")
    assert page.find(id="onglet-1").text == "Tout (34)"


def test_a_page_of_all_kinds_together_is_not_there(client: TestClient) -> None:
    """The one page of them is shown, and it is said; one kind alone has its pages."""
    page = soup(client, "/recherche?page=2")
    assert (
        "La page 2 n’existe pas\u00a0: cette recherche compte 1\u00a0page, la voici." in page.text
    )
    assert len(page.select(".type-de-fiche")) == 4
    alone = soup(client, "/recherche?fragilite=isolement-lien-social&page=2")
    assert len(alone.select(".carte")) == 10
    assert not alone.select(".type-de-fiche, .avis")
    assert alone.select(".pagination")


def test_pages_are_turned_by_words_too(client: TestClient) -> None:
    """The one before and the one after, where there are some; the sheets follow one another."""
    first = soup(client, "/recherche?kind=case")
    assert [one.text for one in first.select(".pagination a")] == [
        "Page 1",
        "Page 2",
        "Page Suivante",
    ]
    assert not first.select("[rel=prev]")
    second = soup(client, str(first.select_one("[rel=next]")["href"]))
    assert [one["rel"] for one in second.select(".pagination [rel]")] == [["prev"]]
    assert second.select_one(".pagination [aria-current]").text == "Page 2"
    again = soup(client, str(second.select_one("[rel=prev]")["href"]))
    assert [one.text for one in again.select("h3")] == [one.text for one in first.select("h3")]


def _hint(client: TestClient, address: str) -> tuple[str, dict[str, str]]:
    """What a search says of the place in its text, and the addresses it offers by their labels."""
    hint = soup(client, address).select_one(".indice")
    assert hint
    links = {link.get_text(): str(link["href"]) for link in hint.find_all("a")}
    return hint.get_text(" ", strip=True), links


def test_a_place_is_said_kept_to_or_refused(client: TestClient) -> None:
    """Each by a link, which does what it says."""
    said, links = _hint(client, "/recherche?q=haies+à+Lannion&mode=keyword")
    assert said.startswith("De préférence à Lannion et alentour\u00a0:")
    assert links == {
        "seulement dans les Côtes-d’Armor": "/recherche?q=haies&departement=22&mode=keyword",
        "seulement en Bretagne": "/recherche?q=haies&region=53&mode=keyword",
        "n’y voir aucun lieu": "/recherche?q=haies+%C3%A0+Lannion&mode=keyword&lieu=non",
    }
    heading = soup(client, "/recherche?q=haies+à+Lannion&mode=keyword").select_one("#resultats")
    assert heading
    assert "pour «\u00a0haies\u00a0», de préférence à Lannion et alentour" in heading.get_text()
    refused = soup(client, links["n’y voir aucun lieu"])
    assert not [one for one in refused.select(".indice") if "préférence" in one.get_text()]


def test_what_the_whole_text_names_is_said_so(client: TestClient) -> None:
    """And it alone, before what has its words."""
    first, *others = soup(client, "/recherche?q=cas-0001").select(".carte")
    assert first.find("a")["href"].startswith(sheet(client, "cases", "cas-0001"))
    assert first.select_one(".raison").text == "Exactement ce que vous avez écrit"
    assert not any("Exactement" in other.text for other in others)


def test_a_place_alone_is_said_and_its_namesakes_offered(client: TestClient) -> None:
    """Each link names its place without a doubt: nothing more is offered there."""
    said, links = _hint(client, "/recherche?q=Saint-Denis")
    assert said.startswith("Rien à Saint-Denis ni alentour. Ce qui est à La Réunion\u00a0:")
    said, links = _hint(client, links["plutôt Saint-Denis (93200)"])
    assert said.startswith("Rien à Saint-Denis ni alentour. Ce qui est en Île-de-France\u00a0:")
    assert list(links) == ["en faire un filtre", "n’y voir aucun lieu"]
    assert links["en faire un filtre"] == "/recherche?region=11"


def test_a_word_that_is_a_place_too_offers_it(client: TestClient) -> None:
    said, links = _hint(client, "/recherche?q=bourg")
    assert said.startswith("«\u00a0bourg\u00a0» est aussi un lieu\u00a0:")
    assert links["Bourg (33710)"] == "/recherche?q=Bourg+%2833710%29"


def test_a_reason_says_each_word_once(tmp_path: Path) -> None:
    """In the form that is read first."""
    service = a_service(tmp_path, a_case(title="Un médecin", summary="Des médecins, des haies."))
    site = TestClient(create_app(service.settings, service))
    (card,) = soup(site, "/recherche?q=medecins haie").select(".carte")
    assert card.select_one(".raison").text == "Parle de\u00a0: médecin et haies"
    service.close()


def test_a_hit_says_that_it_is_there_or_near(client: TestClient) -> None:
    """Beside what it says of the need, or alone where a place is all that is asked."""

    def reasons(address: str) -> set[str]:
        return {one.get_text() for one in soup(client, address).select(".raison")}

    assert reasons("/recherche?q=haies+à+Lannion&mode=keyword") == {
        "Parle de\u00a0: haies · à Lannion"
    }
    assert reasons("/recherche?q=Guingamp&kind=case") == {"Près de Guingamp"}
    assert reasons("/recherche?q=22&kind=case") == {"Dans les Côtes-d’Armor"}


def test_a_search_that_finds_nothing_touches_no_need(client: TestClient) -> None:
    page = client.get("/recherche", params={"q": '"tyrolienne lunaire"'}).text
    assert "«\u00a0“tyrolienne lunaire”\u00a0»" in page
    assert "Votre besoin semble toucher" not in page
