"""What the indexer asks of a Meilisearch server: writes are tasks there, which are waited for."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any

from meilisearch import Client
from meilisearch.models.task import Task, TaskInfo

from impact_alliances.engines.engine import EngineFailure
from impact_alliances.engines.meilisearch.server import OutOfReach, Server, is_full, sentence_of

# A task waits behind those of others, and a batch takes seconds on a busy machine.
TASK_TIMEOUT_S = 600
# How long a server may be out of reach while a task of ours runs on it, and how long to wait
# between two looks.
POLL_PATIENCE_S, POLL_FIRST_S, POLL_PAUSE_S = 20.0, 0.03, 0.5
# How often whoever watches is told that a task is waited for.
TELL_EVERY_S = 5.0
# Documents that are read, or removed, by one question.
PAGE = 1_000
_UNDONE = ("enqueued", "processing")
_TOO_LONG = (
    "Le serveur Meilisearch n’a pas fini en dix minutes ce qui lui est demandé : voyez son journal."
)
_log = logging.getLogger(__name__)


class Tasks:
    """The server, asked by the indexer."""

    def __init__(self, server: Server) -> None:
        self._server = server

    @contextmanager
    def asking(self, timeout_s: float | None = None) -> Iterator[Client]:
        """A client to ask at once; what it raises is told as our own failure."""
        with self._server.asking():
            yield self._server.client(timeout_s)

    def indexes(self) -> list[str]:
        """The names of the indexes on the server."""
        with self.asking() as client:
            indexes = client.get_raw_indexes({"limit": PAGE})["results"]  # type: ignore[call-overload]
            return [str(one["uid"]) for one in indexes]

    def documents(self, index: str, fields: Sequence[str]) -> Iterator[dict[str, Any]]:
        """These fields of every document of an index."""
        for start in count(0, PAGE):
            with self.asking() as client:
                asked = {"fields": list(fields), "offset": start, "limit": PAGE}
                page = client.http.post(f"indexes/{index}/documents/fetch", asked)["results"]
                documents: list[dict[str, Any]] = [
                    {name: one[name] for name in fields} for one in page
                ]
            yield from documents
            if len(documents) < PAGE:
                break

    def done(self, ask: Callable[[Client], TaskInfo]) -> None:
        """Ask for a task and wait until it has succeeded."""
        task = self.ended(ask)
        if task.status != "succeeded":
            raise failed(task)

    def ended(self, ask: Callable[[Client], TaskInfo], timeout_s: float | None = None) -> Task:
        """Ask for a task and wait until it has ended, well or not."""
        with self.asking(timeout_s) as client:
            number = ask(client).task_uid
        began = heard = told = time.monotonic()
        while True:
            now = time.monotonic()
            try:
                with self.asking() as client:
                    task = client.get_task(number)
                if task.status not in _UNDONE:
                    return task
                heard = now
            except OutOfReach:
                # A task goes on by itself, and asking again how it ended is harmless.
                if now - heard > POLL_PATIENCE_S:
                    raise
            if now - began > TASK_TIMEOUT_S:
                raise OutOfReach(_TOO_LONG)
            if now - told > TELL_EVERY_S:
                told = now
                _log.info("Le serveur Meilisearch travaille encore, depuis %.0f s.", now - began)
            time.sleep(min(POLL_PAUSE_S, POLL_FIRST_S + (now - began) / 10))


def code_of(task: Task) -> str:
    """Why a task failed, in the server's own short name."""
    return str((task.error or {}).get("code", task.status))


def reason_of(task: Task) -> str:
    """Why a task failed, in the server's words."""
    return str((task.error or {}).get("message", task.status)).splitlines()[0]


def failed(task: Task) -> EngineFailure:
    """The failure that a task ended in, which is logged."""
    _log.warning("Tâche %s du serveur Meilisearch : %s", task.uid, reason_of(task))
    return trouble_of(code_of(task), reason_of(task), str((task.error or {}).get("type", "")))


def trouble_of(code: str, reason: str, kind: str) -> EngineFailure:
    """Why a task failed, in a sentence that says what to do."""
    if is_full(code, reason):
        return EngineFailure(sentence_of("no_space_left_on_device"))
    if kind == "internal":
        return OutOfReach(
            f"Le serveur Meilisearch a échoué : voyez son journal. Il dit : « {reason} »."
        )
    return EngineFailure(sentence_of(code))
