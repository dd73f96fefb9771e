"""The indexer: drains the outbox into one index, computes the vectors that lack, rebuilds beside
and switches.

One indexer at a time for each index, by a lock. The model reads in a thread beside: it may stay for
minutes on a text, and neither what was saved nor a lost index waits for it. Everything it does can
be done again: killed at any moment, the next one starts from the rows that are still there. One
that lost its lock, so that another may be at work, stops at once and has what it was writing given
again by that other, whose newer copies may have come first.
"""

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress

from sqlalchemy import Engine, delete, func, update
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from impact_alliances.batching import batched
from impact_alliances.db import insert_absent, reading, writing
from impact_alliances.embeddings.embedder import (
    Embedder,
    EmbedderUnavailable,
    UnreadableText,
    Vectors,
)
from impact_alliances.embeddings.store import Embedding, drop_misfits, packed, unreadable
from impact_alliances.engines.documents import SearchDocument, document_of
from impact_alliances.engines.engine import Choked, EngineFailure, IndexWriter
from impact_alliances.indexing.outbox import Outbox
from impact_alliances.locks import Busy, Lock, Lost, NoLock
from impact_alliances.meaning.passages import FRAGILITE, Passages, embed, passages_of
from impact_alliances.resources.changes import REBUILD, Change
from impact_alliances.resources.key import Key
from impact_alliances.resources.kinds import KINDS, key_of
from impact_alliances.resources.reading import load
from impact_alliances.resources.resource import PUBLISHED, Resource
from impact_alliances.vocabularies.terms import FRAGILITES

# Resources indexed in one commit of the index, and embedded in one go.
BATCH, EMBED_BATCH = 500, 16
# How often, in seconds, an idle indexer looks at the outbox; and after how many looks at all the
# rest, which costs more: whether the index is sound, whether vectors lack.
IDLE_S, IDLE_TURNS = 0.5, 10
# A rebuild that failed is tried again after so many times what it took, and this many seconds at
# the most.
SPARING, LONGEST_PAUSE_S = 3, 30.0
# How often, in seconds, one that waits for its turn looks whether it has come.
TURN_S = 2.0
Progress = Callable[[int, int], None]
_log = logging.getLogger(__name__)


# The vectors computed beforehand of the texts of these hashes, packed.
Shipped = Callable[[Collection[str]], Mapping[str, bytes]]


