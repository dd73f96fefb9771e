"""The form by which a person of the base is written to: it never shows an address, loses nothing
that was typed, and sends once.
"""

import datetime as dt
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import time_machine
from bs4 import BeautifulSoup
from httpx2 import Response
from pydantic import SecretStr
from sqlalchemy.exc import OperationalError
from sqlmodel import select
from starlette.testclient import TestClient

from impact_alliances.app import create_app
from impact_alliances.db import reading, writing
from impact_alliances.errors import Unavailable
from impact_alliances.resources.catalyseur import Catalyseur
from impact_alliances.resources.letter import Letter
from impact_alliances.resources.resource import DRAFT
from impact_alliances.wiring import Service
from support.builders import a_case, a_catalyseur
from support.service import a_service

NOON = dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC)
AWA, CASE = "/catalyseurs/awa/contact", "/cas/velo/contact"
FILLED = {
    "nom": "Jeanne Martin",
    "courriel": "jeanne@mairie.example",
    "structure": "Mairie de Trévou",
    "besoin": "contractualiser",
    "message": "Nous cherchons quelqu’un pour animer une réunion publique à Trévou.",
}
SECRETS = ("secret", "liens.example", "porteurs", "06 39", "Zoé", "Bellec")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A base with people, one who has changed address, and a case that nobody answers for."""
    made = a_service(
        tmp_path,
        *(
            a_catalyseur(
                id=f"cat-{n}", slug=f"p{n}", name=f"Personne {n}", email=f"{n}@liens.example"
            )
            for n in range(1, 5)
        ),
        a_catalyseur(id="awa", slug="awa", email="secret@liens.example", phone="06 39 98 12 34"),
        a_case(
            id="cas-1",
            slug="velo",
            contact_name="Zoé Bellec",
            contact_email="zoe@porteurs.example",
        ),
        a_case(id="cas-2", slug="muet"),
        secret_key=SecretStr("a secret of thirty-two signs, more"),
        smtp_host="127.0.0.1",
        mail_from="base@observatoire.example",
        contact="equipe@observatoire.example",
    )
    yield made
    made.close()


@pytest.fixture
def site(service: Service) -> Iterator[TestClient]:
    """The site, at noon: time passes when a form is filled in."""
    with time_machine.travel(NOON, tick=False) as clock:
        client = TestClient(
            create_app(service.settings, service),
            raise_server_exceptions=False,
            follow_redirects=False,
        )
        client.clock = clock  # type: ignore[attr-defined]
        yield client


def opened(site: TestClient, path: str = AWA) -> dict[str, str]:
    """The hidden fields of a fresh form, and what a person types in it, ten seconds later."""
    page = read(site.get(path))
    hidden = {
        str(field["name"]): str(field["value"]) for field in page.select("main input[type=hidden]")
    }
    site.clock.shift(10)  # type: ignore[attr-defined]
    return {**hidden, **FILLED}


def read(answer: Response) -> BeautifulSoup:
    """A page, read."""
    return BeautifulSoup(answer.text, "html.parser")


def sent(service: Service) -> list[Letter]:
    """What is queued."""
    with reading(service.database) as session:
        return list(session.exec(select(Letter)))


def errors(answer: Response) -> list[str]:
    """What the block on top tells."""
    page = read(answer)
    return [one.get_text(" ", strip=True) for one in page.select("#erreurs li, #erreurs p")]


def kept(answer: Response) -> dict[str, str]:
    """What the form that came back holds, as a browser would send it again."""
    page = read(answer)
    fields = {
        str(one["name"]): str(one.get("value", ""))
        for one in page.select("main form input")
        if one["type"] not in ("radio", "checkbox") or one.has_attr("checked")
    }
    fields["message"] = page.textarea.text.removeprefix("\n")
    return fields


# -- the way through -----------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "sheet"), [(AWA, "/catalyseurs/awa"), (CASE, "/cas/velo")])
def test_a_sheet_leads_to_a_form_that_sends_and_tells(
    site: TestClient, service: Service, path: str, sheet: str
) -> None:
    """303, so that a reload sends nothing; the page says who answers, and how."""
    link = read(site.get(sheet)).select_one(".invitation .action a")
    assert link["href"] == path
    answer = site.post(path, data=opened(site, path))
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}/transmis")
    page = read(site.get(f"{path}/transmis"))
    assert page.h1.text == "Message transmis"
    assert "vous répond directement" in page.main.text
    assert [one.purpose for one in sent(service)] == ["contact", "acknowledgement"]
    assert {one.to for one in sent(service)} & {"secret@liens.example", "zoe@porteurs.example"}


def test_a_form_says_all_that_a_browser_and_a_reader_need(site: TestClient) -> None:
    """A label for each field, its purpose, what is required, its help; nothing kept in caches."""
    answer = site.get(AWA)
    page = read(answer)
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    assert page.h1.text == "Écrire à Awa Le Goff"
    fields = {name: page.select_one(f"#{name}") for name in ("nom", "courriel", "structure")}
    assert [field["autocomplete"] for field in fields.values()] == ["name", "email", "organization"]
    assert [field.has_attr("required") for field in fields.values()] == [True, True, False]
    assert "(facultatif)" in page.select_one("label[for=structure]").text
    assert fields["courriel"]["aria-describedby"] == "courriel-aide"
    assert len(page.select("input[type=radio]")) == 9
    assert page.select_one("input[type=radio][checked]")["value"] == "autre"
    assert read(site.get(CASE)).select("input[type=radio]") == []


def test_what_could_never_leave_is_refused_and_not_queued(
    site: TestClient, service: Service
) -> None:
    """Where somebody can still correct it; nothing is lost."""
    answer = site.post(AWA, data=opened(site) | {"courriel": "=?utf-8?q?x?=@exemple.fr"})
    assert (answer.status_code, sent(service)) == (400, [])
    assert "donnez une autre adresse" in errors(answer)[-1]
    assert kept(answer)["message"] == FILLED["message"]


def test_a_double_click_sends_once(site: TestClient, service: Service) -> None:
    form = opened(site)
    assert [site.post(AWA, data=form).status_code for _ in range(3)] == [303] * 3
    assert len(sent(service)) == 2
    answer = site.post(AWA, data={**form, "message": f"{FILLED['message']} Merci d’avance."})
    assert (answer.status_code, len(sent(service))) == (400, 2)
    assert "déjà servi" in errors(answer)[0]
    assert site.post(AWA, data=kept(answer) | {"besoin": "autre"}).status_code == 400
    site.clock.shift(10)  # type: ignore[attr-defined]
    assert site.post(AWA, data=kept(answer)).status_code == 303
    assert len(sent(service)) == 4


# -- what is wrong -------------------------------------------------------------------------------


def test_what_is_wrong_comes_first_leads_to_its_field_and_loses_nothing(site: TestClient) -> None:
    """The block has the focus; each field says its fault, and a correction where there is one."""
    form = opened(site) | {"nom": "", "courriel": "jeanne@gmial.com", "message": "Trop court ?"}
    answer = site.post(AWA, data=form)
    page = read(answer)
    block = page.select_one("#erreurs")
    assert answer.status_code == 400
    assert page.title.text.startswith("Erreur\u00a0: ")
    assert block.h2.text == "3\u00a0erreurs à corriger"
    assert block.has_attr("autofocus")
    assert (block["tabindex"], block["role"]) == ("-1", "alert")
    assert [link["href"] for link in block.select("a")] == ["#nom", "#courriel", "#message"]
    for name in ("nom", "courriel", "message"):
        field = page.select_one(f"#{name}")
        assert field["aria-invalid"] == "true"
        for described in str(field["aria-describedby"]).split():
            assert page.find(id=described)
        assert f"{name}-faute" in field["aria-describedby"]
    assert "jeanne@gmail.com" in page.select_one("#courriel-faute").text
    assert kept(answer) == form | {
        "courriel_garde": "jeanne@gmial.com",
        "message": "Trop court\u00a0?",
    } | {"telecopie": ""}
    again = kept(answer) | {"nom": "Jeanne", "message": FILLED["message"]}
    assert site.post(AWA, data=again).status_code == 303


HOSTILE: list[tuple[dict[str, str], int, str]] = [
    ({"nom": "a" * 10_000}, 400, "10\u202f000 signes\u00a0: 100 au plus"),
    ({"nom": "Jeanne\r\nBcc: awa@liens.example"}, 303, ""),
    ({"courriel": "jeanne@a.example\r\nBcc: b@c.example"}, 400, "nom@domaine.fr"),
    ({"courriel": "jeanne@a.example%0ABcc:b@c.example"}, 400, "nom@domaine.fr"),
    ({"message": "a" * 200_000}, 400, "4\u202f000 au plus"),
    ({"message": "\u202e\u200b" * 50}, 400, "Écrivez votre message"),
    ({"telecopie": "01 99 00 00 00"}, 400, "robots"),
    ({"besoin": "<script>"}, 400, "dans la liste"),
    ({"formulaire": ""}, 400, "plus valable"),
    ({"formulaire": "x.y.z"}, 400, "plus valable"),
    ({"sujet": "https://evil.example/recherche?q=a", "joindre": "oui"}, 303, ""),
    ({"sujet": "\x00\ud800".encode("utf-8", "replace").decode() * 900, "joindre": "oui"}, 303, ""),
]


@pytest.mark.parametrize(("changed", "status", "words"), HOSTILE)
def test_a_hostile_form_gets_a_clear_answer(
    site: TestClient, service: Service, changed: dict[str, str], status: int, words: str
) -> None:
    """What cannot be taken is told, what was typed is there, no address is shown."""
    form = opened(site) | changed
    answer = site.post(AWA, data=form)
    assert (answer.status_code, [one for one in errors(answer) if words in one] != []) == (
        status,
        bool(words),
    )
    assert len(sent(service)) == (2 if status == 303 else 0)
    assert not any(secret in answer.text for secret in SECRETS)
    if status == 400 and "message" not in changed:
        assert kept(answer)["message"] == FILLED["message"]
    for letter in sent(service):
        assert "evil.example" not in letter.text
        assert letter.subject.count("\n") == letter.reply_name.count("\n") == 0


def test_too_fast_and_too_late_are_told_and_lose_nothing(
    site: TestClient, service: Service
) -> None:
    form = opened(site)
    site.clock.shift(-8)  # type: ignore[attr-defined]
    hasty = site.post(AWA, data=form)
    assert "trop vite" in errors(hasty)[0]
    assert kept(hasty)["formulaire"] == form["formulaire"]
    site.clock.shift(dt.timedelta(days=1, seconds=10))  # type: ignore[attr-defined]
    late = site.post(AWA, data=kept(hasty))
    assert "il l’est un jour" in errors(late)[0]
    assert kept(late)["message"] == FILLED["message"]
    assert kept(late)["formulaire"] != form["formulaire"]
    assert sent(service) == []
    site.clock.shift(10)  # type: ignore[attr-defined]
    assert site.post(AWA, data=kept(late)).status_code == 303


def test_the_form_of_one_person_writes_to_no_other(site: TestClient, service: Service) -> None:
    form = opened(site, "/catalyseurs/p1/contact")
    answer = site.post(AWA, data=form)
    assert (answer.status_code, sent(service)) == (400, [])
    assert read(answer).h1.text == "Écrire à Awa Le Goff"


def test_the_fourth_person_of_a_day_is_refused_and_the_text_kept(
    site: TestClient, service: Service
) -> None:
    for number in (1, 2, 3):
        path = f"/catalyseurs/p{number}/contact"
        assert site.post(path, data=opened(site, path)).status_code == 303
    answer = site.post(AWA, data=opened(site))
    assert answer.status_code == 429
    assert "Vous avez déjà écrit à 3 catalyseurs aujourd’hui." in errors(answer)[0]
    assert kept(answer)["message"] == FILLED["message"]
    assert len(sent(service)) == 6


@pytest.mark.parametrize(
    "fault",
    [OperationalError("insert", {}, Exception("secret@liens.example")), Unavailable("Attendez.")],
)
def test_a_database_that_is_down_loses_nothing(
    site: TestClient, service: Service, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    """The ticket says who is written to: the page needs nothing else."""
    form = opened(site)

    def down(*_: Any) -> None:
        raise fault

    for name in ("relaying.written", "recipient.lasting"):
        monkeypatch.setattr(f"impact_alliances.contact.{name}", down)
    answer = site.post(AWA, data=form)
    assert answer.status_code == 503
    assert kept(answer)["message"] == FILLED["message"]
    assert read(answer).h1.text == "Écrire à Awa Le Goff"
    assert not any(secret in answer.text for secret in SECRETS)


def test_a_sheet_withdrawn_while_one_writes_loses_nothing(
    site: TestClient, service: Service
) -> None:
    form = opened(site)
    with writing(service.database) as session:
        session.get_one(Catalyseur, "awa").status = DRAFT
    answer = site.post(AWA, data=form)
    assert (answer.status_code, kept(answer)["message"]) == (410, FILLED["message"])


def test_a_site_that_sends_no_mail_has_no_form(tmp_path: Path) -> None:
    """The sheet leads to the team; who has the form open learns why."""
    service = a_service(
        tmp_path, a_catalyseur(slug="awa"), a_case(slug="velo", contact_email="z@p.example")
    )
    site = TestClient(create_app(service.settings, service))
    assert (
        read(site.get("/catalyseurs/awa")).select_one(".invitation .action a")["href"]
        == "/a-propos#contact"
    )
    assert read(site.get("/cas/velo")).select(".invitation") == []
    assert site.get(AWA).status_code == 503
    service.close()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/cas/muet/contact", 404),
        ("/catalyseurs/personne/contact", 404),
        ("/jeudis/x/contact", 404),
        ("/catalyseurs/awa/contact/autre", 404),
    ],
)
def test_there_is_no_form_where_nobody_answers(site: TestClient, path: str, status: int) -> None:
    assert site.get(path).status_code == status
    assert "invitation" not in site.get("/cas/muet").text


def test_other_methods_are_told_which_are_answered(site: TestClient) -> None:
    answer = site.delete(AWA)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")


def test_what_is_no_form_is_told_in_french(site: TestClient) -> None:
    """A body that breaks the reader of forms; a file in place of a text."""
    broken = site.post(
        AWA, content=b"x", headers={"content-type": "multipart/form-data; boundary=a"}
    )
    assert broken.status_code == 400
    assert "revenez au formulaire" in broken.text
    assert site.post(AWA, files={"nom": b"x"}).status_code == 400
    assert site.post(AWA, content=b"\xff&=%ff;nom").status_code == 400
    assert site.post(AWA, content=b"a&" * 5_000).status_code == 400


# -- what it is about ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "words", "address"),
    [
        ("cas-1", "le cas «\u00a0Un covoiturage de village\u00a0»", "/cas/velo"),
        ("/cas/velo", "le cas «\u00a0Un covoiturage de village\u00a0»", "/cas/velo"),
        ("cat-1", "la fiche de Awa Le Goff", "/catalyseurs/p1"),
        (
            "/recherche?q=car&fragilite=mobilite",
            "la recherche\u00a0: fiches pour «\u00a0car\u00a0», sur la mobilité",
            "/recherche?q=car&fragilite=mobilite",
        ),
        (
            "http://127.0.0.1:8000/catalyseurs?fragilite=sante&page=3",
            "la recherche\u00a0: catalyseurs sur la santé",
            "/recherche?kind=catalyseur&fragilite=sante",
        ),
    ],
)
def test_what_one_came_from_is_told_in_words_and_sent_if_wanted(
    site: TestClient, service: Service, given: str, words: str, address: str
) -> None:
    path = f"{AWA}?{site.get('/').request.url.copy_with(params={'sujet': given}).query.decode()}"
    form = opened(site, path)
    assert words in unescape(read(site.get(path)).select_one("label[for=joindre]").text)
    for joined, found in (({"joindre": "oui"}, True), ({}, False)):
        site.clock.shift(10)  # type: ignore[attr-defined]
        fresh = opened(site, path)
        assert (
            site.post(AWA, data=fresh | joined | {"courriel": f"j{found}@a.example"}).status_code
            == 303
        )
        to_person = sent(service)[-2]
        assert (f"http://127.0.0.1:8000{address}\n" in to_person.text) == found
    assert form["sujet"] == given


@pytest.mark.parametrize(
    ("referer", "subject"),
    [
        ("http://testserver/recherche?q=car", "/recherche?q=car"),
        ("http://testserver/cas/velo", "/cas/velo"),
        ("http://testserver/", ""),
        ("http://testserver/recherche", ""),
        ("http://evil.example/recherche?q=car", ""),
        ("http://testserver/catalyseurs/awa/contact", ""),
        ("http://[", ""),
    ],
)
def test_the_page_one_came_from_follows_to_the_form(
    site: TestClient, referer: str, subject: str
) -> None:
    """From a search or a case, by the sheet: the browser says it to this site alone."""
    page = read(site.get("/catalyseurs/awa", headers={"referer": referer}))
    link = str(page.select_one(".invitation .action a")["href"])
    assert link == (
        f"{AWA}?sujet=" + re.sub("[/?=]", lambda sign: f"%{ord(sign[0]):02X}", subject)
        if subject
        else AWA
    )
    direct = read(site.get(AWA, headers={"referer": referer})).select("input[name=sujet]")
    assert [one["value"] for one in direct] == ([subject] if subject else [])
