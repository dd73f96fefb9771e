"""What an editor sees of messages, and decides of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from impact_alliances.cli import app, run
from impact_alliances.db import make_engine, writing
from impact_alliances.diagnosis import Part, examine
from impact_alliances.mail.queue import Outcome, Queue
from impact_alliances.resources.changes import Follower
from impact_alliances.resources.key import Key
from impact_alliances.resources.letter import ACCEPTED, REFUSED, UNCERTAIN, WAITING
from support.processes import free_port
from support.service import a_service
from support.smtp import smtp_server
from tests.conftest import Make
from tests.mail.letters import queued

runner = CliRunner()


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """That of the commands of a test."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IMPACT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("IMPACT_EMBEDDER", "none")
    assert runner.invoke(app, ["migrate"]).exit_code == 0
    database = make_engine(f"sqlite:///{tmp_path}/data/impact-alliances.sqlite3")
    yield database
    database.dispose()


def _run(*words: object) -> Result:
    return runner.invoke(app, list(map(str, words)))


def _ended(database: Engine, state: str, reply: str = "") -> int:
    (number,) = queued(database, about=Key("catalyseur", "cat-0001"))
    queue = Queue(database)
    queue.end(queue.letter(number), Outcome(state, reply))
    return number


def test_what_waits_failed_or_is_in_doubt_is_listed(base: Engine) -> None:
    """By number, without anyone's address; and what can be done of it."""
    assert "Messages : aucun message." in _run("mail").stdout
    waiting, refused = queued(base)[0], _ended(base, REFUSED, "550 5.1.1 [x] no such user")
    doubtful, taken = _ended(base, UNCERTAIN, "Le serveur se tait."), _ended(base, ACCEPTED)
    said = _run("mail").stdout.replace("\u00a0", " ")
    first, way, *listed, last = said.splitlines()
    assert first == ("Messages : 1 en attente, 1 incertain, 1 refusé et 1 pris par le serveur.")
    assert "IMPACT_SMTP_HOST et IMPACT_MAIL_FROM" in way
    assert [int(line.split()[0]) for line in listed] == [doubtful, refused, waiting]
    assert "refusé (message relayé, catalyseur:cat-0001" in listed[1]
    assert listed[1].endswith(" : 550 5.1.1 [x] no such user")
    assert ("mail retry N" in last, "liens.example" in said) == (True, False)
    assert taken not in [int(line.split()[0]) for line in listed]


def test_a_message_is_shown_whole_to_whoever_asks_for_it(base: Engine) -> None:
    (number,) = queued(base, reply_to="anne@mairie.example", reply_name="Anne")
    said = _run("mail", "show", number).stdout
    for expected in ("À : camille.legoff@liens.example", "Répondre à : Anne anne@mairie.example"):
        assert expected in said
    assert "\nBonjour,\nPouvez-vous nous aider" in said
    assert "texte effacé" in _run("mail", "show", _ended(base, ACCEPTED)).stdout


def test_messages_are_sent_again_or_dropped_by_their_numbers(base: Engine) -> None:
    numbers = [_ended(base, state) for state in (REFUSED, UNCERTAIN)]
    assert _run("mail", "retry", *numbers).exit_code == 0
    assert [Queue(base).letter(number).state for number in numbers] == [WAITING, WAITING]
    assert _run("mail", "drop", *numbers).exit_code == 0
    assert Queue(base).letter(numbers[0]).to == ""
    again = _run("mail", "retry", numbers[0])
    assert (again.exit_code, "effacé" in str(again.exception)) == (1, True)


@pytest.mark.parametrize("misuse", [["show"], ["retry"], ["show", "x"], ["test"], ["envoyer"]])
def test_a_misuse_is_told_in_french(misuse: list[str], base: Engine) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["impact-alliances", "mail", *misuse])
        assert run() == 2


