"""Writing the index on a Meilisearch server: documents with their vectors, in batches; a rebuild
beside, then a switch.
"""

import hashlib
import logging
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from operator import methodcaller
from types import MappingProxyType
from typing import Any, Protocol

from meilisearch import Client
from meilisearch.errors import MeilisearchApiError
from meilisearch.models.task import Task, TaskInfo

from impact_alliances.batching import batched
from impact_alliances.engines.documents import SearchDocument
from impact_alliances.engines.engine import Vector
from impact_alliances.engines.meilisearch.documents import batches, line, written
from impact_alliances.engines.meilisearch.filters import among, id_of, key_of_id
from impact_alliances.engines.meilisearch.refusals import Refusals
from impact_alliances.engines.meilisearch.server import Server
from impact_alliances.engines.meilisearch.settings import drift, index_settings
from impact_alliances.engines.meilisearch.tasks import (
    PAGE,
    Tasks,
    code_of,
    failed,
    reason_of,
    trouble_of,
)
from impact_alliances.resources.key import Key

# A batch of documents carries megabytes, and no visitor waits for it.
SEND_TIMEOUT_S = 60.0
# The first version whose vectors are no experiment.
OLDEST = (1, 13)
# Tasks looked at for the last ones of this index.
_TASKS = 20
_ENDED = (
    "statuses=succeeded,failed"
    "&types=indexCreation,indexSwap,settingsUpdate,documentAdditionOrUpdate,documentDeletion"
)
_log = logging.getLogger(__name__)