class Indexer:
    """Keeps one index true to the database and, but for a spare one, the vectors too.

    `lock` makes it the only one to write that index, `reading_lock` the only one whose model reads.
    """

    def __init__(
        self,
        database: Engine,
        writer: IndexWriter,
        embedder: Embedder | None,
        *,
        lock: Lock | None = None,
        reading_lock: Lock | None = None,
        shipped: Shipped | None = None,
        is_spare: bool = False,
    ) -> None:
        self._database = database
        self.writer = self._writer = writer
        self._embedder = embedder
        self._lock = lock or NoLock()
        self._reading_lock = reading_lock or NoLock()
        self._shipped = shipped
        self._is_spare = is_spare
        self._has_checked = False
        # One thread of this process reads at a time; what it may have to read is told to it at
        # once.
        self._one_reads = threading.Lock()
        self._news = threading.Event()
        self._is_known_lost = False
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
                _log.warning("L’index ne peut être gardé : %s", str(fault).splitlines()[0])
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

        Vectors are `embed_some`’s: nothing here waits for the model.
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
        with self._reading_beside():
            self._index(stop)

    def _index(self, stop: threading.Event) -> None:
        is_told = False
        while not stop.is_set():
            try:
                worked, is_told = self.step(), False
                if worked:
                    self._news.set()
            except EngineFailure as failure:
                # An outage is told once, not twice a second.
                if not is_told:
                    _log.warning("%s Les modifications attendent.", failure)
                worked, is_told = False, True
            except Lost:
                raise
            except Exception:
                _log.exception("L’indexation a échoué ; nouvel essai dans un instant.")
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
        documents = _documents(present.values())
        # What has no document, withdrawn or unreadable, leaves the index.
        indexed = {document.key for document in documents}
        removed = [key for key in touched if key not in indexed]
        # Vectors first: an engine that carries them must not be given those of the former text.
        with writing(self._database) as session:
            self._reconcile(session, list(present.values()))
            self._forget(session, [key for key in touched if key not in present])
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
            with writing(self._database) as session:
                present = load(session, batch)
                self._forget(session, [key for key in batch if key not in present])
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
        end.
        """
        if not self._is_known_lost:
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
        done, total = 0, self._published()
        for batch in self.published_batches():
            self._lock.check()
            if self._embedder:
                with writing(self._database) as session:
                    self._reconcile(session, batch)
            yield _documents(batch)
            done += len(batch)
            if progress:
                progress(done, total)
        # The switch comes next.
        self._lock.check()

    def _published(self) -> int:
        with reading(self._database) as session:
            tables = [kind.table for kind in KINDS.values()]
            counts = [
                select(func.count()).select_from(table).where(col(table.status) == PUBLISHED)
                for table in tables
            ]
            return sum(session.exec(statement).one() for statement in counts)

    def published_batches(self) -> Iterator[list[Resource]]:
        """Every published resource, kind after kind, in batches. Editors may save faster than an
        index takes: a batch that is not full is the last of its kind.
        """
        for kind in KINDS.values():
            last, is_over = "", False
            while not is_over:
                table = kind.table
                statement = select(table).where(
                    col(table.status) == PUBLISHED, col(table.id) > last
                )
                with reading(self._database) as session:
                    batch = list(session.exec(statement.order_by(col(table.id)).limit(BATCH)))
                is_over = len(batch) < BATCH
                if batch:
                    last = batch[-1].id
                    yield batch

    # -- vectors ----------------------------------------------------------------------------------

    @contextmanager
    def _reading_beside(self) -> Iterator[None]:
        """Have the model read in a thread beside, until the end of the `with`. One stuck in a text
        is left to end by itself.
        """
        if not self._embedder:
            yield
            return
        over = threading.Event()
        reader = threading.Thread(target=self._read_until, args=(over,), name="reader", daemon=True)
        reader.start()
        try:
            yield
        finally:
            over.set()
            self._news.set()
            reader.join(TURN_S)

    def _read_until(self, over: threading.Event) -> None:
        while not over.is_set():
            self._news.clear()
            try:
                worked = self.embed_some() > 0
            except (SQLAlchemyError, OSError) as fault:
                _log.warning(
                    "Les vecteurs ne peuvent être calculés : %s", str(fault).splitlines()[0]
                )
                worked = False
            except Exception:
                _log.exception("Le calcul des vecteurs a échoué ; nouvel essai dans un instant.")
                worked = False
            if not worked and not over.is_set():
                self._news.wait(IDLE_S * IDLE_TURNS)

    @contextmanager
    def _reading_alone(self) -> Iterator[None]:
        """Be the only one whose model reads, among the threads of this process and among processes.
        Raises `Busy`.
        """
        if not self._one_reads.acquire(blocking=False):
            raise Busy
        try:
            with self._reading_lock.hold():
                yield
        finally:
            self._one_reads.release()

    def _reconcile(self, session: Session, resources: Sequence[Resource]) -> None:
        """Note which of these need (new) vectors: a changed text never keeps its old vector, of
        whatever model.
        """
        if not self._embedder or not resources:
            return
        model = self._embedder.name
        wanted = {key_of(resource): passages_of(resource).text_hash for resource in resources}
        present = select(Embedding.kind, Embedding.subject, Embedding.model, Embedding.text_hash)
        rows = session.exec(
            present.where(col(Embedding.subject).in_([subject for _, subject in wanted]))
        ).all()
        stale = {
            Key(kind, subject)
            for kind, subject, _, text_hash in rows
            if wanted.get(Key(kind, subject), text_hash) != text_hash
        }
        self._forget(session, list(stale))
        kept = {
            Key(kind, subject) for kind, subject, made_by, _ in rows if made_by == model
        } - stale
        lacking = [key for key in wanted if key not in kept]
        # The indexer of another machine may be noting the same.
        fresh = [
            Embedding(kind=key.kind, subject=key.id, model=model, text_hash=wanted[key])
            for key in lacking
        ]
        insert_absent(session, Embedding, [row.model_dump() for row in fresh])

    def _forget(self, session: Session, gone: Sequence[Key]) -> None:
        # In one order, so that two indexers never wait for each other.
        for kind, subject in () if self._is_spare else sorted(gone):
            session.execute(
                delete(Embedding).where(
                    col(Embedding.kind) == kind, col(Embedding.subject) == subject
                )
            )

    def embed_some(self, limit: int = EMBED_BATCH) -> int:
        """Give vectors to some that lack them. Returns to how many: none when the model fails, or
        when another one reads.
        """
        if self._embedder:
            with suppress(Busy), self._reading_alone():
                self._check_dimensions()
                self._ask_for_all()
                self._ask_for_fragilites()
                return self._store_shipped() or self._compute_some(self._embedder, limit)
        return 0

    def _store_shipped(self) -> int:
        """Store the vectors that came with the contents: nobody need compute them again."""
        if not self._shipped or not self._embedder:
            return 0
        lacking = select(Embedding.kind, Embedding.subject, Embedding.text_hash)
        lacking = lacking.where(
            col(Embedding.model) == self._embedder.name, col(Embedding.vectors).is_(None)
        )
        with reading(self._database) as session:
            rows = session.exec(
                lacking.order_by(col(Embedding.kind), col(Embedding.subject)).limit(BATCH)
            ).all()
        known = self._shipped({text_hash for _, _, text_hash in rows}) if rows else {}
        found = {
            Key(kind, subject): text_hash for kind, subject, text_hash in rows if text_hash in known
        }
        self._store(found, [known[text_hash] for text_hash in found.values()])
        return len(found)

    def _compute_some(self, embedder: Embedder, limit: int) -> int:
        model = embedder.name
        with reading(self._database) as session:
            statement = select(Embedding.kind, Embedding.subject).where(
                col(Embedding.model) == model,
                col(Embedding.vectors).is_(None),
                ~col(Embedding.is_unreadable),
            )
            rows = session.exec(
                statement.order_by(col(Embedding.kind), col(Embedding.subject)).limit(limit)
            ).all()
            texts = _passages(session, [Key(*row) for row in rows])
        try:
            computed = [
                None if vectors is None else packed(vectors)
                for vectors in _read(embedder, list(texts.values()))
            ]
            self._store({key: passages.text_hash for key, passages in texts.items()}, computed)
        except EmbedderUnavailable as failure:
            _log.error("%s", failure)
            return 0
        if texts:
            _log.info("%s vecteurs calculés.", len(texts))
        return len(texts)

    def _check_dimensions(self) -> None:
        """Once: a name on a model hub may come to mean other weights."""
        if self._embedder and not self._has_checked:
            with writing(self._database) as session:
                dropped = drop_misfits(session, self._embedder.name, self._embedder.dimensions)
            self._has_checked = True
            if dropped:
                _log.warning(
                    "%s vecteurs n’avaient pas les dimensions du modèle %s : ils sont recalculés.",
                    dropped,
                    self._embedder.name,
                )

    def _ask_for_all(self) -> None:
        """Note every resource that this model has not been asked to read: a model chosen in the
        settings has them all to read.
        """
        model = self._embedder.name if self._embedder else ""
        asked = (
            select(func.count())
            .select_from(Embedding)
            .where(Embedding.model == model, col(Embedding.kind).in_(KINDS))
        )
        with reading(self._database) as session:
            if session.exec(asked).one() >= self._published():
                return
        for batch in self.published_batches():
            with writing(self._database) as session:
                self._reconcile(session, batch)

    def _ask_for_fragilites(self) -> None:
        wanted = {
            term.slug: Passages(term.label, (term.description,)).text_hash
            for term in FRAGILITES.terms
        }
        model = self._embedder.name if self._embedder else ""
        statement = select(Embedding).where(Embedding.kind == FRAGILITE, Embedding.model == model)
        with reading(self._database) as session:
            present = {row.subject: row.text_hash for row in session.exec(statement)}
        if present == wanted:
            return
        with writing(self._database) as session:
            session.execute(
                delete(Embedding).where(
                    col(Embedding.kind) == FRAGILITE, col(Embedding.model) == model
                )
            )
            session.add_all(
                Embedding(kind=FRAGILITE, subject=s, model=model, text_hash=h)
                for s, h in wanted.items()
            )

    def _store(self, hashes: dict[Key, str], vectors: Sequence[bytes | None]) -> None:
        model = self._embedder.name if self._embedder else ""
        with writing(self._database) as session:
            # In one order, so that two writers never wait for each other.
            for ((kind, subject), text_hash), computed in sorted(
                zip(hashes.items(), vectors, strict=True), key=lambda each: each[0]
            ):
                # The text may have changed while the model was reading it: then the next turn does
                # it again. One statement looks and writes, since the indexer may be changing that
                # row.
                read = update(Embedding).where(
                    col(Embedding.kind) == kind,
                    col(Embedding.subject) == subject,
                    col(Embedding.model) == model,
                    col(Embedding.text_hash) == text_hash,
                )
                values = {
                    "is_unreadable": computed is None,
                    "vectors": computed,
                    "version": time.time_ns(),
                }
                stored = session.scalar(read.values(values).returning(col(Embedding.subject)))
                if stored and self._writer.wants_vectors and kind != FRAGILITE:
                    session.add(Change(kind=kind, resource_id=subject))

    def unreadable(self) -> list[Key]:
        """The resources that this model cannot read."""
        return unreadable(self._database, self._embedder.name) if self._embedder else []

    def lacking(self) -> int:
        """How many resources and fragilités this model has not read yet, those it cannot read left
        out.
        """
        if not self._embedder:
            return 0
        read = (
            select(func.count())
            .select_from(Embedding)
            .where(Embedding.model == self._embedder.name)
        )
        with reading(self._database) as session:
            computed = session.exec(
                read.where(col(Embedding.vectors).is_not(None) | col(Embedding.is_unreadable))
            ).one()
        return max(0, self._published() + len(FRAGILITES.terms) - computed)


def _read(embedder: Embedder, several: list[Passages]) -> list[Vectors | None]:
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


def _documents(resources: Iterable[Resource]) -> list[SearchDocument]:
    """Their documents. One resource of which none can be made is logged and passed over: it must
    not hold back the others.
    """
    made = []
    for resource in resources:
        try:
            made.append(document_of(resource))
        except Exception:
            _log.exception(
                "La fiche %s ne peut pas être indexée et manque à la recherche.", key_of(resource)
            )
    return made


def _passages(session: Session, subjects: Sequence[Key]) -> dict[Key, Passages]:
    """The texts of these subjects; of a resource no longer published there is none."""
    resources = load(session, [subject for subject in subjects if subject.kind != FRAGILITE])
    found = {key: passages_of(resource) for key, resource in resources.items()}
    for key in subjects:
        if key.kind == FRAGILITE:
            term = FRAGILITES.by_slug[key.id]
            found[key] = Passages(term.label, (term.description,))
    return found


def _asks_rebuild(changes: Sequence[Change]) -> bool:
    return any(change.kind == REBUILD for change in changes)


def differences(database: Engine, writer: IndexWriter) -> dict[str, list[Key]]:
    """What tells index and database apart once the outbox is empty: keys `missing`, `stale` or
    `extra` in the index, and `refused` by it.
    """
    indexed, refused = writer.fingerprints(), set(writer.refused())
    indexer = Indexer(database, writer, None)
    expected: dict[Key, str] = {}
    for batch in indexer.published_batches():
        documents = {document.key: document.fingerprint for document in _documents(batch)}
        refused |= {key_of(resource) for resource in batch} - documents.keys()
        expected |= documents
    return {
        "missing": sorted(expected.keys() - indexed.keys() - refused),
        "stale": sorted(
            key for key in expected.keys() & indexed.keys() if expected[key] != indexed[key]
        ),
        "extra": sorted(indexed.keys() - expected.keys()),
        "refused": sorted(refused - indexed.keys()),
    }
