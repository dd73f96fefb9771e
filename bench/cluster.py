"""Two services, a worker and imports on one PostgreSQL, each with a data folder of its own, under
kills and rebuilds.

python -m bench.cluster [seconds] [--engine meilisearch|embedded] [--kills 40] [--reindexes 10]

Is every save found, by each service? Does any answer lack a sheet saved ten seconds before without
saying so? Is each index equal to the base in the end? Does a demonstration started beside them,
under the same settings, touch nothing?
"""

import argparse
import contextlib
import itertools
import random
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine

from bench.times import spread
from impact_alliances.db import make_engine
from impact_alliances.indexing.agreement import differences
from impact_alliances.migrating import migrate
from support.builders import a_case, store
from support.kills import ROWS, published, write_version
from support.load import Load
from support.meilisearch import NoServer, Server
from support.postgresql import postgresql_server
from support.processes import Chosen, free_port, kill, log_of, start, unforeseen
from support.service import a_service, wired
from support.website import Answer, Site, Visitor

# An answer may lack a sheet for so long without a word.
SILENT_S = 10.0
PEACE_S = 180.0


@dataclass
class Saves:
    """What an editor saved, and when: each sheet by a word that no other holds."""

    database: Engine
    at: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def one(self) -> None:
        """Save another sheet."""
        word = (
            "zyx"
            + "".join("bcdfghjklm"[int(digit)] for digit in f"{next(self._numbers):04d}")
            + "vora"
        )
        store(self.database, a_case(id=word, summary=f"Un cas qui dit {word}."))
        with self._lock:
            self.at[word] = time.monotonic()

    def known(self, age_s: float = 0.0) -> list[str]:
        """Those saved at least so long ago."""
        before = time.monotonic() - age_s
        with self._lock:
            return [word for word, at in self.at.items() if at <= before]


@dataclass(frozen=True)
class Look:
    """One search for a sheet saved ten seconds before or more."""

    answer: Answer
    found: bool
    is_told: bool


@dataclass
class Cluster:
    """The processes, each named by its folder; those that serve are started again when killed."""

    shared: Chosen
    folder: Path
    chance: random.Random
    saves: Saves
    ports: dict[str, int] = field(default_factory=dict)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    did: Counter[str] = field(default_factory=Counter)
    version: int = 0

    def of(self, name: str) -> Chosen:
        """The settings of that member."""
        (self.folder / name).mkdir(exist_ok=True)
        return {**self.shared, "data_dir": self.folder / name}

    def keep_up(self) -> None:
        """Start what is down."""
        for name in ("one", "two", "worker"):
            process = self.running.get(name)
            if process is None or process.poll() is not None:
                port = self.ports.setdefault(name, free_port())
                command = ["worker"] if name == "worker" else ["serve", "--port", str(port)]
                self.running[name] = start(command, self.of(name))

    def round(self, act: str) -> None:
        """Do one thing at random: kill a member, ask for a rebuild from one, import from a folder
        that has nothing.
        """
        self.did[act] += 1
        if act == "kill":
            victims = [name for name, process in self.running.items() if process.poll() is None]
            kill(self.running[self.chance.choice(victims)])
        elif act == "reindex":
            self._spawn("reindex", ["reindex"], self.chance.choice(("one", "two", "worker")))
        else:
            self.version += 1
            file = self.folder / f"cases-{self.version}.csv"
            write_version(file, self.version)
            self._spawn("import", ["import", str(file), "--kind", "case"], "importer")

    def _spawn(self, name: str, command: list[str], member: str) -> None:
        former = self.running.get(name)
        if former is not None and former.poll() is None:
            former.wait()
        self.running[name] = start(command, self.of(member))

    def visitor(self, name: str) -> "Visiting":
        """Someone who looks for what was saved, on that service."""
        return Visiting(Visitor(self.ports[name]), self.saves, random.Random(name))

    def end(self) -> None:
        """End every process."""
        for process in self.running.values():
            process.kill()
            process.wait()


@dataclass
class Visiting:
    """A visitor of one service."""

    visitor: Visitor
    saves: Saves
    chance: random.Random

    def __call__(self) -> Look | None:
        known = self.saves.known(SILENT_S)
        return self.look(self.chance.choice(known)) if known else None

    def look(self, word: str) -> Look:
        """Search for that sheet."""
        answer = self.visitor.ask(f"/api/search?mode=keyword&correction=non&q={word}")
        if answer.status != 200:
            return Look(answer, found=False, is_told=True)
        found = any(hit["id"] == word for hit in answer.json["hits"])
        return Look(answer, found, answer.json["degraded"] is not None)


