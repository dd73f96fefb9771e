"""The place typed in a request."""

import pytest
from bs4 import BeautifulSoup
from starlette.testclient import TestClient

from impact_alliances.web.placing import placed


@pytest.mark.parametrize(
    ("asked", "becomes"),
    [
        ([("lieu", "Lannion")], [("near", "22113")]),
        ([("lieu", "22300 Lannion"), ("q", "bus")], [("q", "bus"), ("near", "22113")]),
        ([("lieu", "morbihan")], [("departement", "56")]),
        ([("lieu", "Bretagne")], [("region", "53")]),
        ([("lieu", "Savoies")], [("departement", "73"), ("departement", "74")]),
    ],
)
def test_a_clear_place_becomes_a_parameter(
    asked: list[tuple[str, str]], becomes: list[tuple[str, str]]
) -> None:
    """A commune is where to be near; a territory is a filter."""
    assert placed(asked).pairs == becomes
    assert not placed(asked).said


def test_a_typed_place_takes_the_place_of_the_former_one() -> None:
    """A territory also that of territories, and of what means nothing without a commune."""
    before = [("near", "22113"), ("rayon", "30"), ("tri", "distance"), ("departement", "22")]
    assert placed([*before, ("lieu", "Quimper")]).pairs == [*before[1:], ("near", "29232")]
    assert placed([*before, ("lieu", "Finistère")]).pairs == [("departement", "29")]


def test_the_field_left_as_it_was_changes_nothing() -> None:
    """Without script it goes with the form, whatever else one changes there."""
    kept = [("near", "22113"), ("rayon", "30")]
    assert placed([*kept, ("lieu", "Lannion (22300)")]).pairs == kept


def test_the_field_emptied_takes_the_place_away() -> None:
    """And the order and the distance that only it gave a meaning."""
    asked = [("q", "bus"), ("near", "22113"), ("rayon", "30"), ("tri", "distance"), ("lieu", "")]
    assert placed(asked).pairs == [("q", "bus")]
    assert placed([("tri", "date"), ("near", "22113"), ("lieu", " ")]).pairs == [("tri", "date")]


def test_what_is_said_of_a_place_in_the_text_stays() -> None:
    """« lieu=non » is no place that somebody typed."""
    for said in ("non", "oui"):
        assert placed([("lieu", said), ("near", "22113")]).pairs == [
            ("lieu", said),
            ("near", "22113"),
        ]


def test_namesakes_are_offered_with_what_tells_them_apart() -> None:
    """The rest of the search goes along, the distance asked for too."""
    found = placed([("q", "bus"), ("rayon", "30"), ("lieu", "Saint-Denis")])
    assert found.pairs == [("q", "bus")]
    assert found.typed == "Saint-Denis"
    assert "Saint-Denis" in found.said
    labels = [one.label for one in found.choices]
    assert labels[:2] == [
        "Saint-Denis (97400, La Réunion)",
        "Saint-Denis (93200, Seine-Saint-Denis)",
    ]
    assert found.choices[0].query.url() == "/recherche?q=bus&near=97411&rayon=30"


def test_a_territory_that_is_a_commune_too_is_asked() -> None:
    """Whoever types « Vienne » may mean the one or the other, and is never sent to either."""
    found = placed([("q", "bus"), ("lieu", "Vienne")])
    assert found.pairs == [("q", "bus")]
    assert [(one.label, one.parameters) for one in found.choices] == [
        ("Vienne, le département", "departement=86"),
        ("Vienne (38200, Isère)", "near=38544"),
    ]


def test_what_a_place_stands_for_is_a_notice(client: TestClient) -> None:
    """An intercommunalité is the surroundings of its largest commune, and the page says so."""
    page = _asked(client, "/recherche?q=haies&lieu=Lannion-Trégor+Communauté")
    notice = page.select_one(".avis li")
    assert notice
    assert "autour de Lannion" in notice.get_text()
    near = page.select_one("input[name=near]")
    assert near
    assert near["value"] == "22113"


@pytest.mark.parametrize("typed", ["Zzyzxqwk", "!!!", "日本", "x" * 300])
def test_a_place_that_nobody_knows_is_told(typed: str) -> None:
    """In a sentence; the search is not lost."""
    found = placed([("q", "bus"), ("lieu", typed)])
    assert found.pairs == [("q", "bus")]
    assert typed[:50] in found.said
    assert found.choices == ()


def _asked(client: TestClient, path: str) -> BeautifulSoup:
    return BeautifulSoup(client.get(path).text, "html.parser")


