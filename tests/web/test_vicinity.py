"""What is near the place of a sheet."""

from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup, Tag
from starlette.testclient import TestClient

from impact_alliances.app import create_app
from support.builders import a_case, a_catalyseur
from support.service import a_service

BRUNO = "intervient dans la même région, même fragilité\u00a0: Santé"
LANNION, GUINGAMP, MORLAIX, BREST, MAMOUDZOU = "22113", "22070", "29151", "29019", "97611"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Four cases of Bretagne and one of Mayotte; three people of Bretagne, and one who has no
    commune.
    """
    cases = {"un": LANNION, "deux": GUINGAMP, "trois": MORLAIX, "quatre": BREST, "loin": MAMOUDZOU}
    people = {"anne": MORLAIX, "bruno": BREST, "chantal": "35238"}
    service = a_service(
        tmp_path_factory.mktemp("vicinity"),
        *(
            a_case(id=name, slug=name, title=name, commune=commune, fragilites=["sante"])
            for name, commune in cases.items()
        ),
        a_case(id="sans", slug="sans", title="sans", commune="", departement="22"),
        *(
            a_catalyseur(
                id=name,
                slug=name,
                name=name,
                departement="",
                commune=commune,
                area=["dep:22"] if name == "anne" else [],
                fragilites=["sante"] if name == "bruno" else [],
            )
            for name, commune in people.items()
        ),
        a_catalyseur(id="denis", slug="denis", name="denis", departement="22", area=[]),
    )
    yield TestClient(create_app(service.settings, service), raise_server_exceptions=False)
    service.close()


def near(site: TestClient, path: str) -> Tag | None:
    """The part of a sheet that tells what is near."""
    page = BeautifulSoup(site.get(path).text, "html.parser")
    return page.select_one("section[aria-labelledby=proches]")


def told(section: Tag | None) -> list[tuple[str, ...]]:
    """Of each card: the name, how far, why."""
    assert section
    return [
        (card.h3.text, *(one.text for one in card.select(".distance, .raison")))
        for card in section.select(".carte")
    ]


def test_a_case_leads_to_the_two_nearest_people(site: TestClient) -> None:
    """With how far and why; and to all of them, nearest first."""
    section = near(site, "/cas/un")
    assert told(section) == [
        ("anne", "à 32\u00a0km de Lannion", "intervient dans les Côtes-d’Armor"),
        ("bruno", "à 85\u00a0km de Lannion", BRUNO),
    ]
    assert section
    link = section.select_one(".voir-tout a")
    assert link.text == "Tous les catalyseurs près de Lannion"
    found = BeautifulSoup(site.get(str(link["href"])).text, "html.parser")
    assert [one.text for one in found.select(".liste h3")] == ["anne", "bruno", "chantal", "denis"]


def test_who_serves_a_case_stands_in_for_who_is_near(site: TestClient) -> None:
    """Where too few are near, and where the case has no commune; a case that nobody serves has
    none.
    """
    assert [one[0] for one in told(near(site, "/cas/quatre"))] == ["bruno", "anne"]
    without = near(site, "/cas/sans")
    assert [one[0] for one in told(without)] == ["denis", "anne"]
    assert without
    assert without.select(".voir-tout, .distance") == []
    assert near(site, "/cas/loin") is None


def test_a_person_leads_to_the_three_nearest_cases(site: TestClient) -> None:
    """None on the other side of a sea, none for who has no commune."""
    section = near(site, "/catalyseurs/bruno")
    assert section
    assert section.h2.text == "Des cas près de Brest"
    assert told(section) == [
        ("quatre", "à Brest même", "même fragilité\u00a0: Santé"),
        ("trois", "à 53\u00a0km de Brest", "même fragilité\u00a0: Santé"),
        ("un", "à 85\u00a0km de Brest", "même fragilité\u00a0: Santé"),
    ]
    assert section.select_one(".voir-tout a")["href"] == "/recherche?kind=case&near=29019"
    assert near(site, "/catalyseurs/denis") is None
