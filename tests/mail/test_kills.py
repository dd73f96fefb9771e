"""A sender killed at any moment: each message is taken once, still waiting, or in doubt."""

import random
import threading
from collections.abc import Callable

from sqlalchemy import Engine

from impact_alliances.db import make_engine
from impact_alliances.settings import Settings
from impact_alliances.wiring import make_postman
from support.mail_kills import MailOrdeal
from support.processes import Chosen
from support.smtp import smtp_server
from tests.commands.processes import forked


def send(chosen: Chosen) -> None:
    """What the service does beside its pages, for ever."""
    settings = Settings(**chosen)  # type: ignore[arg-type]
    make_postman(settings, make_engine(settings.database)).keep(threading.Event())


def test_killed_senders_lose_and_double_nothing(either_database: Engine) -> None:
    """Eight deaths here; `python -m bench.mail --kills 50` for the long run."""
    with smtp_server() as inbox:
        chosen: Chosen = {
            "database_url": either_database.url.render_as_string(hide_password=False),
            "smtp_host": "127.0.0.1",
            "smtp_port": inbox.port,
            "smtp_security": "none",
            "mail_from": "base@observatoire.example",
        }

        def start() -> Callable[[], None]:
            process = forked(send, chosen)

            def end() -> None:
                process.kill()
                process.join()

            return end

        ordeal = MailOrdeal(either_database, inbox, start, random.Random(5))
        assert ordeal.endure(8) == []
    # Else nobody died with a message in hand, and this would show nothing.
    assert ordeal.caught["sending"]
    assert len(inbox.taken) > 20