def test_a_typed_place_leads_to_its_address(client: TestClient) -> None:
    """On the page by a redirection that loses nothing, in the API at once."""
    answer = client.get("/recherche?q=haies&rayon=30&lieu=lannion&near=")
    assert answer.headers["location"] == "/recherche?q=haies&near=22113&rayon=30"
    typed, coded = (
        client.get(f"/api/search?q=haies&{place}").json()
        for place in ("lieu=22300+Lannion", "near=22113")
    )
    assert typed["query"] == coded["query"]
    assert [hit["id"] for hit in typed["hits"]] == [hit["id"] for hit in coded["hits"]]


def test_namesakes_are_links_before_the_results(client: TestClient) -> None:
    """Nothing is lost on the way: text, filters, and the distance asked for."""
    page = _asked(client, "/recherche?q=haies&kind=case&rayon=30&lieu=Saint-Denis")
    choices = page.select_one("#lieux")
    assert choices
    assert choices.has_attr("autofocus")
    links = {link.get_text(): link["href"] for link in choices.select("a")}
    assert links["Saint-Denis (97400, La Réunion)"] == (
        "/recherche?q=haies&kind=case&near=97411&rayon=30"
    )
    field = page.select_one("#lieu")
    assert field
    assert field["value"] == "Saint-Denis"
    assert field["aria-describedby"] == "lieux-dit"
    assert page.select(".cartes h3")
    assert str(page).index('id="lieux"') < str(page).index('id="resultats"')


def test_an_unclear_place_stays_in_the_address_that_a_swap_pushes(client: TestClient) -> None:
    """Its announcement is about it."""
    asked = "/recherche?q=haies&rayon=30&lieu=Saint-Denis"
    answer = client.get(asked, headers={"HX-Request": "true"})
    assert answer.headers["HX-Push-Url"] == asked
    region = BeautifulSoup(answer.text, "html.parser").select_one("#recherche")
    assert region
    assert "Saint-Denis" in region["data-annonce"]


def test_the_api_refuses_an_unclear_place_with_the_choices(client: TestClient) -> None:
    """In words, and with the codes to give."""
    answer = client.get("/api/search?lieu=Saint-Denis")
    assert answer.status_code == 400
    (problem,) = answer.json()["problems"]
    assert problem["parameter"] == "lieu"
    assert "near=97411\u00a0» pour Saint-Denis (97400, La Réunion)" in problem["reason"]


def test_what_a_place_makes_of_a_search_is_told_and_refused(client: TestClient) -> None:
    """A chip each, what is like one's own territory, and the distance among the filters."""
    page = _asked(client, "/recherche?q=haies&near=22113&rayon=30")
    chips = {link["aria-label"]: link["href"] for link in page.select(".choisis a[aria-label]")}
    assert chips == {
        "Retirer le filtre À moins de 30\u00a0km de Lannion": "/recherche?q=haies&near=22113",
        "Retirer le filtre Près de Lannion": "/recherche?q=haies",
    }
    hint = page.select_one("#comme")
    assert hint
    assert hint["href"] == "/recherche?q=haies&near=22113&rayon=30&comme=22113"
    chosen = page.select_one("#rayon option[selected]")
    assert chosen
    assert chosen["value"] == "30"
    alike = _asked(client, str(hint["href"])).select_one("#comme")
    assert alike
    assert alike["href"] == "/recherche?q=haies&near=22113&rayon=30"


def test_an_empty_result_tells_what_a_distance_costs(client: TestClient) -> None:
    """All cases are in Lannion: none is near Quimper, nor in a territory of the size of Oz."""
    page = _asked(client, "/recherche?kind=case&near=29232&rayon=10")
    ways = {link.get_text(): link["href"] for link in page.select(".vide ul a")}
    assert ways == {
        "Sans «\u00a0À moins de 10\u00a0km de Quimper\u00a0»\u00a0: 30\u00a0résultats": (
            "/recherche?kind=case&near=29232"
        )
    }
    page = _asked(client, "/recherche?kind=case&comme=38289")
    assert "Territoires comme Oz" in page.select(".vide ul a")[0].get_text()


def test_a_position_is_said_not_to_be_kept(client: TestClient) -> None:
    """Where the field tells it as « Ma position »."""
    page = _asked(client, "/recherche?q=haies&near=48.73%2C-3.46")
    field = page.select_one("#lieu")
    assert field
    assert field["value"] == "Ma position"
    assert "n’est pas gardée" in page.get_text()
    kept = client.get("/recherche?q=haies&lieu=Ma+position&near=48.73%2C-3.46")
    assert kept.headers["location"] == "/recherche?q=haies&near=48.73%2C-3.46"
