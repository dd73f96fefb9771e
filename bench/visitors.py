"""Visitors in numbers: how many pages a second, how soon, what is refused, and what remains of it a
moment later.

python -m bench.visitors                               # 1 to 500 visitors, one process
python -m bench.visitors --workers 2 --seconds 60 500  # 500 for a minute, two processes
python -m bench.visitors --rate 200 --seconds 20       # open loop: they come, answered or not
python -m bench.visitors --postgresql --eager          # visitors who do not wait when told to
python -m bench.visitors --stalled 200                 # one visitor, then beside those who stall
"""

import argparse
import asyncio
import contextlib
import random
import resource
import socket
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import numpy as np

from bench.base import seeded
from bench.connection import Connection, Reply
from bench.questions import questions
from impact_alliances.db import reading
from impact_alliances.migrating import migrate
from impact_alliances.resources.kinds import KINDS
from impact_alliances.resources.published import newest
from impact_alliances.seeding import load_seed
from support.postgresql import postgresql_server
from support.processes import Chosen
from support.service import wired
from support.website import PATIENCE_S, Site

CROWDS = (1, 10, 50, 100, 200, 500)
# What must hold once all have left, and how soon.
RECOVERY_S = 2


# -- what is asked -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Walk:
    """Draws what visitors ask, in the proportions of a day: each request has its route, and the
    status that is right.
    """

    slugs: Sequence[str]
    ids: Sequence[str]
    texts: Sequence[str]

    def step(self, chance: random.Random) -> tuple[str, str, int]:
        """(route, path, right status)."""
        text, slug, one = (
            chance.choice(self.texts),
            chance.choice(self.slugs),
            chance.choice(self.ids),
        )
        words = httpx2.QueryParams({"q": text})
        return chance.choices(
            (
                ("accueil", "/", 200),
                ("recherche", f"/recherche?{words}", 200),
                (
                    "facettes",
                    f"/recherche?{words}&fragilite={chance.choice(('sante', 'mobilite'))}"
                    "&echelon=local",
                    200,
                ),
                ("api", f"/api/search?{words}&mode=keyword", 200),
                ("fiche", slug, 200),
                (
                    "frappe",
                    f"/api/suggest?{httpx2.QueryParams({'q': text[: chance.randint(3, 12)]})}",
                    200,
                ),
                ("voisines", f"/api/cases/{one}/similar", 200),
                ("flux", f"/recherche.atom?{words}", 200),
                ("absente", f"/cas/une-page-{chance.randint(0, 10_000)}", 404),
            ),
            weights=(10, 20, 12, 10, 20, 16, 4, 4, 4),
        )[0]

    @classmethod
    def of(cls, chosen: Chosen) -> "Walk":
        """Over what the base of these settings holds."""
        with wired(chosen) as service, reading(service.database) as session:
            found = [(kind, one) for kind in KINDS.values() for one in newest(session, kind, 200)]
        slugs = [f"/{kind.path}/{one.slug}" for kind, one in found]
        return cls(
            slugs,
            [one.id for kind, one in found if kind.slug == "case"],
            [question.text for question in questions()],
        )


# -- what came -----------------------------------------------------------------------------------


@dataclass
class Seen:
    """What a crowd saw: milliseconds of the right answers by route, and how many answers of each
    other sort.
    """

    seconds: float = 0.0
    right: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    refused_ms: list[float] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)

    def note(self, route: str, expected: int, answer: Reply | Exception, took_ms: float) -> None:
        """One answer, or what came instead."""
        if isinstance(answer, Exception):
            self.wrong[type(answer).__name__] += 1
        elif answer.status == expected:
            self.right[route].append(took_ms)
        elif answer.status == 503 and answer.retry_after_s:
            self.refused_ms.append(took_ms)
        else:
            self.wrong[f"{answer.status} {route}"] += 1

    @property
    def answered(self) -> list[float]:
        """Milliseconds of all right answers."""
        return [took for times in self.right.values() for took in times]

    @property
    def rate(self) -> float:
        """Right answers a second."""
        return len(self.answered) / self.seconds

    def __str__(self) -> str:
        refused = (
            f"{len(self.refused_ms)} refusées ({_times(self.refused_ms)})"
            if self.refused_ms
            else "aucune refusée"
        )
        wrong = (
            ", ".join(f"{name} × {count}" for name, count in self.wrong.items()) or "aucune fausse"
        )
        return (
            f"{self.rate:6.1f} réponses/s   p50/p95/p99 {_times(self.answered)} ms   {refused}  "
            f" {wrong}"
        )

    def by_route(self) -> Iterator[str]:
        """A line a route."""
        for route, times in sorted(self.right.items()):
            yield f"      {route:<10} {len(times) / self.seconds:6.1f}/s   {_times(times)}"


