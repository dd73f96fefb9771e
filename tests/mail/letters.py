"""Messages to send, for tests."""

from pydantic import SecretStr
from sqlalchemy import Engine

from impact_alliances.db import writing
from impact_alliances.mail.message import Outgoing
from impact_alliances.mail.queue import enqueue
from impact_alliances.mail.server import Account

SENDER = ("L’Observatoire", "base@observatoire.example")


def outgoing(**changed: object) -> Outgoing:
    """A message that could be sent."""
    wanted = {
        "to": "camille.legoff@liens.example",
        "subject": "Une question sur la mobilité",
        "text": "Bonjour,\nPouvez-vous nous aider à Lannion ?\n",
        "purpose": "contact",
        **changed,
    }
    return Outgoing(**wanted)  # type: ignore[arg-type]


def queued(database: Engine, times: int = 1, **changed: object) -> list[int]:
    """The numbers of so many messages that wait."""
    with writing(database) as session:
        return [enqueue(session, outgoing(**changed)) for _ in range(times)]


def an_account(port: int, **changed: object) -> Account:
    """An account on a server of this machine."""
    wanted = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "user": "",
        "password": SecretStr(""),
        "timeout_s": 5.0,
        "sender": SENDER,
        **changed,
    }
    return Account(**wanted)  # type: ignore[arg-type]
