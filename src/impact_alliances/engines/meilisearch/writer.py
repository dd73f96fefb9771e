"""What the indexer asks of a Meilisearch server: documents with their vectors, in batches whose
tasks are waited for.
"""

import hashlib
import logging
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any, Protocol

from meilisearch import Client
from meilisearch.errors import MeilisearchApiError
from meilisearch.models.task import Task, TaskInfo

from impact_alliances.batching import batched
from impact_alliances.engines.documents import SearchDocument
from impact_alliances.engines.engine import EngineFailure, Vector
from impact_alliances.engines.meilisearch.documents import batches, line, written
from impact_alliances.engines.meilisearch.filters import among, id_of, key_of_id
from impact_alliances.engines.meilisearch.server import OutOfReach, Server, is_full, sentence_of
from impact_alliances.engines.meilisearch.settings import drift, index_settings

# A task waits behind those of others, and a batch takes seconds on a busy machine.
TASK_TIMEOUT_S = 600
# A batch of documents carries megabytes, and no visitor waits for it.
SEND_TIMEOUT_S = 60.0
# How long a server may be out of reach while a task of ours runs on it, and how long to wait
# between two looks.
POLL_PATIENCE_S, POLL_FIRST_S, POLL_PAUSE_S = 20.0, 0.03, 0.5
# How often whoever watches is told that a task is waited for.
TELL_EVERY_S = 5.0
_UNDONE = ("enqueued", "processing")
_TOO_LONG = (
    "Le serveur Meilisearch n’a pas fini en dix minutes ce qui lui est demandé : voyez son journal."
)
# The first version whose vectors are no experiment.
OLDEST = (1, 13)
_PAGE = 1_000
# Tasks looked at for the last ones of this index.
_TASKS = 20
_log = logging.getLogger(__name__)


class VectorsByKey(Protocol):
    """Where the vectors of documents are kept."""

    def of(self, keys: Sequence[str]) -> dict[str, Vector]:
        """The vectors of these documents; those not computed yet are absent."""
        ...


