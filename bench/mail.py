"""Kill the sender of messages at random moments, then see whether the server took any twice, and
whether any is lost.

python -m bench.mail --kills 50 [--postgresql]
"""

import argparse
import contextlib
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from impact_alliances.db import make_engine
from impact_alliances.migrating import migrate
from impact_alliances.settings import Settings
from support.mail_kills import MailOrdeal
from support.postgresql import postgresql_server
from support.processes import Chosen, kill, start
from support.smtp import smtp_server


def main() -> None:
    """`python -m bench.mail --kills N`."""
    asked = argparse.ArgumentParser(prog="python -m bench.mail")
    asked.add_argument("--kills", type=int, default=50)
    asked.add_argument("--postgresql", action="store_true", help="on PostgreSQL, else on SQLite")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        inbox = stack.enter_context(smtp_server())
        chosen: Chosen = {
            "data_dir": Path(name),
            "embedder": "none",
            "smtp_host": "127.0.0.1",
            "smtp_port": inbox.port,
            "smtp_security": "none",
            "mail_from": "base@observatoire.example",
        }
        if given.postgresql:
            url = stack.enter_context(postgresql_server())
            chosen = {**chosen, "database_url": url.render_as_string(hide_password=False)}
        database = make_engine(Settings(**chosen).database)  # type: ignore[arg-type]
        migrate(database)
        ordeal = MailOrdeal(database, inbox, lambda: _sender(chosen), random.Random(17))
        started = time.perf_counter()
        found = ordeal.endure(given.kills)
        database.dispose()
        print(
            f"{given.kills} morts, {database.dialect.name}, en "
            f"{time.perf_counter() - started:.0f} s : {found or 'aucune différence'}"
        )
        print(ordeal.report())
    raise SystemExit(bool(found))


def _sender(chosen: Chosen) -> Callable[[], None]:
    process = start(["worker"], chosen)
    return lambda: kill(process)


if __name__ == "__main__":
    main()
