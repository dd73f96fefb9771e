"""The words and the lengths of the corpus as the server counts them: what weights, corrections and
BM25 need.

They are read once, in one question, and again when the corpus changed: a small question, at most
once a second, asks for the number of documents and for the newest one. So a search pays no round
trip for its words.
"""

import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice, takewhile
from typing import Any

from impact_alliances.engines.bm25 import ScoredField
from impact_alliances.engines.documents import COMMUNE
from impact_alliances.engines.engine import EngineFailure
from impact_alliances.engines.meilisearch.server import Server
from impact_alliances.engines.meilisearch.settings import LENGTH_FIELDS, SPOKEN_FIELDS, WORD_FIELDS
from impact_alliances.geo.globe import Communes
from impact_alliances.text.expressions import Expression

# How often, in seconds, a change of the corpus is looked for, by this process or another.
FRESHNESS_S = 1.0
# While the corpus keeps changing, reading it again takes at most one part in this many of the time.
SPARING = 20
# Nobody searched for so long: the words may be of long ago, and whoever comes waits for them.
STALE_S = 9.0
State = tuple[int, int]


@dataclass(frozen=True)
class Corpus:
    """The figures of the corpus at one moment: its number of documents, how many hold each stem and
    each word, the lengths that BM25 needs; `demandes` counts the documents that have some alone.
    `phrases` remembers, for as long as nothing changed,
    which documents hold a phrase; `in_order` holds the words sorted, to be searched by prefix.
    """

    documents: int
    stems: Mapping[str, int]
    words: dict[str, int]
    spoken: Mapping[str, Mapping[str, int]]
    title: ScoredField
    text: ScoredField
    demandes: ScoredField
    communes: Communes
    in_order: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    phrases: dict[Expression, tuple[str, ...]] = field(default_factory=dict)

    def starting(self, prefix: str, limit: int, among: str = "words") -> list[str]:
        """The commonest words, of one of `SPOKEN_FIELDS`, that begin with `prefix`."""
        counts, ordered = self.spoken[among], self.in_order[among]
        begun = takewhile(
            lambda word: word.startswith(prefix),
            islice(ordered, bisect_left(ordered, prefix), None),
        )
        return sorted(begun, key=lambda word: (-counts[word], word))[:limit]


def corpus_of(answer: dict[str, Any]) -> Corpus:
    """The figures in an answer that holds the distribution of words and lengths."""
    documents = int(answer["estimatedTotalHits"])
    counted = {
        name: answer["facetDistribution"].get(name, {}) for name in (*WORD_FIELDS, *LENGTH_FIELDS)
    }
    title, text, demandes = (counted[name] for name in LENGTH_FIELDS)
    asked = sum(count for length, count in demandes.items() if float(length))
    return Corpus(
        documents=documents,
        stems=counted["stems"],
        words=counted["words"],
        spoken={name: counted[name] for name in SPOKEN_FIELDS},
        title=ScoredField(documents, _mean(title, documents), counted["title"]),
        text=ScoredField(documents, _mean(text, documents), counted["text"]),
        communes=Communes.of(answer["facetDistribution"].get(COMMUNE, {})),
        demandes=ScoredField(asked, _mean(demandes, asked), counted["demandes"]),
        in_order={name: tuple(sorted(counted[name])) for name in SPOKEN_FIELDS},
    )


def _mean(lengths: Mapping[str, int], documents: int) -> float:
    return sum(float(length) * count for length, count in lengths.items()) / max(documents, 1)


class CorpusReader:
    """Reads the figures of the corpus, and keeps those in force. Renewing them takes a moment on a
    large base: searches go on with the former ones meanwhile.
    """

    def __init__(self, server: Server, clock: Callable[[], float] = time.monotonic) -> None:
        self._server = server
        self._clock = clock
        self._lock = threading.Lock()
        self._corpus: Corpus | None = None
        self._state: State | None = None
        self._look_at = float("-inf")
        self._read_at = float("-inf")

    def refresh(self) -> None:
        """Look at the server at the next question, and wait for its answer."""
        self._look_at = self._read_at = float("-inf")

    def now(self) -> Corpus:
        """The words as of now, or as of a moment ago: while searches follow each other, they are
        renewed aside.
        """
        former = self._corpus
        if former and self._clock() < self._look_at:
            return former
        if former is None or self._clock() >= self._look_at + STALE_S:
            with self._lock:
                return self._renewed()
        if self._lock.acquire(blocking=False):
            threading.Thread(target=self._renew_aside, name="corpus", daemon=True).start()
        return former

    def _renew_aside(self) -> None:
        # A failure is for the next search to meet, and to tell.
        with suppress(EngineFailure):
            try:
                self._renewed()
            finally:
                self._look_at = self._clock() + FRESHNESS_S
                self._lock.release()

    def _renewed(self) -> Corpus:
        if self._corpus and self._clock() < self._look_at:
            return self._corpus
        state = self._seen()
        if self._corpus and state != self._state:
            self._corpus.phrases.clear()
        if self._corpus is None or (state != self._state and self._clock() >= self._read_at):
            started = self._clock()
            self._corpus, self._state = self._read(), state
            self._read_at = self._clock() + SPARING * (self._clock() - started)
        self._look_at = self._clock() + FRESHNESS_S
        return self._corpus

    def _seen(self) -> State:
        """The number of documents and when the newest one was indexed: any change moves one of
        them.
        """
        newest = {"sort": ["indexed_at:desc"], "limit": 1, "attributesToRetrieve": ["indexed_at"]}
        (answer,) = self._server.search([newest])
        stamps = [int(hit["indexed_at"]) for hit in answer["hits"]]
        return int(answer["estimatedTotalHits"]), max(stamps, default=0)

    def _read(self) -> Corpus:
        counted = [*WORD_FIELDS, *LENGTH_FIELDS, COMMUNE]
        (answer,) = self._server.search([{"facets": counted, "limit": 0}])
        return corpus_of(answer)