class MeilisearchWriter:
    """Writes the index in use, and rebuilds beside it. One writer at a time: the indexer holds the
    lock.
    """

    # A document is sent again once its vectors are computed.
    wants_vectors = True

    def __init__(
        self,
        server: Server,
        vectors: VectorsByKey,
        embedder: str,
        dimensions: int,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self._server = server
        self._vectors = vectors
        self._embedder = embedder
        self._settings = index_settings(embedder, dimensions)
        self._on_change = on_change
        self._refused: dict[str, str] = {}

    # -- state -----------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        index = self._server.index
        # However a machine names the server, it is one; the name of its index may be longer than
        # ours may be.
        return (
            f"server-{index}"
            if len(index) <= 50
            else f"server-{hashlib.blake2b(index.encode(), digest_size=16).hexdigest()}"
        )

    def is_ready(self) -> bool:
        """Whether the index is there with our settings. A server out of reach is a failure: it
        calls for no rebuild.
        """
        return self.drift() == []

    def drift(self) -> list[str]:
        """The settings that differ from ours; all of them when there is no index."""
        with self._asking() as client:
            found = _settings_of(client, self._server.index)
        return drift(self._settings, found or {})

    def trouble(self) -> str:
        """Why the server could not do the last thing it was asked for this index; empty when it
        could.
        """
        with self._asking() as client:
            tasks = client.http.get(f"tasks?limit={_TASKS}&statuses=succeeded,failed")["results"]
            ours = (
                task for task in tasks if str(task["indexUid"] or "").startswith(self._server.index)
            )
            for task in ours:
                fault = task["error"] or {}
                # To ask for an index that is not there is how we wait for what came before.
                if fault.get("code") != "index_not_found":
                    return (
                        str(_trouble(fault["code"], fault["message"], fault["type"]))
                        if fault
                        else ""
                    )
        return ""

    def version(self) -> str:
        """The version of the server; empty when the key may not ask."""
        with self._asking() as client:
            try:
                return str(client.get_version()["pkgVersion"])
            except MeilisearchApiError as fault:
                if fault.code != "invalid_api_key":
                    raise
                return ""

    @staticmethod
    def is_recent(version: str) -> bool:
        """Whether a server of this version can serve."""
        numbers = version.split(".")[:2]
        # One that may not be known is given the benefit of the doubt: its settings are compared
        # anyway.
        return not version or (
            all(number.isdigit() for number in numbers) and tuple(map(int, numbers)) >= OLDEST
        )

    def fingerprints(self) -> dict[str, str]:
        return self._values("fingerprint", self._server.index)

    def refused(self) -> dict[str, str]:
        """What this process saw refused."""
        return dict(self._refused)

    def _values(self, field: str, index: str) -> dict[str, str]:
        """One field of every document of an index, by key."""
        found: dict[str, str] = {}
        for start in count(0, _PAGE):
            with self._asking() as client:
                asked = {"fields": ["id", field], "offset": start, "limit": _PAGE}
                page = client.http.post(f"indexes/{index}/documents/fetch", asked)["results"]
                values = {str(one["id"]): str(one[field]) for one in page}
            found |= {key_of_id(identifier): value for identifier, value in values.items()}
            if len(page) < _PAGE:
                break
        return found

    # -- writing ---------------------------------------------------------------------------------

    def apply(self, documents: Sequence[SearchDocument], removed: Sequence[str]) -> None:
        self._remove(self._server.index, removed)
        self._put(self._server.index, documents)
        self._on_change()

    def rebuild(self, documents: Iterable[Sequence[SearchDocument]]) -> None:
        """A rebuild cut short is gone on with: what it had sent is not sent again."""
        self._let_earlier_tasks_end()
        beside = self._begun() or self._created()
        left = self._values("state", beside)
        for batch in documents:
            self._put(beside, batch, left)
            for document in batch:
                left.pop(document.key, None)
        self._remove(beside, list(left))
        self._switch(beside)
        self._drop_leftovers()
        self._on_change()

    def drop(self) -> None:
        """Remove the index and what a rebuild left, for good."""
        self._drop_leftovers()
        self._done(lambda client: client.delete_index(self._server.index))

    @property
    def _beside(self) -> str:
        return f"{self._server.index}-beside-"

    def _let_earlier_tasks_end(self) -> None:
        """Wait for what a process that was killed had asked: its documents, or its switch, would
        come after we looked.

        Tasks run in order, so one of ours for nothing is enough: its index never exists.
        """
        self._ended(lambda client: client.delete_index(f"{self._beside}nothing"))

    def _begun(self) -> str | None:
        """An index that a rebuild left half built, with the settings of today; others are
        dropped.
        """
        for uid in self._leftovers():
            with self._asking() as client:
                settings = _settings_of(client, uid)
            if drift(self._settings, settings or {}) == []:
                return uid
            self._done(lambda client, uid=uid: client.delete_index(uid))  # type: ignore[misc]
        return None

    def _created(self) -> str:
        beside = f"{self._beside}{uuid.uuid4().hex[:12]}"
        self._done(lambda client: client.create_index(beside, {"primaryKey": "id"}))
        self._done(lambda client: client.index(beside).update_settings(self._settings))
        return beside

    def _switch(self, beside: str) -> None:
        """Put the index built beside in the place of the one in use, at once for every reader."""
        with self._asking() as client:
            is_first = _settings_of(client, self._server.index) is None
        if is_first:
            self._done(lambda client: client.create_index(self._server.index, {"primaryKey": "id"}))
        self._done(lambda client: client.swap_indexes([{"indexes": [self._server.index, beside]}]))

    def _leftovers(self) -> list[str]:
        """What a rebuild leaves: the former index, or half of a new one."""
        with self._asking() as client:
            known = [str(one["uid"]) for one in client.get_raw_indexes({"limit": _PAGE})["results"]]  # type: ignore[call-overload]
            return [uid for uid in known if uid.startswith(self._beside)]

    def _drop_leftovers(self) -> None:
        for uid in self._leftovers():
            self._done(lambda client, uid=uid: client.delete_index(uid))  # type: ignore[misc]

    def _remove(self, index: str, keys: Sequence[str]) -> None:
        for some in batched(keys, _PAGE):
            gone = among("id", [id_of(key) for key in some])
            self._done(lambda client, gone=gone: client.index(index).delete_documents(filter=gone))  # type: ignore[misc]

    def _put(
        self,
        index: str,
        documents: Sequence[SearchDocument],
        present: Mapping[str, str] | None = None,
    ) -> None:
        """Send these documents, save those that are `present` in the same state."""
        for batch in batches(self._lines(documents, present or {})):
            self._send(index, batch)

    def _lines(
        self, documents: Sequence[SearchDocument], present: Mapping[str, str]
    ) -> Iterator[tuple[str, bytes]]:
        vectors = self._vectors.of([document.key for document in documents])
        for document in documents:
            try:
                said = written(document, vectors.get(document.key), self._embedder)
            except ValueError as fault:
                self._refuse(document.key, str(fault))
                continue
            if present.get(document.key) != said["state"]:
                yield document.key, line(said)

    def _send(self, index: str, batch: list[tuple[str, bytes]]) -> None:
        """Send a batch. One refused document would hold back the others, so a refused batch is cut
        in two, and so on.
        """
        content = b"\n".join(encoded for _, encoded in batch)
        task = self._ended(
            lambda client: client.index(index).add_documents_ndjson(content, "id"), SEND_TIMEOUT_S
        )
        if task.status == "succeeded":
            for key, _ in batch:
                self._refused.pop(key, None)
            return
        if not _blames_a_document(task):
            raise _failed(task)
        if len(batch) == 1:
            self._refuse(batch[0][0], _reason(task))
            return
        middle = len(batch) // 2
        self._send(index, batch[:middle])
        self._send(index, batch[middle:])

    def _refuse(self, key: str, reason: str) -> None:
        """Note a document that the server cannot take: it is passed over."""
        self._refused[key] = reason
        _log.error(
            "La fiche %s est refusée par le serveur Meilisearch et manque à la recherche : %s",
            key,
            reason,
        )

    # -- tasks -----------------------------------------------------------------------------------

    def _done(self, ask: Callable[[Client], TaskInfo]) -> None:
        """Ask for a task and wait until it has succeeded."""
        task = self._ended(ask)
        if task.status != "succeeded":
            raise _failed(task)

    def _ended(self, ask: Callable[[Client], TaskInfo], timeout_s: float | None = None) -> Task:
        with self._asking(timeout_s) as client:
            number = ask(client).task_uid
        began = heard = told = time.monotonic()
        while True:
            now = time.monotonic()
            try:
                with self._asking() as client:
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

    @contextmanager
    def _asking(self, timeout_s: float | None = None) -> Iterator[Client]:
        with self._server.asking():
            yield self._server.client(timeout_s)


def _settings_of(client: Client, index: str) -> dict[str, Any] | None:
    """The settings of an index, as the server says them; None when there is no such index."""
    try:
        found: dict[str, Any] = client.http.get(f"indexes/{index}/settings")
    except MeilisearchApiError as fault:
        if fault.code == "index_not_found":
            return None
        raise
    return found


def _blames_a_document(task: Task) -> bool:
    return (
        task.status == "failed"
        and (task.error or {}).get("type") == "invalid_request"
        and _code(task) != "index_not_found"
    )


def _code(task: Task) -> str:
    return str((task.error or {}).get("code", task.status))


def _reason(task: Task) -> str:
    return str((task.error or {}).get("message", task.status)).splitlines()[0]


def _failed(task: Task) -> EngineFailure:
    _log.warning("Tâche %s du serveur Meilisearch : %s", task.uid, _reason(task))
    return _trouble(_code(task), _reason(task), str((task.error or {}).get("type", "")))


def _trouble(code: str, reason: str, kind: str) -> EngineFailure:
    """Why a task failed, in a sentence that says what to do."""
    if is_full(code, reason):
        return EngineFailure(sentence_of("no_space_left_on_device"))
    if kind == "internal":
        return OutOfReach(
            f"Le serveur Meilisearch a échoué : voyez son journal. Il dit : « {reason} »."
        )
    return EngineFailure(sentence_of(code))
