"""Kill importer, indexer and server at random moments, then see that nothing is lost, doubled or stale.

python -m bench.kills 200
"""

import csv
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from impact_alliances.db import reading
from impact_alliances.diagnosis import examine
from impact_alliances.migrating import migrate
from impact_alliances.resources.case import Case
from impact_alliances.resources.kinds import KINDS
from impact_alliances.resources.reading import newest
from impact_alliances.settings import Settings
from impact_alliances.wiring import make_service

ROWS = 400
_COLUMNS = ("id", "title", "summary", "need", "alliance", "actions", "fragilites", "acteurs", "echelon", "commune", "started_on", "status")
_WORDS = "haies vélo cantine lavoir médecin rivière école four pain navette jardin forêt atelier musique".split()


def write_version(path: Path, version: int) -> None:
    """A file of `ROWS` cases whose texts change with `version`; one row in seven is retired in odd versions."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(_COLUMNS)
        for number in range(ROWS):
            words = random.Random(number * 1_000 + version).sample(_WORDS, 4)
            status = "retired" if version % 2 and number % 7 == 0 else "published"
            text = f"{' '.join(words)}, version {version}"
            rows.writerow(
                [f"c{number}", f"Le cas {number} {words[0]}", text, text, "La mairie.", text, "mobilite|sante", "associations", "local",
                 "22113", "2024-05-16", status]
            )  # fmt: skip


def _start(arguments: Sequence[str], folder: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "IMPACT_DATA_DIR": str(folder), "IMPACT_EMBEDDER": "none"}
    command = [sys.executable, "-c", "from impact_alliances.cli import main; main()", *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _free_port() -> int:

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def run(kills: int, folder: Path, seed: int = 17) -> list[str]:
    """Kill `kills` processes at random moments; the differences found afterwards, as sentences; none when all is well."""
    chance = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    settings = Settings(data_dir=folder, embedder="none")
    service = make_service(settings)
    migrate(service.database)
    file, version, alive = folder / "cases.csv", 0, []
    write_version(file, version)
    for _ in range(kills):
        if chance.random() < 0.3:
            version += 1
            write_version(file, version)
        commands = [["import", str(file), "--kind", "case"], ["worker"], ["reindex"], ["serve", "--port", str(_free_port())]]
        while len(alive) < 2:
            alive.append(_start(chance.choice(commands), folder))
        time.sleep(chance.uniform(0.2, 2.5))
        victim = alive.pop(chance.randrange(len(alive)))
        victim.send_signal(signal.SIGKILL)
        victim.wait()
    for process in alive:
        process.kill()
        process.wait()
    _start(["import", str(file), "--kind", "case"], folder).wait()
    return _differences(folder, version)


def _differences(folder: Path, version: int) -> list[str]:
    service = make_service(Settings(data_dir=folder, embedder="none"))
    found = [f"{part.name} : {part.detail}" for part in examine(service) if not part.ok and part.name != "disque"]
    expected = sum(1 for number in range(ROWS) if not (version % 2 and number % 7 == 0))
    with reading(service.database) as session:
        cases = newest(session, KINDS["case"], ROWS * 2)
        stale = [case.id for case in cases if isinstance(case, Case) and f"version {version}" not in case.summary]
    if len(cases) != expected:
        found.append(f"{len(cases)} cas publiés au lieu de {expected}")
    if stale:
        found.append(f"périmés : {stale[:5]}")
    service.close()
    return found


def main() -> None:
    """`python -m bench.kills N`."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        found = run(kills, Path(folder))
    print(f"{kills} morts en {time.perf_counter() - started:.0f} s : {found or 'aucune différence'}")
    raise SystemExit(bool(found))


if __name__ == "__main__":
    main()
