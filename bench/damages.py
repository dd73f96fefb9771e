"""Damage the files of the embedded index at random, and see who notices and what is answered
meanwhile.

python -m bench.damages 200

Of each damage: `doctor` must find it, or a process that starts on it must answer 50 known questions
as before; the running service answers them as before or says that it is degraded. One damage in
twenty is then left to the indexer to mend, and timed.
"""

import argparse
import logging
import random
import shutil
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bench.base import seeded
from bench.questions import questions
from impact_alliances.diagnosis import OnDisk, examine
from impact_alliances.engines.engine import EngineFailure
from impact_alliances.search.query import SearchQuery
from impact_alliances.search.results import Results
from impact_alliances.wiring import Service, make_service
from support.damage import HARMS, files_of, harm

QUESTIONS, MENDED_EACH = 50, 20
Answers = list[tuple[int, tuple[str, ...]]]


def ask(service: Service, asked: Sequence[str]) -> list[Results]:
    """The answers by words, up to the first one that is degraded: those that follow would say the
    same.
    """
    answers = []
    for text in asked:
        answers.append(service.finder.find(SearchQuery(q=text, mode="keyword", par_page=5)))
        if answers[-1].degraded:
            break
    return answers


def said(found: Results) -> tuple[int, tuple[str, ...]]:
    """What of an answer must not change."""
    return found.total, tuple(hit.resource.id for hit in found.hits)


def wrong(expected: Answers, found: Sequence[Results]) -> int:
    """How many answers differ and do not say that they are degraded."""
    return sum(
        said(one) != right
        for one, right in zip(found, expected, strict=False)
        if one.degraded is None
    )


def doctor_sees(service: Service, *, whole: bool) -> bool:
    """Whether the examination finds something to say of the index; unless `whole`, by its files
    alone, which is what can see.
    """
    if whole:
        return any(not part.ok for part in examine(service) if part.name == "index")
    try:
        return bool(isinstance(service.writer, OnDisk) and service.writer.damaged())
    except EngineFailure:
        return True


def mended_s(
    service: Service, asked: Sequence[str], expected: Answers, tally: Counter[str]
) -> float:
    """How long the indexer takes to mend it, while questions are asked."""
    stop, started = threading.Event(), time.perf_counter()
    indexer = threading.Thread(target=service.indexer.run, args=(stop,))
    indexer.start()
    while not service.writer.is_ready():
        tally["fausses pendant la réparation"] += wrong(expected[:5], ask(service, asked[:5]))
        time.sleep(0.2)
    took = time.perf_counter() - started
    stop.set()
    indexer.join()
    return took


def restore(pristine: Path, index: Path) -> None:
    """Put the sound index back."""
    shutil.rmtree(index)
    shutil.copytree(pristine, index)


def damage(
    running: Service, number: int, asked: Sequence[str], expected: Answers, tally: Counter[str]
) -> str:
    """One damage: what was done to which file."""
    index, dice = running.settings.index_dir, random.Random(number)
    name, file = dice.choice(list(HARMS)), dice.choice(files_of(index))
    # The writers' lock is empty and says nothing.
    while file.name.startswith(".") or file.suffix == ".lock":
        file = dice.choice(files_of(index))
    done = harm(index, name, file, dice)
    starting = make_service(running.settings)
    is_seen = doctor_sees(starting, whole=number % MENDED_EACH == 0)
    answers = ask(starting, asked)
    tally["vus par doctor"] += is_seen
    tally["fausses au démarrage"] += wrong(expected, answers)
    tally["fausses en service"] += wrong(expected, ask(running, asked))
    tally["ni vus ni sans effet"] += not is_seen and [said(one) for one in answers] != expected
    starting.close()
    return done


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("damages", type=int, nargs="?", default=200)
    count = parser.parse_args().damages
    tally: Counter[str] = Counter()
    asked = [question.text for question in questions()[:QUESTIONS]]
    logging.disable()
    with seeded("none") as service:
        index = service.settings.index_dir
        pristine = index.with_name("pristine")
        expected = [said(one) for one in ask(service, asked)]
        shutil.copytree(index, pristine)
        took = []
        for number in range(count):
            done = damage(service, number, asked, expected, tally)
            if number % MENDED_EACH == 0:
                took.append(mended_s(service, asked, expected, tally))
                print(f"  {number:>4} {done} : réparé en {took[-1]:.1f} s", flush=True)
            restore(pristine, index)
        print(f"{count} dégâts, {len(asked)} questions après chacun")
        for name in (
            "vus par doctor",
            "ni vus ni sans effet",
            "fausses en service",
            "fausses au démarrage",
            "fausses pendant la réparation",
        ):
            print(f"  {name} : {tally[name]}")
        print(f"  réparé au plus tard en {max(took, default=0):.1f} s")


if __name__ == "__main__":
    main()
