"""Cut the first start of the demonstration at random moments, start it again, and see that nothing
lacks.

python -m bench.first_starts 30
"""

import argparse
import random
import signal
import tempfile
import time
from pathlib import Path

from impact_alliances.db import reading
from impact_alliances.diagnosis import examine
from impact_alliances.resources.kinds import KINDS
from impact_alliances.resources.published import count
from impact_alliances.seeding import FILES, read_vectors
from impact_alliances.wiring import Service
from support.processes import Chosen, free_port, log_of, start
from support.service import wired
from support.website import Site

# A start is cut within so many seconds, and as often before it is let end; what waits then is done
# within `PEACE_S`.
LATEST_S, CUTS_A_START, PEACE_S = 40.0, 5, 120


def cut_starts(
    folder: Path, cuts: int, chance: random.Random, latest_s: float = LATEST_S
) -> list[float]:
    """Start the demonstration so many times, and cut it: by ^C, or by a kill. How long each ^C
    took, in seconds.
    """
    folder.mkdir(parents=True, exist_ok=True)
    took = []
    for _ in range(cuts):
        started = start(
            ["demo", "--port", str(free_port()), "--data-dir", str(folder)], {"data_dir": folder}
        )
        time.sleep(chance.uniform(0.5, latest_s))
        is_interrupted = chance.random() < 0.5
        cut_at = time.perf_counter()
        started.send_signal(signal.SIGINT if is_interrupted else signal.SIGKILL)
        started.wait(60)
        if is_interrupted:
            took.append(time.perf_counter() - cut_at)
    return took


def lacking_after(folder: Path) -> list[str]:
    """What lacks once the demonstration has been let start, as sentences; none when all is
    there.
    """
    chosen: Chosen = {"data_dir": folder}
    with Site.demo(folder), wired(chosen) as service:
        until = time.monotonic() + PEACE_S
        while (
            service.vectorizer.needs.lacking() or service.indexer.pending()
        ) and time.monotonic() < until:
            time.sleep(0.2)
        found = [
            f"{part.name} : {part.detail}"
            for part in examine(service)
            if not part.ok and part.name != "disque"
        ]
        told = log_of(chosen).read_text(encoding="utf-8")
        traces = [told[told.index("Traceback") :][:2_000]] if "Traceback" in told else []
        return [*_miscounted(service), *found, *traces]


def _miscounted(service: Service) -> list[str]:
    written = sum(1 for kind, _ in read_vectors() if kind in FILES)
    with reading(service.database) as session:
        held = sum(count(session, kind) for kind in KINDS.values())
    return [] if held == written else [f"{held} fiches au lieu de {written}"]


def main() -> None:
    """`python -m bench.first_starts N`."""
    asked = argparse.ArgumentParser(prog="python -m bench.first_starts")
    asked.add_argument("cuts", type=int, nargs="?", default=30)
    given = asked.parse_args()
    chance, took, wrong = random.Random(17), [], []
    started = time.perf_counter()
    for first in range(0, given.cuts, CUTS_A_START):
        with tempfile.TemporaryDirectory() as name:
            took += cut_starts(Path(name), min(CUTS_A_START, given.cuts - first), chance)
            wrong += lacking_after(Path(name))
        print(
            f"  {min(first + CUTS_A_START, given.cuts)} coupures, {wrong or 'rien ne manque'}",
            flush=True,
        )
    longest = f"{max(took):.1f} s" if took else "aucun"
    print(
        f"{given.cuts} coupures en {time.perf_counter() - started:.0f} s : "
        f"{wrong or 'rien ne manque'} ; ^C le plus long : {longest}"
    )
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
