"""Kill importer, indexer, service and search server at random moments, under writes and searches,
then see what is lost.

python -m bench.kills 200
python -m bench.kills 200 --engine meilisearch [--alone]
"""

import argparse
import contextlib
import random
import tempfile
import time
from pathlib import Path

from support.kills import Ordeal
from support.meilisearch import NoServer, Server
from support.processes import Chosen


def main() -> None:
    """`python -m bench.kills N`."""
    asked = argparse.ArgumentParser(prog="python -m bench.kills")
    asked.add_argument("kills", type=int, nargs="?", default=200)
    asked.add_argument("--engine", choices=("embedded", "meilisearch"), default="embedded")
    asked.add_argument(
        "--alone", action="store_true", help="the server alone, with no embedded index beside it"
    )
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        chosen: Chosen = {"data_dir": Path(name), "embedder": "none"}
        server = None
        if given.engine == "meilisearch":
            try:
                server = stack.enter_context(Server(Path(name)))
            except NoServer as none:
                raise SystemExit(f"morts : passées, {none}") from none
            chosen = server.chosen(**chosen, meilisearch_spare=not given.alone)
        started = time.perf_counter()
        ordeal = Ordeal(chosen, random.Random(17), server)
        found = ordeal.endure(given.kills)
        print(
            f"{given.kills} morts, {given.engine}, en {time.perf_counter() - started:.0f} s : "
            f"{found or 'aucune différence'}"
        )
        print(ordeal.report())
    raise SystemExit(bool(found))


if __name__ == "__main__":
    main()
