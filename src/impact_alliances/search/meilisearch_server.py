"""The door to a Meilisearch server: the official client, its faults in our words, and a breaker for when it hangs."""

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

from impact_alliances.search.engine import EngineFailure

# After this many failures in a row, or a single one that made a visitor wait, the server is left alone for `PAUSE_S` seconds.
FAILURES, PAUSE_S = 3, 2.0
_REINDEX = "lancez « impact-alliances reindex »."
_OUT_OF_REACH = "Le serveur Meilisearch est injoignable ou trop lent : vérifiez IMPACT_MEILISEARCH_URL et qu’il tourne."
_PAUSED = "Le serveur Meilisearch ne répond plus : nouvel essai dans quelques secondes. Vérifiez qu’il tourne."
_GARBLED = "La réponse reçue n’est pas celle d’un serveur Meilisearch : vérifiez IMPACT_MEILISEARCH_URL."
_KEY = "Le serveur Meilisearch refuse la clé : vérifiez IMPACT_MEILISEARCH_KEY et IMPACT_MEILISEARCH_INDEXING_KEY."
_BY_CODE = {
    "index_not_found": f"L’index de recherche est absent du serveur Meilisearch : {_REINDEX}",
    "no_space_left_on_device": "Le disque du serveur Meilisearch est plein : libérez de la place.",
}
_BY_STATUS = {401: _KEY, 403: _KEY}
_log = logging.getLogger(__name__)


class OutOfReach(EngineFailure):
    """The server did not answer, or not as itself: worth trying again later."""


class Hanging(OutOfReach):
    """The server took longer than we wait."""


class Breaker:
    """Stops asking a server that fails, and lets one question through from time to time to see if it is back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, pause_s: float = PAUSE_S) -> None:
        self._clock = clock
        self._pause_s = pause_s
        self._lock = threading.Lock()
        self._failures = 0
        self._closed_until = 0.0

    def check(self) -> None:
        """Raise while the server is left alone. Past the pause, the first to come tries for all."""
        with self._lock:
            if self._failures < FAILURES:
                return
            if self._clock() < self._closed_until:
                raise OutOfReach(_PAUSED)
            self._closed_until = self._clock() + self._pause_s

    def failed(self, failure: OutOfReach) -> None:
        """Count a failure; a hanging server has had enough visitors wait."""
        with self._lock:
            self._failures += FAILURES if isinstance(failure, Hanging) else 1
            self._closed_until = self._clock() + self._pause_s

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
        """A client for one use by one thread: two threads on one client spoil each other's headers."""
        # Compressed answers come in two writes, of which the second waits 40 ms.
        headers = {"Accept-Encoding": "identity"}
        timeout: Any = timeout_s or self.timeout_s
        return Client(self.url.rstrip("/"), self.key or None, timeout=timeout, custom_headers=headers)

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
        """Turn what the client and the server do wrong into our own failure, log its cause, and keep count of it.

        Nothing but calls of the client and looks at its answer may stand inside: the client fails in any way on an answer that is
        not the server's, and a fault of ours would pass for one of those.
        """
        self.breaker.check()
        try:
            yield
        except OutOfReach as known:
            self.breaker.failed(known)
            raise
        except EngineFailure:
            raise
        except (MeilisearchError, requests.RequestException, LookupError, TypeError, ValueError, AttributeError) as fault:
            failure = failure_of(fault)
            _tell(failure, fault)
            if isinstance(failure, OutOfReach):
                self.breaker.failed(failure)
            raise failure from fault
        else:
            self.breaker.succeeded()


def _check(query: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
    """Whether the answer holds what the query asked for. Raises what a dictionary raises, or `ValueError`."""
    # A document without a fragilité has no such field.
    asked = {*query.get("attributesToRetrieve", ()), *(("_rankingScore",) if query.get("showRankingScore") else ())} - {"fragilite"}
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
    if isinstance(fault, MeilisearchError) or (isinstance(fault, requests.RequestException) and not isinstance(fault, ValueError)):
        return OutOfReach(_OUT_OF_REACH)
    return OutOfReach(_GARBLED)


def _refused(fault: MeilisearchApiError) -> EngineFailure:
    if fault.status_code >= 500:
        return OutOfReach(_OUT_OF_REACH)
    # A proxy in between answers in its own words.
    if fault.code is None:
        return OutOfReach(_GARBLED)
    return EngineFailure(sentence_of(fault.code, fault.status_code))


def sentence_of(code: str, status: int = 400) -> str:
    """What an error of the server means for whoever runs the service."""
    default = f"Le serveur Meilisearch refuse la demande ({code}) : {_REINDEX}"
    return _BY_CODE.get(code) or _BY_STATUS.get(status) or default
