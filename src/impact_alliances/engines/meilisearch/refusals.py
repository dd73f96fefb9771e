"""The documents that the server could not take, kept on it in an index of their own beside ours:
whoever asks knows them, whichever process sent them.
"""

import hashlib
from collections.abc import Iterable, Mapping

from meilisearch.models.task import TaskInfo

from impact_alliances.engines.meilisearch.tasks import Tasks
from impact_alliances.resources.key import Key, key_in


class Refusals:
    """Those of the index `index`."""

    def __init__(self, tasks: Tasks, index: str) -> None:
        self._tasks = tasks
        self._index = f"{index}-refused"

    def known(self) -> dict[Key, str]:
        """Why each was refused, by key."""
        if not self._is_there():
            return {}
        noted = self._tasks.documents(self._index, ["key", "reason"])
        return {key_in(str(one["key"])): str(one["reason"]) for one in noted}

    def note(self, sent: Iterable[Key], refused: Mapping[Key, str]) -> None:
        """Of these keys sent, or removed, those are `refused` and no others."""
        known = self.known()
        over = [_id_of(key) for key in sent if key in known and key not in refused]
        if over:
            removal = f"indexes/{self._index}/documents/delete-batch"
            self._tasks.done(lambda client: TaskInfo(**client.http.post(removal, over)))
        if refused:
            rows = [
                {"id": _id_of(key), "key": str(key), "reason": reason}
                for key, reason in refused.items()
            ]
            self._tasks.done(lambda client: client.index(self._index).add_documents(rows, "id"))

    def drop(self) -> None:
        """Remove them, for good."""
        if self._is_there():
            self._tasks.done(lambda client: client.delete_index(self._index))

    def _is_there(self) -> bool:
        """Whether anything was ever refused."""
        # To ask for an index that is not there would fill the server's journal with warnings.
        return self._index in self._tasks.indexes()


def _id_of(key: Key) -> str:
    """A name that the server takes, whatever the key is."""
    return hashlib.blake2b(str(key).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
