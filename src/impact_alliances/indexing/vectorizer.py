"""Computing the vectors that lack. The model reads in a thread beside the indexer: it may stay for
minutes on a text, and neither what was saved nor a lost index waits for it.
"""

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from sqlalchemy import Engine, update
from sqlmodel import col

from impact_alliances.db import writing
from impact_alliances.embeddings.embedder import (
    Embedder,
    EmbedderUnavailable,
    UnreadableText,
    Vectors,
)
from impact_alliances.embeddings.store import Embedding, packed
from impact_alliances.indexing.needs import VectorNeeds
from impact_alliances.locks import Busy, Lock, NoLock
from impact_alliances.meaning.reading import Readable, embed
from impact_alliances.resources.changes import Change
from impact_alliances.resources.key import Key
from impact_alliances.resources.kinds import KINDS
from impact_alliances.telling import Faults

# Texts given to the model in one go, and shipped vectors stored in one go.
EMBED_BATCH, SHIPPED_BATCH = 16, 500
# How often, in seconds, an idle reader looks at what lacks; and how long its end is waited for.
LOOK_EVERY_S, END_S = 5.0, 2.0
# The vectors computed beforehand of the texts of these hashes, packed.
Shipped = Callable[[Collection[str]], Mapping[str, bytes]]
_log = logging.getLogger(__name__)


class Vectorizer:
    """Gives vectors to the texts that need them, where there is a model.

    `lock` makes its model the only one that reads, among processes. `are_news` says that an index
    carries the vectors, and so has to be told of new ones.
    """

    def __init__(
        self,
        database: Engine,
        embedder: Embedder | None,
        *,
        lock: Lock | None = None,
        shipped: Shipped | None = None,
        are_news: bool = False,
    ) -> None:
        self.needs = VectorNeeds(database, embedder.name if embedder else None)
        self._database = database
        self._embedder = embedder
        self._lock = lock or NoLock()
        self._shipped = shipped
        self._are_news = are_news
        self._has_checked = False
        self._faults = Faults(_log, "Les vecteurs attendent ; nouvel essai dans un instant.")
        # One thread of this process reads at a time; what it may have to read is told to it at
        # once.
        self._one_reads = threading.Lock()
        self._news = threading.Event()

    # -- beside the indexer -----------------------------------------------------------------------

    def tell(self) -> None:
        """Have the reader look at once at what lacks: something was saved."""
        self._news.set()

    @contextmanager
    def working_beside(self) -> Iterator[None]:
        """Have the model read in a thread beside, until the end of the `with`. One stuck in a text
        is left to end by itself.
        """
        if not self._embedder:
            yield
            return
        over = threading.Event()
        reader = threading.Thread(target=self._work_until, args=(over,), name="reader", daemon=True)
        reader.start()
        try:
            yield
        finally:
            over.set()
            self._news.set()
            reader.join(END_S)

    def _work_until(self, over: threading.Event) -> None:
        while not over.is_set():
            self._news.clear()
            try:
                worked = self.embed_some() > 0
                self._faults.are_over()
            except Exception as fault:
                self._faults.tell(fault)
                worked = False
            if not worked and not over.is_set():
                self._news.wait(LOOK_EVERY_S)

    @contextmanager
    def _working_alone(self) -> Iterator[None]:
        """Be the only one whose model reads, among the threads of this process and among processes.
        Raises `Busy`.
        """
        if not self._one_reads.acquire(blocking=False):
            raise Busy
        try:
            with self._lock.hold():
                yield
        finally:
            self._one_reads.release()

    # -- computing --------------------------------------------------------------------------------

    def embed_some(self, limit: int = EMBED_BATCH) -> int:
        """Give vectors to some that lack them. Returns to how many: none when the model fails, or
        when another one reads.
        """
        if self._embedder:
            with suppress(Busy), self._working_alone():
                self._note_needs(self._embedder)
                return self._store_shipped(self._embedder) or self._compute_some(
                    self._embedder, limit
                )
        return 0

    def _note_needs(self, embedder: Embedder) -> None:
        if not self._has_checked:
            self.needs.drop_misfits(embedder.dimensions)
            self._has_checked = True
        self.needs.ask_for_all()
        self.needs.ask_for_fragilites()

    def _store_shipped(self, embedder: Embedder) -> int:
        """Store the vectors that came with the contents: nobody need compute them again."""
        if not self._shipped:
            return 0
        hashes = self.needs.hashes(SHIPPED_BATCH)
        known = self._shipped(set(hashes.values())) if hashes else {}
        held = {key: text_hash for key, text_hash in hashes.items() if text_hash in known}
        self._store(embedder, held, [known[text_hash] for text_hash in held.values()])
        return len(held)

    def _compute_some(self, embedder: Embedder, limit: int) -> int:
        texts = self.needs.texts(limit)
        try:
            computed = [
                None if vectors is None else packed(vectors)
                for vectors in _read(embedder, list(texts.values()))
            ]
        except EmbedderUnavailable as failure:
            _log.error("%s", failure)
            return 0
        hashes = {key: read.text_hash for key, read in texts.items()}
        self._store(embedder, hashes, computed)
        if texts:
            _log.info("%s vecteurs calculés.", len(texts))
        return len(texts)

    def _store(
        self, embedder: Embedder, hashes: Mapping[Key, str], vectors: Sequence[bytes | None]
    ) -> None:
        with writing(self._database) as session:
            # In one order, so that two writers never wait for each other.
            for (key, text_hash), computed in sorted(
                zip(hashes.items(), vectors, strict=True), key=lambda each: each[0]
            ):
                # The text may have changed while the model was reading it: then the next turn does
                # it again. One statement looks and writes, since the indexer may be changing that
                # row.
                read = update(Embedding).where(
                    col(Embedding.kind) == key.kind,
                    col(Embedding.subject) == key.id,
                    col(Embedding.model) == embedder.name,
                    col(Embedding.text_hash) == text_hash,
                )
                values = {
                    "is_unreadable": computed is None,
                    "vectors": computed,
                    "version": time.time_ns(),
                }
                stored = session.scalar(read.values(values).returning(col(Embedding.subject)))
                # An index carries the vectors of the text alone.
                if stored and self._are_news and key.kind in KINDS:
                    session.add(Change(kind=key.kind, resource_id=key.id))


def _read(embedder: Embedder, several: list[Readable]) -> list[Vectors | None]:
    """The vectors of each, None for those that the model cannot read: by halves, one does not cost
    the others theirs.
    """
    try:
        return list(embed(embedder, several))
    except UnreadableText:
        if len(several) == 1:
            return [None]
    middle = len(several) // 2
    return _read(embedder, several[:middle]) + _read(embedder, several[middle:])
