"""The indexer: drains the outbox into one index, rebuilds it beside and switches.

One indexer at a time for each index, by a lock. The vectors that lack are computed beside
(`vectorizer`). Everything it does can be done again: killed at any moment, the next one starts from
the rows that are still there. One that lost its lock, so that another may be at work, stops at once
and has what it was writing given again by that other, whose newer copies may have come first.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from impact_alliances.batching import batched
from impact_alliances.db import reading, writing
from impact_alliances.engines.documents import SearchDocument
from impact_alliances.engines.engine import Choked, EngineFailure, IndexWriter
from impact_alliances.indexing.contents import (
    BATCH,
    documents_of,
    published_batches,
    published_count,
)
from impact_alliances.indexing.outbox import Outbox
from impact_alliances.indexing.vectorizer import Vectorizer
from impact_alliances.locks import Busy, Lock, Lost, NoLock
from impact_alliances.resources.changes import REBUILD, Change
from impact_alliances.resources.key import Key
from impact_alliances.resources.published import load
from impact_alliances.resources.resource import Resource
from impact_alliances.telling import Faults

# How often, in seconds, an idle indexer looks at the outbox; and after how many looks at all the
# rest, which costs more: whether the index is sound.
IDLE_S, IDLE_TURNS = 0.5, 10
# A rebuild that failed is tried again after so many times what it took, and this many seconds at
# the most.
SPARING, LONGEST_PAUSE_S = 3, 30.0
# How often, in seconds, one that waits for its turn looks whether it has come.
TURN_S = 2.0
Progress = Callable[[int, int], None]
_log = logging.getLogger(__name__)


class Indexer:
    """Keeps one index true to the database and, but for a spare one, has the vectors computed too.

    `lock` makes it the only one to write that index. A spare one has no `vectorizer`.
    """

    def __init__(
        self,
        database: Engine,
        writer: IndexWriter,
        vectorizer: Vectorizer | None,
        *,
        lock: Lock | None = None,
    ) -> None:
        self._database = database
        self.writer = self._writer = writer
        self._vectorizer = vectorizer
        self._lock = lock or NoLock()
        self._is_known_lost = False
        self._faults = Faults(_log, "Les modifications attendent ; nouvel essai dans un instant.")
        self._failure: EngineFailure | None = None
        self._rebuild_at = 0.0

    # -- one at a time ----------------------------------------------------------------------------

    def alone(self) -> AbstractContextManager[None]:
        """Be the only one to write this index. Raises `Busy`."""
        return self._lock.hold()

    def keep(self, stop: threading.Event) -> None:
        """Keep the index until `stop` is set, whenever no other process does."""
        while not stop.is_set():
            try:
                with self.alone():
                    self.run(stop)
            except Busy:
                # Another process keeps it; be there when it ends.
                pass
            except Lost:
                _log.warning(
                    "La base de données a coupé la connexion qui garde l’index : un autre "
                    "processus peut le prendre."
                )
            except (SQLAlchemyError, OSError) as fault:
                self._faults.tell(fault)
            stop.wait(TURN_S)

    @contextmanager
    def _holding(self, mend: Callable[[], None]) -> Iterator[None]:
        """Write while the lock is held. If it fell meanwhile, what is written here may be older
        than what another wrote.
        """
        self._lock.check()
        try:
            yield
        finally:
            try:
                self._lock.check()
            except Lost:
                mend()
                raise

    @property
    def outbox(self) -> Outbox:
        """What waits for this index."""
        return Outbox(self._database, self._writer.name)

    def is_sound(self) -> bool:
        """Whether the index in use is readable, was built from this base and has been kept since;
        else it must be rebuilt.
        """
        return self.outbox.is_followed() and self._writer.is_ready()

    # -- working ----------------------------------------------------------------------------------

    def step(self) -> bool:
        """Do one batch of the outbox, or rebuild an index that is lost or asked for. False when
        nothing is left.

        Vectors are the vectorizer’s: nothing here waits for the model.
        """
        self._lock.check()
        changes = self.outbox.waiting(BATCH)
        if not self.is_sound():
            self._restore()
        elif _asks_rebuild(changes):
            self._rebuild_when_due()
        elif changes:
            self._apply(changes)
        else:
            return False
        return True

    def catch_up(self, progress: Progress | None = None) -> None:
        """Take all that waits now; vectors are left for later, and what is saved meanwhile for the
        next to come: editors may save faster than an index takes.
        """
        if not self.is_sound():
            self.rebuild(progress)
        newest = self.outbox.newest()
        total = waiting = self.outbox.count(newest)
        while waiting or not self.is_sound():
            self.step()
            waiting = self.outbox.count(newest)
            if progress:
                progress(max(0, total - waiting), total)

    def follow(self) -> bool:
        """Take all that waits now into the index in use, and nothing more. False when the index
        must be rebuilt first.
        """
        newest = self.outbox.newest()
        while changes := self.outbox.waiting(BATCH, newest):
            if _asks_rebuild(changes) or not self.is_sound():
                return False
            self._apply(changes)
        return self.is_sound()

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set, the model reading beside. A fault is logged and tried again;
        the outbox keeps the work meanwhile.
        """
        self._is_known_lost = False
        with self._vectorizer.working_beside() if self._vectorizer else nullcontext():
            self._index(stop)

    def _index(self, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                worked = self.step()
                self._faults.are_over()
                if worked and self._vectorizer:
                    self._vectorizer.tell()
            except Lost:
                raise
            except Exception as fault:
                self._faults.tell(fault)
                worked = False
            if not worked:
                self._rest(stop)

    def _rest(self, stop: threading.Event) -> None:
        """Sleep until a change is there, or until it is time to look whether the index is sound."""
        for _ in range(IDLE_TURNS):
            if stop.wait(IDLE_S) or self.pending():
                return

    def pending(self) -> int:
        """How many changes wait for this index."""
        return self.outbox.count()

    # -- the outbox -------------------------------------------------------------------------------

    def _apply(self, changes: Sequence[Change]) -> None:
        touched = list(dict.fromkeys(Key(change.kind, change.resource_id) for change in changes))
        with reading(self._database) as session:
            present = load(session, touched)
        documents = documents_of(present.values())
        # What has no document, withdrawn or unreadable, leaves the index.
        indexed = {document.key for document in documents}
        removed = [key for key in touched if key not in indexed]
        # Vectors first: an engine that carries them must not be given those of the former text.
        self._note_needs(list(present.values()), [key for key in touched if key not in present])
        with self._holding(lambda: self.outbox.ask_again(touched)):
            self._writer.apply(documents, removed)
        self.outbox.take(changes)
        _log.info("%s modifications indexées.", len(changes))

    def rebuild(self, progress: Progress | None = None) -> None:
        """Build the index anew beside the one in use, then switch.

        It holds every change committed before it began, so these leave the outbox; those made
        meanwhile stay there.
        """
        covered = self.outbox.begin()
        with self._holding(lambda: self.outbox.ask_rebuild()):
            self._fill(progress)
        for batch in batched(
            {Key(change.kind, change.resource_id) for change in covered if change.kind != REBUILD},
            BATCH,
        ):
            with reading(self._database) as session:
                present = load(session, batch)
            self._note_needs([], [key for key in batch if key not in present])
        self.outbox.is_built(covered)
        _log.log(
            logging.WARNING if self._is_known_lost else logging.INFO,
            "Index de recherche reconstruit.",
        )

    def _fill(self, progress: Progress | None) -> None:
        try:
            self._writer.rebuild(self._all_documents(progress))
        except Choked:
            # Now each document is tried before it is taken, and the one at fault passed over.
            self._writer.rebuild(self._all_documents(progress))

    def _restore(self) -> None:
        """Rebuild an index found lost. It is told once, however often that is tried, and so is its
        end. One that never was is built, which is no news.
        """
        if self.outbox.is_new():
            _log.info("Premier démarrage : l’index de recherche se construit.")
        elif not self._is_known_lost:
            _log.warning("L’index de recherche manque ou est abîmé : il se reconstruit.")
            self._is_known_lost = True
        self._rebuild_when_due()
        self._is_known_lost = False

    def _rebuild_when_due(self) -> None:
        """On a full disk a rebuild fails each time, and costs all it costs."""
        started = time.monotonic()
        if self._failure and started < self._rebuild_at:
            raise self._failure
        try:
            self.rebuild()
            self._failure = None
        except EngineFailure as failure:
            now = time.monotonic()
            self._failure, self._rebuild_at = (
                failure,
                now + min(SPARING * (now - started), LONGEST_PAUSE_S),
            )
            raise

    def _all_documents(self, progress: Progress | None) -> Iterator[list[SearchDocument]]:
        done, total = 0, published_count(self._database)
        for batch in published_batches(self._database):
            self._lock.check()
            self._note_needs(batch, [])
            yield documents_of(batch)
            done += len(batch)
            if progress:
                progress(done, total)
        # The switch comes next.
        self._lock.check()

    def _note_needs(self, changed: Sequence[Resource], gone: Sequence[Key]) -> None:
        """Have the vectors of what changed computed again, those of what left forgotten."""
        if self._vectorizer and (changed or gone):
            with writing(self._database) as session:
                self._vectorizer.needs.reconcile(session, changed)
                self._vectorizer.needs.forget(session, gone)


def _asks_rebuild(changes: Sequence[Change]) -> bool:
    return any(change.kind == REBUILD for change in changes)
