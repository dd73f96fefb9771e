"""Rebuild the index twenty times while visitors search and an editor writes: is any search left
without its answer?

python -m bench.reindexes [times]
"""

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from string import ascii_lowercase

from sqlmodel import select

from bench.base import seeded
from bench.times import spread
from impact_alliances.db import reading, writing
from impact_alliances.indexing.agreement import differences
from impact_alliances.resources.case import Case
from impact_alliances.resources.changes import REBUILD, Change
from impact_alliances.wiring import Service
from support.builders import a_case, store
from support.load import Load
from support.meilisearch import NoServer, Server
from support.processes import Chosen, log_of, start, unforeseen
from support.service import wired
from support.website import Answer, Site, Visitor

TIMES = 20
# One for each searcher: no other sheet holds them, and the editor never takes them away.
WORDS = ("zyxquelvora", "zyxquelvorb", "zyxquelvorc", "zyxquelvord")
SEARCH_PAUSE_S, EDIT_PAUSE_S = 0.05, 0.3
# A rebuild, or what waits once it is done, that takes longer is a fault.
GIVE_UP_S = 900.0


@dataclass(frozen=True)
class Search:
    """An answer, and whether it holds the one case that it should."""

    answer: Answer
    found: bool


def searching(port: int, word: str) -> Callable[[], Search]:
    """A visitor who asks again and again for the case that holds `word`.

    Each time without another word that nobody said before: it changes nothing, and is analysed
    while the indexer analyses too.
    """
    visitor, others = (
        Visitor(port),
        ("".join(letters) for letters in product(ascii_lowercase, repeat=5)),
    )

    def ask() -> Search:
        answer = visitor.ask(
            f"/api/search?mode=keyword&correction=non&q={word}+-{word[::-1]}{next(others)}"
        )
        hits = [hit["id"] for hit in answer.json["hits"]] if answer.status == 200 else []
        return Search(replace(answer, content=b""), hits == [word])

    return ask


def editing(service: Service) -> Callable[[], None]:
    """An editor who changes one of these cases each time, another in turn."""
    done = Counter[str]()

    def edit() -> None:
        word = WORDS[done.total() % len(WORDS)]
        done[word] += 1
        with writing(service.database) as session:
            case = session.get(Case, word)
            assert case
            case.summary = f"Version {done[word]} d'un cas qui dit {word}."

    return edit


def rebuild(chosen: Chosen, service: Service) -> float:
    """One `reindex`, until the index is rebuilt. The service that indexes holds the lock: the
    command asks it to. In seconds.
    """
    started = time.perf_counter()
    if start(["reindex"], chosen).wait():
        raise RuntimeError(f"« reindex » failed:\n{log_of(chosen).read_text()[-2_000:]}")
    _wait(lambda: not _is_asked(service))
    return time.perf_counter() - started


def _is_asked(service: Service) -> bool:
    with reading(service.database) as session:
        return session.exec(select(Change.id).where(Change.kind == REBUILD)).first() is not None


def _wait(until: Callable[[], bool]) -> None:
    limit = time.monotonic() + GIVE_UP_S
    while not until():
        if time.monotonic() > limit:
            raise TimeoutError("the indexer does not end")
        time.sleep(0.1)


def measure(chosen: Chosen, times: int) -> None:
    """Print what searchers got on two services of one base, of which one indexes."""
    with wired(chosen) as service:
        store(
            service.database,
            *(a_case(id=word, summary=f"Un cas qui dit {word}.") for word in WORDS),
        )
        service.indexer.catch_up()
        with Site(chosen) as one, Site({**chosen, "run_indexer": False}) as other:
            under_load(
                chosen,
                service,
                [searching(site.port, word) for site in (one, other) for word in WORDS],
                times,
            )
            _wait(lambda: not service.indexer.pending())
        apart = {
            name: len(keys)
            for name, keys in differences(service.database, service.writer).items()
            if keys
        }
        print(
            f"  index et base : {apart or 'aucune différence'} ; fautes imprévues : "
            f"{dict(unforeseen(chosen)) or 'aucune'}",
            flush=True,
        )


def under_load(
    chosen: Chosen, service: Service, searchers: Sequence[Callable[[], Search]], times: int
) -> None:
    """Rebuild that many times while they search."""
    # Not before both services have seen the cases.
    for search in searchers:
        _wait(lambda search=search: search().found)  # type: ignore[misc]
    with (
        Load(searchers, SEARCH_PAUSE_S) as searches,
        Load([editing(service)], EDIT_PAUSE_S) as edits,
    ):
        took = [rebuild(chosen, service) for _ in range(times)]
    print(
        f"  {times} reconstructions de {min(took):.1f} à {max(took):.1f} s, "
        f"{len(edits.take())} modifications"
    )
    print("  " + said(searches.take()))


def said(searches: list[Search]) -> str:
    """How many searches missed their case or were not answered."""
    statuses = Counter(search.answer.status for search in searches)
    missed = sum(search.answer.status == 200 and not search.found for search in searches)
    times = spread([search.answer.took_ms for search in searches])
    return f"{len(searches)} recherches, {missed} sans leur cas, statuts {dict(statuses)} ; {times}"


def main(times: int = TIMES) -> None:
    """Print both engines."""
    print("Reconstructions sous charge")
    for engine in ("embarqué", "meilisearch"):
        print(engine)
        with seeded() as service, tempfile.TemporaryDirectory() as folder:
            # Words only: the model has nothing to read again while the editor writes.
            chosen: Chosen = {"data_dir": service.settings.data_dir, "embedder": "none"}
            if engine == "embarqué":
                measure(chosen, times)
                continue
            try:
                with Server(Path(folder)) as server:
                    measure(server.chosen(**chosen), times)
            except NoServer as none:
                print(f"  passées : {none}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