def test_a_trial_says_what_the_server_answers(
    base: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without waiting for anyone to send it; the queue knows nothing of it."""
    assert "IMPACT_SMTP_HOST" in str(_run("mail", "test", "a@b.example").exception)
    monkeypatch.setenv("IMPACT_MAIL_FROM", "Base <base@observatoire.example>")
    monkeypatch.setenv("IMPACT_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("IMPACT_SMTP_SECURITY", "none")
    with smtp_server() as inbox:
        monkeypatch.setenv("IMPACT_SMTP_PORT", str(inbox.port))
        assert "250 2.0.0 Ok" in _run("mail", "test", "a@b.example").stdout
        assert [one.recipients for one in inbox.taken] == [("a@b.example",)]
        assert "254" not in str(_run("mail", "test", "a").exception)
        inbox.moods = {"RCPT": "550 5.1.1 a@b.example unknown"}
        refused = _run("mail", "test", "a@b.example")
        assert str(refused.exception) == "Le serveur ne prend pas le message : 550 5.1.1 … unknown"
        inbox.moods = {"DOT": "cut"}
        assert "peut-être parti" in str(_run("mail", "test", "a@b.example").exception)
    assert "injoignable" in str(_run("mail", "test", "a@b.example").exception)
    assert Queue(base).counts() == {}


# -- doctor --------------------------------------------------------------------------------------


def _part(folder: Path, name: str = "courrier", **settings: Any) -> Part | None:
    service = a_service(folder, **settings)
    try:
        return next((part for part in examine(service) if part.name == name), None)
    finally:
        service.close()


def _mail_part(folder: Path, **settings: Any) -> tuple[bool, str, str]:
    part = _part(folder, **settings)
    assert part
    return part.ok, part.detail, part.mend


def test_doctor_says_which_settings_lack(tmp_path: Path) -> None:
    """None at all is a choice, as long as nothing waits."""
    ok, detail, _ = _mail_part(tmp_path)
    assert (ok, "IMPACT_SMTP_HOST et IMPACT_MAIL_FROM" in detail) == (True, True)
    ok, _, mend = _mail_part(tmp_path, smtp_host="smtp.example")
    assert (ok, mend) == (False, "IMPACT_MAIL_FROM")
    queued(make_engine(f"sqlite:///{tmp_path}/impact-alliances.sqlite3"))
    assert _mail_part(tmp_path)[0] is False
    assert _mail_part(tmp_path, demo=True)[0] is True


def test_doctor_knocks_at_the_server_and_counts(tmp_path: Path) -> None:
    settings: dict[str, Any] = {
        "mail_from": "a@b.example",
        "smtp_host": "127.0.0.1",
        "smtp_security": "none",
    }
    ok, detail, _ = _mail_part(tmp_path, **settings, smtp_port=free_port())
    assert (ok, "injoignable" in detail) == (False, True)
    with smtp_server() as inbox:
        ok, detail, _ = _mail_part(tmp_path, **settings, smtp_port=inbox.port)
        assert (ok, detail) == (True, "Le serveur répond ; aucun message.")
        _ended(make_engine(f"sqlite:///{tmp_path}/impact-alliances.sqlite3"), UNCERTAIN)
        ok, detail, mend = _mail_part(tmp_path, **settings, smtp_port=inbox.port)
        assert (ok, "1\u00a0incertain" in detail) == (False, True)
        assert mend == "impact-alliances mail"
        assert inbox.taken == []


@pytest.mark.parametrize("make_database", ["postgresql"], indirect=True)
def test_doctor_says_when_several_machines_sign_apart(make_database: Make, tmp_path: Path) -> None:
    """Each with the key of its own folder."""
    database = make_database()
    url = database.url.render_as_string(hide_password=False)
    assert _part(tmp_path, "clé des liens", database_url=url) is None
    with writing(database) as session:
        session.add(Follower(name="folder-0123456789abcdef0123", is_whole=True))
    part = _part(tmp_path, "clé des liens", database_url=url)
    assert part
    assert (part.ok, part.mend) == (False, "IMPACT_SECRET_KEY")
    assert _part(tmp_path, "clé des liens", database_url=url, secret_key="x" * 32) is None
