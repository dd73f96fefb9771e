"""No address and no telephone of anybody of the base is in what a visitor may get, nor where it is
written by itself: pages, API, feeds, exports, index, journal, forms, acknowledgements.

Over the whole demonstration: every catalyseur, and every case that has a bearer.
"""

import io
import logging
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from impact_alliances import urls
from impact_alliances.app import create_app
from impact_alliances.contact.links import Act
from impact_alliances.contact.tickets import Tickets
from impact_alliances.db import reading
from impact_alliances.engines.documents import document_of
from impact_alliances.meaning.asking import readings_of
from impact_alliances.resources.case import Case
from impact_alliances.resources.catalyseur import Catalyseur
from impact_alliances.resources.kinds import key_of
from impact_alliances.resources.letter import Letter
from impact_alliances.resources.resource import Resource
from impact_alliances.wiring import Service
from tests.seed.conftest import uncounted
from tests.seed.writings import Writings

PAGES = """
/ /recherche /recherche?q=lannion /recherche?kind=catalyseur&q=mediation /recherche?kind=case
/recherche?q=colin+favreuil /recherche?q=catalyseurs.example /recherche?q=06+39+98 /catalyseurs
/recherche/carte?kind=catalyseur /recherche/carte?near=22113&rayon=50 /catalyseurs?vue=carte
/catalyseurs?near=22113 /catalyseurs?near=22113&rayon=50 /jeudis /veille /veille/bulletins/2024-T3
/a-propos /accessibilite /api/docs /rien /catalyseurs/colin-favreuil /robots.txt /sitemap.xml
/sitemap/catalyseurs-1.xml /healthz /readyz /recherche.atom?q=mediation /cas.atom /catalyseurs.atom
/jeudis.atom /veille.atom /recherche.csv?kind=catalyseur /recherche.csv?kind=case
/recherche.xlsx?kind=catalyseur /recherche.xlsx?kind=case /api/openapi.json /api/vocabularies
/api/suggest?q=favreuil /api/suggest?q=catalyseurs.example /api/communes?q=lannion
/api/search?q=catalyseurs.example /api/search?q=0639989999
""".split()
LISTS = [
    f"{path}kind={kind}&par_page=100&page={page}"
    for path in ("/api/search?", "/recherche?")
    for kind, pages in (("catalyseur", 4), ("case", 11))
    for page in range(1, pages + 1)
]
# One wrong form for each way of being wrong: no fault of it tells an address.
WRONG: list[dict[str, str]] = [
    {},
    {"nom": "a" * 10_000, "courriel": "x", "message": "Trop court"},
    {"courriel": "jeanne@gmial.com"},
    {"formulaire": "x.y.z"},
    {"telecopie": "x"},
    {"besoin": "x"},
]
FILLED = {
    "nom": "Jeanne Martin",
    "courriel": "jeanne@mairie.example",
    "besoin": "autre",
    "message": "Nous cherchons quelqu’un pour animer une réunion publique à Trévou.",
}


@dataclass(frozen=True)
class People:
    """Those who can be written to, and what must be found nowhere."""

    resources: Sequence[Resource]
    writings: Writings


@pytest.fixture(scope="module")
def people(service: Service) -> People:
    with reading(service.database) as session:
        found = [*session.exec(select(Catalyseur)), *session.exec(select(Case))]
    resources = [one for one in found if one.person()]
    emails = [person.address for one in resources if (person := one.person())]
    phones = [one.phone for one in resources if isinstance(one, Catalyseur)]
    assert (len(emails), len(phones)) >= (600, 350)
    return People(resources, Writings(emails, phones))


@pytest.mark.no_cover
def test_nobody_s_address_is_anywhere(
    service: Service, people: People, caplog: pytest.LogCaptureFixture
) -> None:
    """What a visitor may get of each of them, and what the service writes meanwhile."""
    caplog.set_level(logging.DEBUG)
    site = TestClient(create_app(service.settings, service), raise_server_exceptions=False)
    leaks = {}
    with uncounted():
        for path in [*PAGES, *LISTS, *(path for one in people.resources for path in _paths(one))]:
            if found := people.writings.found(_told(site, path)):
                leaks[path] = found
    assert leaks == {}
    assert people.writings.found(caplog.text) == []


def _paths(resource: Resource) -> list[str]:
    """All that tells of one of them."""
    api = urls.api_of(resource)
    return [urls.page_of(resource), urls.contact_of(resource), api, f"{api}/similar"]


