"""The messages of the demonstration: to be read there, and nowhere else."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from impact_alliances.app import create_app
from impact_alliances.db import writing
from impact_alliances.mail.message import Outgoing
from impact_alliances.mail.queue import enqueue
from impact_alliances.resources.letter import Letter
from impact_alliances.wiring import Service
from support.service import a_service


@pytest.fixture
def demonstration(tmp_path: Path) -> Iterator[Service]:
    """One without a mail server, and a message to someone."""
    service = a_service(tmp_path, demo=True)
    yield service
    service.close()


def _client(service: Service) -> TestClient:
    return TestClient(create_app(service.settings, service), raise_server_exceptions=False)


def _written(service: Service, **changed: str) -> int:
    wanted = {
        "to": "camille.legoff@liens.example",
        "subject": "Une <b>question</b>",
        "text": "Bonjour,\nvoyez https://base.example/x?a=b&c=d\n<script>alert(1)</script>",
        "purpose": "contact",
        "reply_to": "anne@mairie.example",
        "reply_name": "Anne",
        **changed,
    }
    with writing(service.database) as session:
        return enqueue(session, Outgoing(**wanted))  # type: ignore[arg-type]


def test_a_message_is_read_where_it_stays(demonstration: Service) -> None:
    """Listed, then whole, its links to be followed; whose it is is told, and not their address."""
    client = _client(demonstration)
    assert "Il n’y en a pas encore" in client.get("/courrier").text
    number = _written(demonstration)
    demonstration.postman.send_due(threading.Event())
    page = client.get("/courrier")
    assert f'href="/courrier/{number}"' in page.text
    assert (page.headers["cache-control"], page.headers["x-robots-tag"]) == ("no-store", "noindex")
    assert 'name="robots" content="noindex' in page.text
    message = client.get(f"/courrier/{number}").text
    assert 'href="https://base.example/x?a=b&amp;c=d"' in message
    assert "&lt;script&gt;alert(1)" in message
    assert ("c…@liens.example" in message, "Anne (a…@mairie.example)" in message) == (True, True)
    for shown in (page.text, message):
        assert "camille" not in shown
        assert "anne@" not in shown
    assert demonstration.postman.queue.letter(number).text.startswith("Bonjour")


def test_its_other_version_is_shown_as_its_reader_sees_it(demonstration: Service) -> None:
    """Its style is its own; no script runs there."""
    client = _client(demonstration)
    number = _written(demonstration, html='<p style="color:red">Bonjour</p>')
    assert f'href="/courrier/{number}/mise-en-page"' in client.get(f"/courrier/{number}").text
    shown = client.get(f"/courrier/{number}/mise-en-page")
    assert shown.text == '<p style="color:red">Bonjour</p>'
    policy = shown.headers["content-security-policy"]
    assert ("script-src" in policy, "sandbox" in policy) == (False, True)
    other = _written(demonstration)
    assert client.get(f"/courrier/{other}/mise-en-page").status_code == 404


@pytest.mark.parametrize("path", ["/courrier/99", f"/courrier/{10**30}", "/courrier/x"])
def test_a_message_that_is_not_there_is_not_found(demonstration: Service, path: str) -> None:
    assert _client(demonstration).get(path).status_code == 404


def test_an_erased_message_is_not_found(demonstration: Service) -> None:
    number = _written(demonstration)
    with writing(demonstration.database) as session:
        session.execute(update(Letter).values(to=""))
    assert "effacé" in _client(demonstration).get(f"/courrier/{number}").text


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"smtp_host": "smtp.example", "mail_from": "a@b.example"},
        {"demo": True, "smtp_host": "smtp.example", "mail_from": "a@b.example"},
    ],
)
def test_there_is_no_such_page_elsewhere(settings: dict[str, Any], tmp_path: Path) -> None:
    """Nor a link to it; whatever waits, and though contents be fictional where mail does leave."""
    service = a_service(tmp_path, **settings)
    number = _written(service)
    client = _client(service)
    for path in ("", f"/{number}", f"/{number}/mise-en-page"):
        assert client.get(f"/courrier{path}").status_code == 404
    assert 'href="/courrier"' not in client.get("/a-propos").text
    service.close()
