"""The way to the server: who we are, and whether anyone may listen."""

import shutil
import ssl
import subprocess
import threading
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from impact_alliances.locks import NoLock
from impact_alliances.mail.carrier import Unreachable
from impact_alliances.mail.delivering import Postman
from impact_alliances.mail.queue import Queue
from impact_alliances.mail.server import PORTS, Account, SmtpServer
from impact_alliances.settings import Settings
from support.processes import free_port
from support.smtp import smtp_server
from tests.mail.letters import an_account, queued

# The server warns that this is unwise where others may listen.
without_encryption = pytest.mark.filterwarnings("ignore:Requiring AUTH")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    """That of this machine, signed by itself; and its file."""
    if not shutil.which("openssl"):
        pytest.skip("no openssl to make a certificate with")
    folder = tmp_path_factory.mktemp("certificate")
    key, file = folder / "key.pem", folder / "certificate.pem"
    made = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
    named = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"]
    subprocess.run(
        [*made.split(), *named, "-keyout", str(key), "-out", str(file)],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key)
    return context, file


def _sent(database: Engine, account: Account) -> None:
    Postman(Queue(database), SmtpServer(account), NoLock(), retention_days=90).send_due(
        threading.Event()
    )


def _said(account: Account) -> str:
    with pytest.raises(Unreachable) as fault, SmtpServer(account).open():
        pass
    return fault.value.detail


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_known_certificate_is_trusted(
    security: str,
    certificate: tuple[ssl.SSLContext, Path],
    database: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And what is sent is then encrypted: this server takes nothing that is not."""
    context, file = certificate
    queued(database)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with smtp_server(certificate=context, is_tls=security == "tls") as inbox:
        _sent(database, an_account(inbox.port, security=security))
    assert len(inbox.taken) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_an_unknown_certificate_gets_nothing(
    security: str, certificate: tuple[ssl.SSLContext, Path]
) -> None:
    with smtp_server(certificate=certificate[0], is_tls=security == "tls") as inbox:
        assert "certificat" in _said(an_account(inbox.port, security=security))


def test_a_server_without_encryption_gets_nothing_when_it_is_wanted() -> None:
    """Never in clear because the other cannot do better."""
    with smtp_server() as inbox:
        assert "STARTTLS" in _said(an_account(inbox.port, security="starttls"))
        said = _said(an_account(inbox.port, security="tls"))
        assert "IMPACT_SMTP_SECURITY" in said


@without_encryption
def test_one_logs_in_with_name_and_password(database: Engine) -> None:
    queued(database)
    with smtp_server(logins={"base": "sésame".encode().hex()}) as inbox:
        known = {"user": "base", "password": SecretStr("sésame".encode().hex())}
        _sent(database, an_account(inbox.port, **known))
    assert len(inbox.taken) == 1


@without_encryption
@pytest.mark.parametrize(
    ("password", "told"), [("autre", "IMPACT_SMTP_PASSWORD"), ("accentué", "IMPACT_SMTP_…")]
)
def test_a_password_refused_costs_no_message(password: str, told: str, database: Engine) -> None:
    """They wait, and neither is repeated."""
    (number,) = queued(database)
    with smtp_server(logins={"base": "sesame"}) as inbox:
        account = an_account(inbox.port, user="base", password=SecretStr(password))
        said = _said(account)
        with pytest.raises(Unreachable):
            _sent(database, account)
    assert (told in said, password in said) == (True, False)
    assert Queue(database).letter(number).state == "waiting"


@without_encryption
def test_a_server_that_wants_a_name_and_is_given_none_costs_no_message(database: Engine) -> None:
    (number,) = queued(database)
    with smtp_server(logins={"base": "sesame"}) as inbox, pytest.raises(Unreachable) as fault:
        _sent(database, an_account(inbox.port))
    assert "IMPACT_SMTP_USER" in fault.value.detail
    assert Queue(database).letter(number).state == "waiting"


@pytest.mark.parametrize(
    ("mood", "said"),
    [("554 5.7.1 You", "a répondu 554"), ("cut", "a coupé"), ("hang", "ne répond pas à temps")],
)
def test_why_a_server_cannot_be_used_is_said(mood: str, said: str) -> None:
    """In our words: its own may name anyone."""
    with smtp_server() as inbox:
        inbox.moods = {"CONNECT": mood}
        assert said in _said(an_account(inbox.port, timeout_s=0.2))


def test_a_server_that_is_not_there_is_said() -> None:
    assert "IMPACT_SMTP_HOST" in _said(an_account(free_port()))
    assert "IMPACT_SMTP_HOST" in _said(an_account(25, host="nulle-part.invalid"))


@pytest.mark.parametrize("security", PORTS)
def test_without_a_port_it_is_the_usual_one(security: str) -> None:
    chosen = {"smtp_host": "x", "mail_from": "Nom <a@b.example>", "smtp_security": security}
    account = Account.of(Settings(_env_file=None, **chosen))  # type: ignore[arg-type]
    assert (account.port, account.sender) == (PORTS[security], ("Nom", "a@b.example"))