def _told(site: TestClient, path: str) -> str:
    """An answer with its headers; of a workbook, the texts in it."""
    answer = site.get(path)
    assert answer.status_code < 500, path
    content = answer.text
    if answer.content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
            content = " ".join(book.read(name).decode() for name in book.namelist())
    return f"{answer.headers} {content}"


@pytest.mark.no_cover
def test_no_form_however_wrong_and_no_acknowledgement_tells_an_address(
    service: Service,
    people: People,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every fault of the form, each limit, what follows, the links of a person, and all that is
    sent to who writes.
    """
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(Tickets, "is_hasty", lambda *_: False)
    site = TestClient(create_app(service.settings, service), raise_server_exceptions=False)
    told = []
    for resource in [*people.resources[:6], *people.resources[-6:]]:
        path = urls.contact_of(resource)
        ticket = re.findall(r'name="formulaire" value="([^"]+)"', site.get(path).text)[0]
        form = {"formulaire": ticket, **FILLED}
        told += [site.post(path, data=form | wrong).text for wrong in WRONG]
        told += [site.post(path, data=form | {"message": FILLED["message"] * 2}).text]
        person = resource.person()
        assert person
        for act in Act:
            link = service.links.to(act, key_of(resource), person.address, "writer")
            told += [link, site.get(link.removeprefix(service.settings.base_url)).text]
    with reading(service.database) as session:
        letters = list(session.exec(select(Letter)))
    to_visitors = [one for one in letters if one.purpose == "acknowledgement"]
    assert len(to_visitors) >= 6
    assert any("déjà écrit à 3" in one for one in told)
    told += [f"{one.subject} {one.text} {one.html} {one.reply_to}" for one in to_visitors]
    kept = [
        f"{urls.mail_page(one.id or 0)}{end}" for one in letters for end in ("", "/mise-en-page")
    ]
    told += [site.get(path).text for path in (urls.MAIL, *kept)]
    assert [found for one in told if (found := people.writings.found(one))] == []
    assert people.writings.found(caplog.text) == []
    # The message to the person is told nothing of themselves either.
    to_people = [one for one in letters if one.purpose == "contact"]
    assert [one.id for one in to_people if people.writings.found(one.text + one.html)] == []


@pytest.mark.no_cover
def test_the_index_does_not_know_how_anybody_is_reached(service: Service, people: People) -> None:
    """A document, and what the model reads, are the same without it; no file holds it."""
    for resource in people.resources:
        document, read = document_of(resource), readings_of(resource)
        alone = type(resource).model_validate(resource.model_dump())
        alone.forget_person()
        assert alone.person() is None
        assert (document_of(alone), readings_of(alone)) == (document, read)
    files = [file for file in service.settings.index_dir.rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) > 1_000_000
    assert [file for file in files if people.writings.found_in_bytes(file.read_bytes())] == []


@pytest.mark.parametrize(
    "written",
    [
        "colin.favreuil@catalyseurs.example",
        "Écrivez à <b>Colin.Favreuil</b>@catalyseurs.example.",
        "mailto:colin.favreuil%40catalyseurs.example",
        "colin.favreuil%2540catalyseurs.example",
        "colin.favreuil&#64;catalyseurs&#x2e;example",
        "colin . favreuil (at) catalyseurs [dot] example",
        "colin.favreuil arobase catalyseurs point example",
        "colin.favreuil＠catalyseurs.example",
        "/x?y=Y29saW4uZmF2cmV1aWxAY2F0YWx5c2V1cnMuZXhhbXBsZQ",
        "06 39 98 00 02",
        "0639980002",
        "06.39.98.00.02",
        "06-39-98-00-02",
        "+33 6 39 98 00 02",
        "+33 (0)6 39 98 00 02",
        "tel:0033639980002",
        "06%2039%2098%2000%2002",
        "06&nbsp;39&#8239;98&nbsp;00&nbsp;02",
        "６ 39 98 00 02",
    ],
)
def test_what_looks_for_them_finds_every_writing(written: str) -> None:
    writings = Writings(["colin.favreuil@catalyseurs.example"], ["06 39 98 00 02"])
    assert writings.found(f"<p>Avant {written} après.</p>")
    assert writings.found(quote(f"avant {written} après"))


def test_what_looks_for_them_finds_nothing_else() -> None:
    writings = Writings(["colin.favreuil@catalyseurs.example"], ["06 39 98 00 02"])
    for innocent in ("a@b.example", "@catalyseurs.example", "colin.favreuil", "06 39 98 00 03"):
        assert writings.found(innocent) == []