def _times(times: Sequence[float]) -> str:
    return " / ".join(f"{one:.0f}" for one in np.percentile(times, (50, 95, 99))) if times else "–"


# -- crowds --------------------------------------------------------------------------------------


@dataclass
class Crowd:
    """Visitors of a site. `is_eager`: who is told to come back later asks again at once."""

    port: int
    walk: Walk
    is_eager: bool = False
    seen: Seen = field(default_factory=Seen)

    async def stay(self, visitors: int, seconds: float) -> Seen:
        """Closed loop: each asks again once answered. They arrive within the first second."""
        started = time.perf_counter()
        await asyncio.gather(
            *(
                self._visit(number, number / visitors, started + seconds)
                for number in range(visitors)
            )
        )
        self.seen.seconds = max(seconds, time.perf_counter() - started)
        return self.seen

    async def arrive(self, rate: float, seconds: float) -> Seen:
        """Open loop: they arrive whether the service follows or not."""
        chance = random.Random(17)
        tasks: list[asyncio.Task[None]] = []
        started = time.perf_counter()
        while (gone := time.perf_counter() - started) < seconds:
            tasks += [
                asyncio.create_task(self._come(chance))
                for _ in range(int(gone * rate) - len(tasks))
            ]
            await asyncio.sleep(0.005)
        await asyncio.gather(*tasks)
        self.seen.seconds = time.perf_counter() - started
        return self.seen

    async def _come(self, chance: random.Random) -> None:
        connection = Connection(self.port)
        await self._ask(connection, chance)
        connection.close()

    async def _visit(self, number: int, after_s: float, until: float) -> None:
        chance, connection = random.Random(number), Connection(self.port)
        await asyncio.sleep(after_s)
        while time.perf_counter() < until:
            wait_s = await self._ask(connection, chance)
            if wait_s and not self.is_eager:
                await asyncio.sleep(min(wait_s, max(0.0, until - time.perf_counter())))
        connection.close()

    async def _ask(self, connection: Connection, chance: random.Random) -> float:
        """Ask one thing. How long to wait before the next, in seconds, if the service says so."""
        route, path, expected = self.walk.step(chance)
        started = time.perf_counter()
        try:
            answer: Reply | Exception = await connection.get(path, PATIENCE_S)
        except OSError as fault:
            answer = fault
        self.seen.note(route, expected, answer, (time.perf_counter() - started) * 1000)
        return answer.retry_after_s if isinstance(answer, Reply) else 0.0


# -- stalled clients -----------------------------------------------------------------------------


@contextlib.contextmanager
def stalled(port: int, count: int) -> Iterator[None]:
    """So many clients who ask for large answers and never read, and as many who never finish
    asking; who is cut comes again.
    """
    large = b"GET /api/search?par_page=100 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    opened = []
    for half in (large, b"GET /recherche HTTP/1.1\r\nHost: 127.0.0.1\r\nX-"):
        for _ in range(count):
            client = socket.socket()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(("127.0.0.1", port))
            client.sendall(half)
            opened.append(client)
    yield
    for client in opened:
        client.close()


def beside_the_stalled(site: Site, walk: Walk, count: int, seconds: float) -> None:
    """One visitor alone, then beside them, twice."""
    for said, beside in (("seul", 0), ("avec", count), ("seul", 0), ("avec", count)):
        with stalled(site.port, beside):
            _await_calm(site)
            print(
                f"  {said} {beside:>3} + {beside:>3} immobiles   "
                f"{asyncio.run(Crowd(site.port, walk).stay(1, seconds))}",
                flush=True,
            )


