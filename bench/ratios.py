"""Our speed as ratios, all in one run: beside a Meilisearch server asked for words and six facets,
and beside an earlier state of the code.

python -m bench.ratios                      # API, page, and a server on the PATH
python -m bench.ratios --beside FOLDER      # and the code of a checkout there, page for page

Each question is put to all in turn, so that a busy machine slows them alike.
"""

import argparse
import asyncio
import http.client
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.parse import quote_plus

import requests

from bench.base import seeded
from bench.connection import Connection
from bench.questions import questions
from bench.times import spread
from impact_alliances import urls
from impact_alliances.engines.documents import facets_of
from impact_alliances.indexing.contents import published_batches
from impact_alliances.resources.kinds import key_of
from impact_alliances.wiring import Service
from support.meilisearch import NoServer, Server
from support.processes import free_port
from support.website import Site, Visitor

WARM_UP = 20
FACETS = ["kind", "fragilite", "acteur", "echelon", "region", "departement"]
# Visitors at once, and for how long, in seconds.
CROWDS, STAY_S = (1, 16), 8
Ask = Callable[[str], object]


# -- the server, as its manual sets it up --------------------------------------------------------


def _documents(service: Service) -> list[dict[str, Any]]:
    found = []
    for batch in published_batches(service.database):
        for one in batch:
            text = {"title": one.title, "summary": one.summary, "text": "\n".join(one.texts()[1:])}
            key = str(key_of(one)).replace(":", "-")
            found.append({"id": key, **text, **{n: list(v) for n, v in facets_of(one).items()}})
    return found


@contextmanager
def asked_for_words(service: Service) -> Iterator[Ask]:
    """A Meilisearch over the same contents, asked for twenty hits, their crop and six facets."""
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder)) as server:
        server.ready()
        head = {"Authorization": f"Bearer {server.key}", "Content-Type": "application/json"}
        index = f"{server.url}/indexes/base"
        settings = {
            "filterableAttributes": FACETS,
            "searchableAttributes": ["title", "summary", "text"],
        }
        documents = json.dumps(_documents(service)).encode()
        for method, path, body in (
            ("PATCH", "/settings", json.dumps(settings).encode()),
            ("POST", "/documents?primaryKey=id", documents),
        ):
            task = requests.request(
                method, index + path, data=body, headers=head, timeout=60
            ).json()
            _await(server, task["taskUid"], head)
        connection = http.client.HTTPConnection("127.0.0.1", server.port)

        def ask(text: str) -> None:
            wanted = {"q": text, "limit": 20, "facets": FACETS}
            wanted |= {"attributesToCrop": ["text"], "attributesToHighlight": ["text"]}
            content = json.dumps(wanted).encode()
            connection.request("POST", "/indexes/base/search", content, head)
            assert json.loads(connection.getresponse().read())["facetDistribution"] is not None

        yield ask
        connection.close()


def _await(server: Server, task: int, head: Mapping[str, str]) -> None:
    while True:
        done = requests.get(f"{server.url}/tasks/{task}", headers=head, timeout=60).json()
        if done["status"] in ("succeeded", "failed"):
            assert done["status"] == "succeeded", done
            return


# -- ours, and the code of another day -----------------------------------------------------------


def _by_words(port: int, path: str) -> Ask:
    visitor = Visitor(port)

    def ask(text: str) -> None:
        answer = visitor.ask(f"{path}?q={quote_plus(text)}&mode=keyword")
        assert answer.status == 200, (answer.status, text)

    return ask


@contextmanager
def another(folder: Path) -> Iterator[int]:
    """The port of the demonstration served by the code of a checkout, in a folder of its own."""
    with tempfile.TemporaryDirectory() as data:
        port = free_port()
        code = "from impact_alliances.__main__ import main; main()"
        process = subprocess.Popen(
            [sys.executable, "-c", code, "demo", "--port", str(port), "--data-dir", data],
            env={**os.environ, "PYTHONPATH": str(folder / "src")},
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        visitor = Visitor(port)
        while visitor.ask("/readyz").status != 200 or visitor.ask("/recherche").status != 200:
            assert process.poll() is None
        yield port
        process.terminate()
        process.wait()


# -- measuring -----------------------------------------------------------------------------------


def in_turn(asked: Mapping[str, Ask]) -> dict[str, list[float]]:
    """Milliseconds of each question, put to all of these in turn."""
    took: dict[str, list[float]] = {name: [] for name in asked}
    for number, question in enumerate(questions()[: WARM_UP + 219]):
        for name, ask in asked.items():
            started = perf_counter()
            ask(question.text)
            if number >= WARM_UP:
                took[name].append((perf_counter() - started) * 1000)
    return took


async def pages_a_second(port: int, visitors: int) -> float:
    """Pages of results by words, to so many visitors who each ask again once answered."""
    texts, done, until = [one.text for one in questions()[:219]], 0, perf_counter() + STAY_S

    async def visit(number: int) -> None:
        nonlocal done
        connection, place = Connection(port), number
        while perf_counter() < until:
            path = f"/recherche?q={quote_plus(texts[place % len(texts)])}&mode=keyword"
            answer = await connection.get(path, 60)
            done += answer.status == 200
            place += 7
        connection.close()

    await asyncio.gather(*(visit(number * 13) for number in range(visitors)))
    return done / STAY_S


def _line(name: str, times: list[float]) -> str:
    return f"  {name:<28} {spread(times)}"


def main() -> None:
    """Print the times, the ratios, and the pages a second."""
    reads = argparse.ArgumentParser(description=__doc__)
    reads.add_argument("--beside", type=Path)
    given = reads.parse_args()
    with ExitStack() as stack:
        service = stack.enter_context(seeded())
        chosen = {"data_dir": service.settings.data_dir}
        one, two = (stack.enter_context(Site(chosen, workers=number)) for number in (1, 2))
        asked = {
            "notre API": _by_words(one.port, urls.API_SEARCH),
            "notre page": _by_words(one.port, urls.SEARCH),
        }
        try:
            asked["serveur, mots et six facettes"] = stack.enter_context(asked_for_words(service))
        except NoServer as none:
            print(f"  serveur passé : {none}")
        former = stack.enter_context(another(given.beside)) if given.beside else None
        if former:
            asked["la page d’avant"] = _by_words(former, urls.SEARCH)
        for name, times in in_turn(asked).items():
            print(_line(name, times), flush=True)
        for visitors in CROWDS:
            ports = {"un processus": one.port, "deux": two.port, "avant": former}
            rates = {
                name: asyncio.run(pages_a_second(port, visitors))
                for _ in range(2)
                for name, port in ports.items()
                if port
            }
            said = ", ".join(f"{name} {rate:.0f}" for name, rate in rates.items())
            print(f"  {visitors:>2} visiteurs, pages par seconde : {said}", flush=True)


if __name__ == "__main__":
    main()