class VectorsByKey(Protocol):
    """Where the vectors of documents are kept."""

    def of(self, keys: Sequence[Key]) -> dict[Key, Vector]:
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
        self._tasks = Tasks(server)
        self._refusals = Refusals(self._tasks, server.index)

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
        with self._tasks.asking() as client:
            present = _settings_of(client, self._server.index)
        return drift(self._settings, present or {})

    def trouble(self) -> str:
        """Why the server could not do the last thing it was asked for this index; empty when it
        could. Raises why when it takes no task at all.
        """
        with self._tasks.asking() as client:
            self._ask_for_nothing(client)
            tasks = client.http.get(f"tasks?limit={_TASKS}&{_ENDED}")["results"]
            ours = (
                task for task in tasks if str(task["indexUid"] or "").startswith(self._server.index)
            )
            for task in ours:
                fault = task["error"] or {}
                # Asked of an index that is not there.
                if fault.get("code") != "index_not_found":
                    return (
                        str(trouble_of(fault["code"], fault["message"], fault["type"]))
                        if fault
                        else ""
                    )
        return ""

    def version(self) -> str:
        """The version of the server; empty when the key may not ask."""
        with self._tasks.asking() as client:
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

    def fingerprints(self) -> dict[Key, str]:
        return self._values("fingerprint", self._server.index)

    def refused(self) -> dict[Key, str]:
        """The documents that the server could not take, by key, with the reason, whichever process
        sent them.
        """
        return self._refusals.known()

    def _values(self, field: str, index: str) -> dict[Key, str]:
        """One field of every document of an index, by key."""
        documents = self._tasks.documents(index, ["id", field])
        return {key_of_id(str(one["id"])): str(one[field]) for one in documents}

    # -- writing ---------------------------------------------------------------------------------

    def apply(self, documents: Sequence[SearchDocument], removed: Sequence[Key]) -> None:
        self._remove(self._server.index, removed)
        refused = self._put(self._server.index, documents)
        # Of what is refused, nothing former answers in its place.
        self._remove(self._server.index, list(refused))
        self._refusals.note([*removed, *(document.key for document in documents)], refused)
        self._on_change()

    def rebuild(self, documents: Iterable[Sequence[SearchDocument]]) -> None:
        """A rebuild cut short is gone on with: what it had sent is not sent again."""
        self._let_earlier_tasks_end()
        beside = self._begun() or self._created()
        left = self._values("state", beside)
        refused: dict[Key, str] = {}
        for batch in documents:
            refused |= self._put(beside, batch, left)
            for document in batch:
                left.pop(document.key, None)
        self._remove(beside, [*left, *refused])
        self._switch(beside)
        self._refusals.note(self._refusals.known(), refused)
        self._drop_leftovers()
        self._on_change()

    def drop(self) -> None:
        """Remove the index and all that stands beside it, for good."""
        self._drop_leftovers()
        self._refusals.drop()
        self._tasks.done(lambda client: client.delete_index(self._server.index))

    @property
    def _beside(self) -> str:
        return f"{self._server.index}-beside-"

    def _let_earlier_tasks_end(self) -> None:
        """Wait for what a process that was killed had asked: its documents, or its switch, would
        come after we looked.

        Tasks run in order, so one of ours for nothing is enough.
        """
        self._tasks.ended(self._ask_for_nothing)

    def _ask_for_nothing(self, client: Client) -> TaskInfo:
        """Ask that an index be removed which never exists."""
        return client.delete_index(f"{self._beside}nothing")

    def _begun(self) -> str | None:
        """An index that a rebuild left half built, with the settings of today; others are
        dropped.
        """
        for uid in self._leftovers():
            with self._tasks.asking() as client:
                settings = _settings_of(client, uid)
            if drift(self._settings, settings or {}) == []:
                return uid
            self._tasks.done(methodcaller("delete_index", uid))
        return None

    def _created(self) -> str:
        beside = f"{self._beside}{uuid.uuid4().hex[:12]}"
        self._tasks.done(lambda client: client.create_index(beside, {"primaryKey": "id"}))
        self._tasks.done(lambda client: client.index(beside).update_settings(self._settings))
        return beside

    def _switch(self, beside: str) -> None:
        """Put the index built beside in the place of the one in use, at once for every reader."""
        with self._tasks.asking() as client:
            is_first = _settings_of(client, self._server.index) is None
        if is_first:
            self._tasks.done(
                lambda client: client.create_index(self._server.index, {"primaryKey": "id"})
            )
        self._tasks.done(
            lambda client: client.swap_indexes([{"indexes": [self._server.index, beside]}])
        )

    def _leftovers(self) -> list[str]:
        """What a rebuild leaves: the former index, or half of a new one."""
        return [uid for uid in self._tasks.indexes() if uid.startswith(self._beside)]

    def _drop_leftovers(self) -> None:
        for uid in self._leftovers():
            self._tasks.done(methodcaller("delete_index", uid))

    def _remove(self, index: str, keys: Sequence[Key]) -> None:
        for some in batched(keys, PAGE):
            gone = among("id", [id_of(key) for key in some])
            self._tasks.done(partial(_delete, index, gone))

    def _put(
        self,
        index: str,
        documents: Sequence[SearchDocument],
        present: Mapping[Key, str] = MappingProxyType({}),
    ) -> dict[Key, str]:
        """Send these documents, save those that are `present` in the same state. Why some are
        refused, by key.
        """
        refused: dict[Key, str] = {}
        for batch in batches(self._lines(documents, present, refused)):
            refused |= self._sent(index, batch)
        return refused

    def _lines(
        self,
        documents: Sequence[SearchDocument],
        present: Mapping[Key, str],
        refused: dict[Key, str],
    ) -> Iterator[tuple[Key, bytes]]:
        """One line each, made as it is sent: together they may fill the memory. Those of which none
        can be made are noted in `refused`.
        """
        vectors = self._vectors.of([document.key for document in documents])
        for document in documents:
            try:
                said = written(document, vectors.get(document.key), self._embedder)
            except ValueError as fault:
                refused |= _refusal(document.key, str(fault))
                continue
            if present.get(document.key) != said["state"]:
                yield document.key, line(said)

    def _sent(self, index: str, batch: list[tuple[Key, bytes]]) -> dict[Key, str]:
        """Send a batch. One refused document would hold back the others, so a refused batch is cut
        in two, and so on.
        """
        content = b"\n".join(encoded for _, encoded in batch)
        task = self._tasks.ended(
            lambda client: client.index(index).add_documents_ndjson(content, "id"), SEND_TIMEOUT_S
        )
        if task.status == "succeeded":
            return {}
        if not _blames_a_document(task):
            raise failed(task)
        if len(batch) == 1:
            return _refusal(batch[0][0], reason_of(task))
        middle = len(batch) // 2
        return self._sent(index, batch[:middle]) | self._sent(index, batch[middle:])


def _delete(index: str, gone: str, client: Client) -> TaskInfo:
    """Ask that the documents of that filter leave an index."""
    return client.index(index).delete_documents(filter=gone)


def _refusal(key: Key, reason: str) -> dict[Key, str]:
    """A document that the server cannot take, and why: it is passed over."""
    _log.error(
        "La fiche %s est refusée par le serveur Meilisearch et manque à la recherche : %s",
        key,
        reason,
    )
    return {key: reason}


def _settings_of(client: Client, index: str) -> dict[str, Any] | None:
    """The settings of an index, as the server says them; None when there is no such index."""
    try:
        settings: dict[str, Any] = client.http.get(f"indexes/{index}/settings")
    except MeilisearchApiError as fault:
        if fault.code == "index_not_found":
            return None
        raise
    return settings


def _blames_a_document(task: Task) -> bool:
    return (
        task.status == "failed"
        and (task.error or {}).get("type") == "invalid_request"
        and code_of(task) != "index_not_found"
    )
