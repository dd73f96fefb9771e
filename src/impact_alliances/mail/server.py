"""The SMTP server: a connection to it, and a message given in two steps, so that one knows what it
had when it fell silent.

By the standard library, in the sender's own thread: nothing else waits there, and its commands can
be given one by one. What is certainly not taken ends before the last dot; after it, there is doubt.
"""

import contextlib
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pydantic import SecretStr

from impact_alliances.addresses import mailbox
from impact_alliances.mail.blanking import without_addresses
from impact_alliances.mail.carrier import CUT, Doubtful, NotTaken, Unreachable
from impact_alliances.mail.composing import as_data, composed
from impact_alliances.resources.letter import Letter
from impact_alliances.settings import Settings

PORTS = {"starttls": 587, "tls": 465, "none": 25}
# How many times the usual patience a server has to take a whole message: it may have it read by
# others first. Hung up on too soon, it leaves a doubt.
FINAL_PATIENCE = 10
_CLOSING = 421
# Who we are is refused, or wanted: that is no message's fault.
_NOT_US = (530, 534, 535, 538)
_CHECK = "vérifiez IMPACT_SMTP_HOST, IMPACT_SMTP_PORT et IMPACT_SMTP_SECURITY"


@dataclass(frozen=True)
class Account:
    """Where messages go out, and as whom. `sender` is a name, which may be empty, and an
    address.
    """

    host: str
    port: int
    security: str
    user: str
    password: SecretStr
    timeout_s: float
    sender: tuple[str, str]

    @classmethod
    def of(cls, settings: Settings) -> "Account":
        """That of these settings, which name a server and a sender."""
        return cls(
            host=settings.smtp_host,
            port=settings.smtp_port or PORTS[settings.smtp_security],
            security=settings.smtp_security,
            user=settings.smtp_user,
            password=settings.smtp_password,
            timeout_s=settings.smtp_timeout_s,
            sender=mailbox(settings.mail_from),
        )


class SmtpServer:
    """Carries messages to the server of an account."""

    keeps_texts = False

    def __init__(self, account: Account) -> None:
        self._account = account

    @contextmanager
    def open(self) -> Iterator["Handing"]:
        """A connection, logged in. Raises `Unreachable`."""
        connection = self._connected()
        try:
            yield Handing(connection, self._account)
        finally:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                connection.quit()
            connection.close()

    def _connected(self) -> smtplib.SMTP:
        try:
            connection = self._greeted()
        except (smtplib.SMTPException, OSError, ValueError) as fault:
            raise Unreachable(_told(fault)) from fault
        try:
            self._enter(connection)
        except (smtplib.SMTPException, OSError, ValueError) as fault:
            connection.close()
            raise Unreachable(_told(fault)) from fault
        return connection

    def _greeted(self) -> smtplib.SMTP:
        account = self._account
        # The name we give is that of the sender: to ask for the machine's own may take seconds.
        ours = account.sender[1].rpartition("@")[2]
        if account.security == "tls":
            return smtplib.SMTP_SSL(
                account.host,
                account.port,
                ours,
                timeout=account.timeout_s,
                context=ssl.create_default_context(),
            )
        return smtplib.SMTP(account.host, account.port, ours, timeout=account.timeout_s)

    def _enter(self, connection: smtplib.SMTP) -> None:
        connection.ehlo_or_helo_if_needed()
        if self._account.security == "starttls":
            connection.starttls(context=ssl.create_default_context())
            connection.ehlo()
        if self._account.user:
            connection.login(self._account.user, self._account.password.get_secret_value())


