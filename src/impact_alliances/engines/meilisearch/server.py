"""The door to a Meilisearch server: the official client, its faults in our words, and a breaker for
when it hangs.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
from meilisearch import Client
from meilisearch.errors import MeilisearchApiError, MeilisearchError, MeilisearchTimeoutError

from impact_alliances.engines.documents import PLACE_FIELDS
from impact_alliances.engines.engine import EngineFailure
from impact_alliances.engines.patience import left_of

# After this many failures in a row, or a single one that made a visitor wait, the server is left
# alone for `PAUSE_S` seconds.
FAILURES, PAUSE_S = 3, 2.0
# Looks at a server that fails, before the next visitor is waited for.
PROBES = 30
_FAULTS = (
    MeilisearchError,
    requests.RequestException,
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
)
_REINDEX = "lancez « impact-alliances reindex »."
_OUT_OF_REACH = (
    "Le serveur Meilisearch est injoignable ou trop lent : vérifiez IMPACT_MEILISEARCH_URL et "
    "qu’il tourne."
)
_PAUSED = (
    "Le serveur Meilisearch ne répond plus : nouvel essai dans quelques secondes. Vérifiez "
    "qu’il tourne."
)
_GARBLED = (
    "La réponse reçue n’est pas celle d’un serveur Meilisearch : vérifiez IMPACT_MEILISEARCH_URL."
)
_KEY = (
    "Le serveur Meilisearch refuse la clé : vérifiez IMPACT_MEILISEARCH_KEY et "
    "IMPACT_MEILISEARCH_INDEXING_KEY."
)
_FULL = "no_space_left_on_device"
# How a server's journal and its tasks name a full disk when they do not by its code.
_SIGNS_OF_FULL = ("no space left", "mdb_map_full", "disk full", "os error 28", "os error 122")
_BY_CODE = {
    "index_not_found": f"L’index de recherche est absent du serveur Meilisearch : {_REINDEX}",
    _FULL: "Le disque du serveur Meilisearch est plein : libérez-y de la place, l’indexation "
    "reprendra d’elle-même.",
}
_BY_STATUS = {401: _KEY, 403: _KEY}
_log = logging.getLogger(__name__)


class OutOfReach(EngineFailure):
    """The server did not answer, or not as itself: worth trying again later."""


class Hanging(OutOfReach):
    """The server took longer than we wait."""


class Breaker:
    """Stops asking a server that fails, and sees from time to time if it is back: by `probe`,
    aside, so that nobody waits for it; where there is none, by letting one question through.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, pause_s: float = PAUSE_S
    ) -> None:
        self._clock = clock
        self._pause_s = pause_s
        self.probe: Callable[[], bool] | None = None
        self._is_probing = False
        self._lock = threading.Lock()
        self._failures = 0
        self._closed_until = 0.0

    def check(self) -> None:
        """Raise while the server is left alone. Past the pause, the first to come tries for all."""
        with self._lock:
            if self._failures < FAILURES:
                return
            if self._clock() < self._closed_until or self.probe:
                self._look_aside()
                raise OutOfReach(_PAUSED)
            self._closed_until = self._clock() + self._pause_s

    def _look_aside(self) -> None:
        if self.probe and not self._is_probing:
            self._is_probing = True
            threading.Thread(
                target=self._look, args=(self.probe,), name="probe", daemon=True
            ).start()

    def _look(self, probe: Callable[[], bool]) -> None:
        """Until the server is back; given up after a while, for the next visitor to begin again."""
        for _ in range(PROBES):
            time.sleep(self._pause_s)
            if probe():
                self.succeeded()
                break
        with self._lock:
            self._is_probing = False

    def failed(self, failure: OutOfReach) -> None:
        """Count a failure; a hanging server has had enough visitors wait."""
        with self._lock:
            self._failures += FAILURES if isinstance(failure, Hanging) else 1
            self._closed_until = self._clock() + self._pause_s
            if self._failures >= FAILURES:
                self._look_aside()

    def succeeded(self) -> None:
        """Forget the failures."""
        with self._lock:
            self._failures = 0


