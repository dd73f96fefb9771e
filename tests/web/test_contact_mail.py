"""From the form to the mailbox, by a real SMTP server: stopped, it keeps nobody from writing."""

import threading
from pathlib import Path

import time_machine
from pydantic import SecretStr
from starlette.testclient import TestClient

from impact_alliances.app import create_app
from impact_alliances.wiring import Service, make_postman
from support.builders import a_catalyseur
from support.processes import free_port
from support.service import a_service
from support.smtp import Inbox, smtp_server
from tests.web.test_contact import AWA, FILLED, NOON, opened


def _service(folder: Path, port: int) -> Service:
    return a_service(
        folder,
        a_catalyseur(id="awa", slug="awa", email="secret@liens.example"),
        secret_key=SecretStr("a secret of thirty-two signs, more"),
        smtp_host="127.0.0.1",
        smtp_port=port,
        smtp_security="none",
        mail_from="La base <base@observatoire.example>",
        base_url="https://base.example",
    )


def _written(service: Service, **changed: str) -> int:
    """What the form answers, filled in by somebody."""
    with time_machine.travel(NOON, tick=False) as clock:
        client = TestClient(create_app(service.settings, service), follow_redirects=False)
        client.clock = clock  # type: ignore[attr-defined]
        return client.post(AWA, data=opened(client) | changed).status_code


def _taken(service: Service, inbox: Inbox) -> Inbox:
    make_postman(service.settings, service.database).send_due(threading.Event())
    return inbox


def test_two_messages_leave_and_only_the_first_is_the_writer_s(tmp_path: Path) -> None:
    """Of the server's own bytes: who it is from, who is answered, and what each may read."""
    with smtp_server() as inbox:
        service = _service(tmp_path, inbox.port)
        hostile = (
            "Jeanne\r\nBcc: x@evil.example\r\n\r\n=?utf-8?q?=0D=0ABcc:_y@evil.example?=<script>"
        )
        assert _written(service, nom=hostile, message=f"{FILLED['message']}\n.\n.\nFin.") == 303
        to_person, to_visitor = _taken(service, inbox).taken
        service.close()
    assert to_person.recipients == ("secret@liens.example",)
    assert to_visitor.recipients == ("jeanne@mairie.example",)
    read, acknowledged = to_person.message, to_visitor.message
    assert read["From"] == "La base <base@observatoire.example>"
    assert read["Reply-To"].addresses[0].addr_spec == "jeanne@mairie.example"
    assert read["Bcc"] is read["Cc"] is None
    text = read.get_body(("plain",))
    assert text
    said = text.get_content().replace("\r\n", "\n")
    assert "> .\n> .\n> Fin." in said
    assert "https://base.example/ma-fiche/retrait?lien=" in said
    assert acknowledged["Reply-To"] is None
    assert b"secret" not in to_visitor.content
    assert "evil" not in str(acknowledged)


def test_a_server_that_is_stopped_keeps_nobody_from_writing(tmp_path: Path) -> None:
    """The message waits, and leaves once."""
    port = free_port()
    service = _service(tmp_path, port)
    assert _written(service) == 303
    with smtp_server(port=port) as inbox:
        for _ in range(2):
            _taken(service, inbox)
        assert [one.recipients[0] for one in inbox.taken] == [
            "secret@liens.example",
            "jeanne@mairie.example",
        ]
    service.close()
