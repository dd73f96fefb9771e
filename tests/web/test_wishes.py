"""The pages of signed links: to look does nothing, one button does it, and what is no link of ours
tells nothing of anyone.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from httpx2 import Response
from pydantic import SecretStr
from sqlmodel import select
from starlette.testclient import TestClient

from impact_alliances.app import create_app
from impact_alliances.contact.links import Act
from impact_alliances.db import reading
from impact_alliances.resources.case import Case
from impact_alliances.resources.catalyseur import Catalyseur
from impact_alliances.resources.key import Key
from impact_alliances.resources.letter import Letter
from impact_alliances.resources.resource import DRAFT, PUBLISHED, RETIRED
from impact_alliances.resources.wishes import Wish
from impact_alliances.wiring import Service
from support.builders import a_case, a_catalyseur, stored
from support.service import a_service, settle

AWA, CASE = Key("catalyseur", "awa"), Key("case", "cas-1")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A catalyseur, and a case with a bearer."""
    made = a_service(
        tmp_path,
        a_catalyseur(id="awa", slug="awa", email="awa@liens.example", body="Elle écoute."),
        a_case(id="cas-1", slug="velo", contact_name="Zoé", contact_email="zoe@porteurs.example"),
        secret_key=SecretStr("a secret of thirty-two signs, more"),
        smtp_host="127.0.0.1",
        mail_from="base@observatoire.example",
        contact="equipe@observatoire.example",
    )
    yield made
    made.close()


@pytest.fixture
def site(service: Service) -> TestClient:
    """The site."""
    app = create_app(service.settings, service)
    return TestClient(app, raise_server_exceptions=False, follow_redirects=False)


def link(service: Service, act: Act, key: Key = AWA, *more: str) -> str:
    """The path of such a link, as a message holds it."""
    address = {AWA: "awa@liens.example", CASE: "zoe@porteurs.example"}[key]
    whole = service.links.to(act, key, address, *more)
    return whole.removeprefix(service.settings.base_url)


def read(answer: Response) -> BeautifulSoup:
    """A page, read."""
    return BeautifulSoup(answer.text, "html.parser")


def pressed(site: TestClient, path: str, **changed: str) -> Response:
    """What the button of that page gives, pressed with what the form holds."""
    page = read(site.get(path))
    form = page.select_one("main form[method=post]")
    given = {
        str(field["name"]): str(field.get("value", ""))
        for field in form.select("input")
        if field["type"] != "radio" or field.has_attr("checked")
    }
    given |= {str(one["name"]): one.text.removeprefix("\n") for one in form.select("textarea")}
    return site.post(str(form["action"]), data=given | changed)


def untouched(service: Service) -> bool:
    """Whether nothing was done, noted or sent."""
    with reading(service.database) as session:
        done = [*session.exec(select(Wish)), *session.exec(select(Letter))]
        statuses = {
            session.get_one(Catalyseur, "awa").status,
            session.get_one(Case, "cas-1").status,
        }
    return done == [] and statuses == {PUBLISHED}


@pytest.mark.parametrize("key", [AWA, CASE], ids=["catalyseur", "case"])
@pytest.mark.parametrize("act", list(Act))
def test_to_look_does_nothing(site: TestClient, service: Service, act: Act, key: Key) -> None:
    """Robots follow the links of messages: the page says what it will do, with one button."""
    path = link(service, act, key, "writer")
    for method in (site.get, site.head):
        answer = method(path)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
    page = read(site.get(path))
    assert len(page.select("main button")) == (act is not Act.RESUME)
    assert page.select_one("meta[name=robots]")["content"] == "noindex"
    assert "@" not in page.main.text.replace("equipe@observatoire.example", "")
    assert untouched(service)


def test_to_look_at_the_way_back_ends_no_pause(site: TestClient, service: Service) -> None:
    """A robot that follows it brings nobody back: its button does."""
    pressed(site, link(service, Act.PAUSE))
    assert len(read(site.get(link(service, Act.RESUME))).select("main button")) == 1
    assert site.get("/catalyseurs/awa").status_code == 404


def test_a_person_pauses_then_resumes(site: TestClient, service: Service) -> None:
    """The sheet, the search and the API follow."""
    answer = pressed(site, link(service, Act.PAUSE))
    assert (answer.status_code, answer.headers["location"]) == (303, "/ma-fiche/pause/fait")
    assert "en pause" in site.get("/ma-fiche/pause/fait").text
    settle(service)
    assert site.get("/catalyseurs/awa").status_code == 404
    assert site.get("/catalyseurs/awa/contact").status_code == 404
    assert site.get("/api/catalyseurs/awa").status_code == 404
    assert site.get("/api/search?q=awa&kind=catalyseur").json()["total"] == 0
    again = read(site.get(link(service, Act.PAUSE)))
    resume = str(again.select_one("main form a")["href"]).removeprefix(service.settings.base_url)
    assert pressed(site, resume).headers["location"] == "/ma-fiche/reprise/fait"
    settle(service)
    assert site.get("/catalyseurs/awa").status_code == 200
    assert site.get("/api/search?q=awa&kind=catalyseur").json()["total"] == 1


