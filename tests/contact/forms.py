"""Messages to pass on, for tests."""

import itertools
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import Engine
from sqlmodel import select

from impact_alliances.contact.links import Links
from impact_alliances.contact.recipient import Recipient
from impact_alliances.contact.relaying import Relay, Writing
from impact_alliances.contact.tickets import Ticket
from impact_alliances.contact.typed import Typed
from impact_alliances.contact.wording import Subject, Wording
from impact_alliances.db import reading
from impact_alliances.resources.letter import Letter
from impact_alliances.resources.resource import Resource
from impact_alliances.settings import Settings
from impact_alliances.signing import Signer

MESSAGE = "Nous cherchons quelqu’un pour animer une réunion à Trévou."
_numbers = itertools.count(1)


def settings(**changed: object) -> Settings:
    """Those of a site that sends mail."""
    given = {
        "data_dir": Path("/nonexistent"),
        "secret_key": SecretStr("a secret of thirty-two signs, more"),
        "contact": "equipe@observatoire.example",
        "base_url": "https://base.example",
        "smtp_host": "127.0.0.1",
        "mail_from": "Base <base@observatoire.example>",
    }
    return Settings(_env_file=None, **{**given, **changed})  # type: ignore[arg-type]


def relay(database: Engine) -> Relay:
    """One over that database."""
    signer = Signer(settings())
    return Relay(database, signer, Wording(settings(), Links(settings(), signer)))


def writing(
    resource: Resource,
    *,
    form: str = "",
    client: str = "",
    subject: Subject | None = None,
    **typed: str,
) -> Writing:
    """A form that came back, well filled; each is another one unless `form` names it."""
    given = {"name": "Jeanne Martin", "email": "jeanne@mairie.example", "message": MESSAGE}
    ticket = Ticket(form or f"form-{next(_numbers)}", 0.0, Recipient.of(resource))
    return Writing(ticket, Typed(**{**given, **typed}), subject or Subject(), client)


def letters(database: Engine) -> list[Letter]:
    """All that is queued, in its order."""
    with reading(database) as session:
        return list(session.exec(select(Letter).order_by(Letter.id)))  # type: ignore[arg-type]