def endure(cluster: Cluster, seconds: float, kills: int, reindexes: int) -> list[str]:
    """The faults found, as sentences; none when all is well."""
    cluster.keep_up()
    acts = ["kill"] * kills + ["reindex"] * reindexes + ["import"] * max(2, reindexes // 2)
    cluster.chance.shuffle(acts)
    visitors = [cluster.visitor(name) for name in ("one", "two") for _ in range(2)]
    before = _shown(cluster)
    with Load(visitors, 0.1) as looks, Load([cluster.saves.one], 0.5):
        with _demonstration(cluster):
            for act in acts:
                cluster.round(act)
                time.sleep(seconds / len(acts))
                cluster.keep_up()
        seen = [look for look in looks.take() if look]
    print(
        f"  {dict(cluster.did)}, {len(cluster.saves.at)} fiches enregistrées ; {_said(seen)}",
        flush=True,
    )
    silent = sum(not look.found and not look.is_told for look in seen)
    faults = [f"{silent} réponses taisent une fiche"] if silent else []
    return [*before, *faults, *_after(cluster)]


def _shown(cluster: Cluster) -> list[str]:
    """Wait until both services answer."""
    for name in ("one", "two"):
        visitor, until = Visitor(cluster.ports[name]), time.monotonic() + PEACE_S
        while not visitor.ask("/healthz").status and time.monotonic() < until:
            time.sleep(0.2)
    return []


@contextlib.contextmanager
def _demonstration(cluster: Cluster) -> Iterator[None]:
    """A demonstration beside them, under the settings they share, with a sheet of its own."""
    chosen = cluster.of("demo")
    a_service(Path(str(chosen["data_dir"])), a_case(id="a-la-demonstration")).close()
    site = Site(chosen, "demo")
    yield
    site.stop()


def _said(seen: list[Look]) -> str:
    statuses = Counter(look.answer.status for look in seen)
    told = sum(look.answer.status == 200 and look.is_told for look in seen)
    times = spread([look.answer.took_ms for look in seen if look.answer.status == 200])
    return f"recherches {dict(statuses)}, {told} dégradées ; {times}"


# -- afterwards ----------------------------------------------------------------------------------


def _after(cluster: Cluster) -> list[str]:
    """Leave all in peace, import once more, then look at every sheet in every index."""
    last = cluster.running.get("import")
    if last:
        last.wait()
    cluster.keep_up()
    cluster.round("import")
    cluster.running["import"].wait()
    _shown(cluster)
    took = _drained(cluster)
    print(f"  en paix, tout est indexé après {took:.0f} s", flush=True)
    return [*_unfound(cluster), *_apart(cluster), *_unforeseen(cluster)]


def _drained(cluster: Cluster) -> float:
    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        services = [
            stack.enter_context(wired(cluster.of(name))) for name in ("one", "two", "worker")
        ]
        indexers = [indexer for service in services for indexer in service.indexers]
        while any(indexer.pending() or not indexer.outbox.is_followed() for indexer in indexers):
            cluster.keep_up()
            if time.monotonic() - began > PEACE_S:
                left = {
                    indexer.writer.name: (indexer.pending(), indexer.outbox.is_followed())
                    for indexer in indexers
                }
                print(f"  attend encore (modifications, suivi) : {left}", flush=True)
                break
            time.sleep(0.5)
    return time.monotonic() - began


def _unfound(cluster: Cluster) -> list[str]:
    time.sleep(1.5)
    found = []
    for name in ("one", "two"):
        visiting = cluster.visitor(name)
        lacking = [word for word in cluster.saves.known() if not visiting.look(word).found]
        if lacking:
            found.append(
                f"{name} : {len(lacking)} fiches enregistrées ne sont pas trouvées ({lacking[:3]})"
            )
    return found


def _apart(cluster: Cluster) -> list[str]:
    """Where an index and the base differ."""
    found = []
    for name in ("one", "two", "worker"):
        with wired(cluster.of(name)) as service:
            for indexer in service.indexers:
                apart = {
                    state: len(keys)
                    for state, keys in differences(service.database, indexer.writer).items()
                    if keys
                }
                if apart:
                    found.append(f"{name}, index {indexer.writer.name} : {apart}")
            expected = published(cluster.version) + len(cluster.saves.at)
            service.cascade.check()
            total = len(service.writer.fingerprints())
            if total != expected:
                found.append(f"{name} : {total} fiches dans l’index au lieu de {expected}")
    return found


def _unforeseen(cluster: Cluster) -> list[str]:
    faults: Counter[str] = Counter()
    for name in ("one", "two"):
        faults += unforeseen(cluster.of(name))
    for name in ("one", "two", "worker", "importer"):
        traces = log_of(cluster.of(name)).read_text(encoding="utf-8").count("Traceback")
        if traces:
            faults[f"{name} : traces"] += traces
    return [f"{fault} ({count} fois)" for fault, count in faults.items()]


def run(seconds: float, engine: str, kills: int, reindexes: int, seed: int = 17) -> list[str]:
    """One ordeal. Raises `NoServer`."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(postgresql_server()).render_as_string(hide_password=False)
        shared: Chosen = {"database_url": url, "embedder": "none"}
        if engine == "meilisearch":
            shared = stack.enter_context(Server(folder)).chosen(**shared, meilisearch_spare=True)
        database = make_engine(str(shared["database_url"]))
        migrate(database)
        cluster = Cluster(shared, folder, random.Random(seed), Saves(database))
        stack.callback(database.dispose)
        stack.callback(cluster.end)
        return endure(cluster, seconds, kills, reindexes)


def main() -> None:
    """Print the figures; the exit code says whether a fault was found."""
    asked = argparse.ArgumentParser(prog="python -m bench.cluster")
    asked.add_argument("seconds", type=float, nargs="?", default=60.0)
    asked.add_argument("--engine", choices=("meilisearch", "embedded"), default="meilisearch")
    asked.add_argument("--kills", type=int, default=40)
    asked.add_argument("--reindexes", type=int, default=10)
    given = asked.parse_args()
    print(
        f"Deux services, un worker, des imports de {ROWS} fiches sur PostgreSQL, moteur "
        f"{given.engine}",
        flush=True,
    )
    try:
        found = run(given.seconds, given.engine, given.kills, given.reindexes)
    except NoServer as none:
        raise SystemExit(f"  passé : {none}") from none
    print(f"  {found or 'aucune différence'}")
    raise SystemExit(bool(found))


if __name__ == "__main__":
    main()