def test_a_person_withdraws(site: TestClient, service: Service) -> None:
    """410 from then on, and the link opens no more."""
    path = link(service, Act.WITHDRAW)
    assert pressed(site, path).headers["location"] == "/ma-fiche/retrait/fait"
    gone = site.get("/catalyseurs/awa")
    assert (gone.status_code, "à la demande de la personne" in gone.text) == (410, True)
    assert site.get(path).status_code == 410
    found = stored(service.database, Catalyseur, "awa")
    assert found
    assert (found.email, found.phone) == ("", "")


@pytest.mark.parametrize(
    ("scope", "done", "status"), [("contact", "depart", PUBLISHED), ("fiche", "retrait", RETIRED)]
)
def test_a_bearer_withdraws_alone_or_with_the_case(
    site: TestClient, service: Service, scope: str, done: str, status: str
) -> None:
    answer = pressed(site, link(service, Act.WITHDRAW, CASE), portee=scope)
    assert answer.headers["location"] == f"/ma-fiche/{done}/fait"
    assert site.get(f"/ma-fiche/{done}/fait").status_code == 200
    found = stored(service.database, Case, "cas-1")
    assert found
    assert (found.status, found.contact_email) == (status, "")
    assert site.get("/cas/velo").status_code == (200 if status == PUBLISHED else 410)


def test_a_correction_shows_every_public_field_and_hands_over_what_changed(
    site: TestClient, service: Service
) -> None:
    """In words; what a page does to spaces is no change, and nothing of the sheet changes."""
    path = link(service, Act.CORRECT)
    page = read(site.get(path))
    assert page.select_one("#champ-role")["value"] == "Animatrice de dialogue territorial"
    assert page.select_one("#champ-area")["value"] == "Mayenne (53), Bretagne"
    assert page.select_one("#champ-metiers")["value"] == "Dialogue territorial"
    assert page.select("#champ-email, #champ-phone, #champ-id, #champ-slug") == []
    nothing = pressed(site, path)
    assert nothing.status_code == 400
    assert "Rien n’est changé" in read(nothing).select_one("#erreurs").text
    assert untouched(service)
    changed = {"champ-role": "Directrice", "champ-body": "Elle écoute.\r\nElle agit."}
    assert pressed(site, path, **changed).headers["location"] == "/ma-fiche/correction/fait"
    with reading(service.database) as session:
        (wish,) = session.exec(select(Wish))
        assert session.get_one(Catalyseur, "awa").role == "Animatrice de dialogue territorial"
    assert [(one["field"], one["after"]) for one in wish.details] == [
        ("Texte", "Elle écoute.\nElle agit."),
        ("Rôle", "Directrice"),
    ]


def test_too_long_a_correction_is_told_and_kept(site: TestClient, service: Service) -> None:
    answer = pressed(site, link(service, Act.CORRECT), **{"champ-role": "a" * 30_000})
    assert answer.status_code == 400
    page = read(answer)
    assert page.select_one("#erreurs a")["href"] == "#champ-role"
    assert len(str(page.select_one("#champ-role")["value"])) == 30_000


def test_an_abuse_is_reported_with_a_word(site: TestClient, service: Service) -> None:
    path = link(service, Act.REPORT, AWA, "writer")
    answer = pressed(site, path, precisions="Il vend des fenêtres.")
    assert answer.headers["location"] == "/ma-fiche/signalement/fait"
    with reading(service.database) as session:
        assert "Il vend des fenêtres." in session.exec(select(Letter)).one().text


@pytest.mark.parametrize("act", list(Act))
def test_forged_and_expired_links_say_what_to_do_and_nothing_of_anyone(
    site: TestClient, service: Service, act: Act
) -> None:
    """403 and 410, to look as to press; the sheet is not named."""
    other = Act.PAUSE if act is not Act.PAUSE else Act.RESUME
    good, foreign = (link(service, one).partition("?lien=")[2] for one in (act, other))
    expired = service.links.to(act, AWA, "before@liens.example").partition("?lien=")[2]
    for token, status in (
        ("", 403),
        ("x" * 900, 403),
        (f"X{good[1:]}", 403),
        (foreign, 403),
        (expired, 410),
    ):
        for answer in (
            site.get(f"/ma-fiche/{act}", params={"lien": token}),
            site.post(f"/ma-fiche/{act}", data={"lien": token, "precisions": "Bonjour."}),
        ):
            assert answer.status_code == status
            assert "equipe@observatoire.example" in answer.text
            assert "Awa" not in answer.text
            assert "liens.example" not in answer.text
    assert untouched(service)


def test_there_is_no_other_act(site: TestClient) -> None:
    for path in ("/ma-fiche/supprimer", "/ma-fiche/supprimer/fait", "/ma-fiche"):
        assert site.get(path).status_code == 404


def test_a_sheet_in_pause_is_a_draft_for_the_editor(site: TestClient, service: Service) -> None:
    pressed(site, link(service, Act.PAUSE))
    found = stored(service.database, Catalyseur, "awa")
    assert found
    assert (found.status, found.email) == (DRAFT, "awa@liens.example")