@dataclass(frozen=True)
class Server:
    """Where the server is, with what key, how long to wait for it, and the index that is ours."""

    url: str
    key: str
    index: str
    timeout_s: float
    breaker: Breaker

    def client(self, timeout_s: float | None = None) -> Client:
        """A client for one use by one thread: two threads on one client spoil each other's
        headers.
        """
        # Compressed answers come in two writes, of which the second waits 40 ms.
        headers = {"Accept-Encoding": "identity"}
        timeout: Any = timeout_s or left_of(self.timeout_s)
        if timeout <= 0:
            raise Hanging(_OUT_OF_REACH)
        return Client(
            self.url.rstrip("/"), self.key or None, timeout=timeout, custom_headers=headers
        )

    def answers(self) -> bool:
        """Whether the server answers a question, be it by a refusal. For the breaker, which must
        not be asked.
        """
        try:
            self.client().multi_search([{"indexUid": self.index, "q": "", "limit": 0}])
        except _FAULTS as fault:
            return not isinstance(failure_of(fault), OutOfReach)
        return True

    def search(self, queries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """The answers to these questions, in one round trip."""
        with self.asking():
            asked = [{"indexUid": self.index, "q": "", **query} for query in queries]
            results: list[dict[str, Any]] = self.client().multi_search(asked)["results"]
            for query, answer in zip(queries, results, strict=True):
                _check(query, answer)
        return results

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Turn what the client and the server do wrong into our own failure, log its cause, and
        keep count of it.

        Nothing but calls of the client and looks at its answer may stand inside: the client fails
        in any way on an answer that is not the server's, and a fault of ours would pass for one of
        those.
        """
        self.breaker.check()
        try:
            yield
        except OutOfReach as known:
            self.breaker.failed(known)
            raise
        except EngineFailure:
            raise
        except _FAULTS as fault:
            failure = failure_of(fault)
            _tell(failure, fault)
            if isinstance(failure, OutOfReach):
                self.breaker.failed(failure)
            raise failure from fault
        else:
            self.breaker.succeeded()


def _check(query: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
    """Whether the answer holds what the query asked for. Raises what a dictionary raises, or
    `ValueError`.
    """
    # A document without a fragilité, or a place, has no such field.
    asked = {
        *query.get("attributesToRetrieve", ()),
        *(("_rankingScore",) if query.get("showRankingScore") else ()),
    } - {"fragilite", *PLACE_FIELDS}
    if not all(asked <= hit.keys() for hit in answer["hits"]):
        raise ValueError("fields are missing")
    int(answer["estimatedTotalHits"])
    if query.get("facets"):
        for counted in answer["facetDistribution"].values():
            sum(counted.values())


def _tell(failure: EngineFailure, fault: Exception) -> None:
    """Log the cause. A server out of reach says all in its sentence, and an outage has many."""
    if isinstance(fault, MeilisearchApiError):
        _log.warning("Meilisearch : %s", str(fault).splitlines()[0])
    elif str(failure) == _GARBLED:
        _log.error("Meilisearch : réponse incomprise.", exc_info=fault)
    else:
        _log.info("Meilisearch : %s", fault)


def failure_of(fault: Exception) -> EngineFailure:
    """A fault of the client or of its answer, in a sentence that says what to do."""
    if isinstance(fault, MeilisearchApiError):
        return _refused(fault)
    if isinstance(fault, MeilisearchTimeoutError | requests.Timeout):
        return Hanging(_OUT_OF_REACH)
    if isinstance(fault, MeilisearchError) or (
        isinstance(fault, requests.RequestException) and not isinstance(fault, ValueError)
    ):
        return OutOfReach(_OUT_OF_REACH)
    return OutOfReach(_GARBLED)


def _refused(fault: MeilisearchApiError) -> EngineFailure:
    # At the door of a full disk the code may be any other, of the server's own faults too.
    if is_full(str(fault.code), str(fault.message)):
        return EngineFailure(sentence_of(_FULL))
    if fault.status_code >= 500:
        return OutOfReach(_OUT_OF_REACH)
    # A proxy in between answers in its own words.
    if fault.code is None:
        return OutOfReach(_GARBLED)
    return EngineFailure(sentence_of(fault.code, fault.status_code))


def is_full(code: str, message: str) -> bool:
    """Whether what the server says is that its disk is full."""
    return code == _FULL or any(sign in message.lower() for sign in _SIGNS_OF_FULL)


def sentence_of(code: str, status: int = 400) -> str:
    """What an error of the server means for whoever runs the service."""
    default = f"Le serveur Meilisearch refuse la demande ({code}) : {_REINDEX}"
    return _BY_CODE.get(code) or _BY_STATUS.get(status) or default