def _await_calm(site: Site) -> None:
    """Until what they asked for is computed: it is their stalling that is measured, not their
    questions.
    """
    time.sleep(1)
    while (told := site.get("/healthz").json)["in_work"] or told["waiting"]:
        time.sleep(0.1)


# -- the whole -----------------------------------------------------------------------------------


@contextlib.contextmanager
def on_postgresql(folder: Path) -> Iterator[Chosen]:
    """The demonstration contents in a PostgreSQL of our own."""
    with postgresql_server() as url:
        shown = url.render_as_string(hide_password=False)
        chosen = {"data_dir": folder, "database_url": shown}
        with wired(chosen) as service:
            migrate(service.database)
            load_seed(service.database, service.embedder)
            service.indexer.catch_up()
        yield chosen


@contextlib.contextmanager
def _base(data_dir: str | None, is_postgresql: bool) -> Iterator[Chosen]:
    if data_dir:
        yield {"data_dir": Path(data_dir)}
    elif is_postgresql:
        with tempfile.TemporaryDirectory() as folder, on_postgresql(Path(folder)) as chosen:
            yield chosen
    else:
        with seeded() as service:
            yield {"data_dir": service.settings.data_dir}


def recovered(site: Site) -> str:
    """Whether one visitor is answered soon after the crowd has left."""
    started = time.perf_counter()
    while site.visitor.ask("/recherche?q=haies").status != 200:
        time.sleep(0.02)
    took = time.perf_counter() - started
    return f"remise en {took:.2f} s" + ("" if took <= RECOVERY_S else "   ← TROP TARD")


def sweep(site: Site, walk: Walk, given: argparse.Namespace) -> None:
    """A line a crowd, then the routes of the largest; the bars at the end."""
    crowds = []
    for visitors in given.visitors or CROWDS:
        seen = asyncio.run(Crowd(site.port, walk, given.eager).stay(visitors, given.seconds))
        crowds.append(seen)
        print(
            f"  {visitors:>4} visiteurs {seen}   {recovered(site)}   {site.memory_mb:.0f} Mo",
            flush=True,
        )
    print("\n".join(crowds[-1].by_route()))
    best = max(crowds, key=lambda seen: seen.rate)
    p95 = [float(np.percentile(seen.answered, 95)) for seen in (crowds[-1], best)]
    print(
        "  la plus grande foule / le meilleur débit : débit × "
        f"{crowds[-1].rate / best.rate:.2f}, p95 × {p95[0] / p95[1]:.1f}"
    )


def _arguments() -> argparse.Namespace:
    reads = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reads.add_argument("visitors", nargs="*", type=int)
    reads.add_argument("--seconds", type=float, default=10)
    reads.add_argument("--workers", type=int, default=1)
    reads.add_argument(
        "--at-once", type=int, default=None, help="requests a process answers at once"
    )
    reads.add_argument("--rate", type=float, default=0, help="open loop: requests a second")
    reads.add_argument("--stalled", type=int, default=0)
    reads.add_argument("--eager", action="store_true")
    reads.add_argument("--postgresql", action="store_true")
    reads.add_argument(
        "--data-dir", help="a data folder that exists, instead of the demonstration contents"
    )
    return reads.parse_args()


def main() -> None:
    """Print one block."""
    given = _arguments()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 10_000), most))
    with _base(given.data_dir, given.postgresql) as chosen:
        walk = Walk.of(chosen)
        settings = {**chosen, **({"requests_at_once": given.at_once} if given.at_once else {})}
        with Site(settings, workers=given.workers) as site:
            print(f"Foule, {given.workers} processus, {' '.join(sys.argv[1:])}")
            if given.stalled:
                beside_the_stalled(site, walk, given.stalled, given.seconds)
            elif given.rate:
                print(
                    f"  {given.rate:.0f} arrivées/s   "
                    f"{asyncio.run(Crowd(site.port, walk).arrive(given.rate, given.seconds))}"
                )
            else:
                sweep(site, walk, given)


if __name__ == "__main__":
    main()