class Handing:
    """A connection to the server, on which messages are given one after the other."""

    def __init__(self, connection: smtplib.SMTP, account: Account) -> None:
        self._connection, self._account = connection, account
        self._content = b""

    def offer(self, letter: Letter) -> None:
        """Say from whom and to whom. Raises `NotTaken`, or `Unreachable` when we are the ones
        refused.
        """
        self._content = _composed(letter, self._account.sender)
        self._say_from(letter)
        with _certainly_not():
            self._expect(2, self._connection.rcpt(letter.to), letter)

    def _say_from(self, letter: Letter) -> None:
        """A connection that is gone by then, after a rest or after too many messages, is gone for
        no message's fault.
        """
        size = [f"size={len(self._content)}"] if self._connection.has_extn("size") else []
        try:
            with _certainly_not():
                self._expect(2, self._connection.mail(self._account.sender[1], size), letter)
        except NotTaken as refusal:
            if refusal.is_cut:
                raise Unreachable(CUT) from refusal
            raise

    def forget(self) -> None:
        """Take back what was offered."""
        with contextlib.suppress(smtplib.SMTPException, OSError):
            self._connection.rset()

    def hand_over(self, letter: Letter) -> str:
        """Give the message offered. Returns what the server says on taking it; raises `NotTaken`,
        or `Doubtful`.
        """
        with _certainly_not():
            self._expect(3, self._connection.docmd("DATA"), letter)
            self._connection.send(as_data(self._content))
        answer = self._ended(letter)
        self._expect(2, answer, letter)
        return _said(answer, letter)

    def _ended(self, letter: Letter) -> tuple[int, bytes]:
        """Give the last dot; the answer to it."""
        patience_s = self._account.timeout_s * FINAL_PATIENCE
        try:
            if self._connection.sock:
                self._connection.sock.settimeout(patience_s)
            self._connection.send(b".\r\n")
            answer = self._connection.getreply()
            if self._connection.sock:
                self._connection.sock.settimeout(self._account.timeout_s)
        except (smtplib.SMTPException, OSError) as cut:
            raise Doubtful(_told(cut)) from cut
        if answer[0] // 100 not in (2, 4, 5):
            raise Doubtful(_said(answer, letter))
        return answer

    def _expect(self, kind: int, answer: tuple[int, bytes], letter: Letter) -> None:
        """Raise what a refusal is, unless the answer begins by that digit."""
        code = answer[0]
        if code // 100 == kind:
            return
        said = _said(answer, letter)
        if code in _NOT_US:
            raise Unreachable(_told(smtplib.SMTPAuthenticationError(code, b"")))
        if code == _CLOSING or not 400 <= code < 600:
            raise NotTaken(said, is_cut=True)
        self.forget()
        raise NotTaken(said, is_final=code >= 500)


def _composed(letter: Letter, sender: tuple[str, str]) -> bytes:
    try:
        return composed(letter, sender)
    except Exception as fault:
        # None is known. One that is found must not stand for ever before all the others.
        said = f"Ce message ne peut être mis en forme ({type(fault).__name__})."
        raise NotTaken(said, is_final=True) from fault


@contextmanager
def _certainly_not() -> Iterator[None]:
    """A connection that fails here has not taken the message."""
    try:
        yield
    except (smtplib.SMTPException, OSError) as cut:
        raise NotTaken(_told(cut), is_cut=True) from cut


def _said(answer: tuple[int, bytes], letter: Letter) -> str:
    text = answer[1].decode("utf-8", errors="replace")
    return f"{answer[0]} {without_addresses(text, letter.to, letter.reply_to)}"


def _told(fault: Exception) -> str:
    """Why the server cannot be used, in French; never in its own words, which may hold an
    address.
    """
    # The library tells a silence as a hang-up.
    match fault.__context__ if isinstance(fault.__context__, TimeoutError) else fault:
        case smtplib.SMTPAuthenticationError():
            return (
                "Le serveur de courrier refuse l’utilisateur ou le mot de passe : vérifiez "
                "IMPACT_SMTP_USER et IMPACT_SMTP_PASSWORD."
            )
        case smtplib.SMTPNotSupportedError():
            return (
                "Le serveur de courrier n’offre pas ce qui est demandé (STARTTLS, ou "
                f"l’authentification) : {_CHECK}."
            )
        case ssl.SSLError():
            return (
                "La connexion chiffrée au serveur de courrier échoue (certificat ou mode) : "
                f"{_CHECK}."
            )
        case smtplib.SMTPResponseException(smtp_code=code):
            return f"Le serveur de courrier a répondu {code}."
        case TimeoutError():
            return f"Le serveur de courrier ne répond pas à temps : {_CHECK}."
        case smtplib.SMTPServerDisconnected() | ConnectionResetError() | BrokenPipeError():
            return "Le serveur de courrier a coupé la connexion."
        case OSError():
            return f"Le serveur de courrier est injoignable : {_CHECK}."
    return "Le serveur de courrier ne peut pas servir : vérifiez les réglages IMPACT_SMTP_…."
