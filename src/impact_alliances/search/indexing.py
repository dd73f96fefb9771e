"""The indexer: drains the outbox into the index, computes the vectors that lack, rebuilds beside and switches.

One indexer at a time, held by a lock file. Everything it does can be done again: killed at any moment, the next one
starts from the rows that are still there.
"""

import fcntl
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, delete, func
from sqlmodel import Session, col, select

from impact_alliances.batching import batched
from impact_alliances.db import reading, writing
from impact_alliances.embeddings.embedder import Embedder, EmbedderUnavailable, UnreadableText, Vectors
from impact_alliances.embeddings.store import Embedding, drop_misfits, packed, unreadable
from impact_alliances.resources.changes import REBUILD, Change
from impact_alliances.resources.kinds import KINDS, kind_of
from impact_alliances.resources.reading import load
from impact_alliances.resources.resource import PUBLISHED, Resource
from impact_alliances.search.documents import SearchDocument, document_of
from impact_alliances.search.engine import EngineFailure, IndexWriter
from impact_alliances.search.passages import FRAGILITE, Passages, embed, passages_of
from impact_alliances.vocabularies.terms import FRAGILITES

# Resources indexed in one commit of the index, and embedded in one go.
BATCH, EMBED_BATCH = 500, 16
# How often, in seconds, an idle indexer looks at the outbox; and after how many looks at all the rest, which costs more.
IDLE_S, IDLE_TURNS = 0.5, 10
Progress = Callable[[int, int], None]
_log = logging.getLogger(__name__)


class Busy(Exception):
    """Another process holds the indexer's lock; it will do the work."""


@contextmanager
def sole_indexer(lock_file: Path) -> Iterator[None]:
    """Be the only indexer of this data folder. Raises `Busy`. The lock falls with the process, however it ends."""
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    with lock_file.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as taken:
            raise Busy from taken
        yield


class Indexer:
    """Keeps one index and the vectors true to the database."""

    def __init__(self, database: Engine, writer: IndexWriter, embedder: Embedder | None) -> None:
        self._database = database
        self._writer = writer
        self._embedder = embedder
        self._has_checked = False

    def step(self) -> bool:
        """Do one batch of the most pressing work: the outbox first, then vectors. False when nothing is left."""
        with reading(self._database) as session:
            changes = session.exec(select(Change).order_by(col(Change.id)).limit(BATCH)).all()
        if not self._writer.is_ready() or any(change.kind == REBUILD for change in changes):
            self.rebuild()
            return True
        if changes:
            self._apply(changes)
            return True
        return self.embed_some() > 0

    def catch_up(self) -> None:
        """Empty the outbox; vectors are left for later."""
        while self.pending() or not self._writer.is_ready():
            self.step()

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set. A fault is logged and tried again; the outbox keeps the work meanwhile."""
        is_told = False
        while not stop.is_set():
            try:
                worked, is_told = self.step(), False
            except EngineFailure as failure:
                # An outage is told once, not twice a second.
                if not is_told:
                    _log.warning("%s Les modifications attendent.", failure)
                worked, is_told = False, True
            except Exception:
                _log.exception("L’indexation a échoué ; nouvel essai dans un instant.")
                worked = False
            if not worked:
                self._rest(stop)

    def _rest(self, stop: threading.Event) -> None:
        """Sleep until a change is there, or until it is time to look whether the index is sound and vectors lack."""
        for _ in range(IDLE_TURNS):
            if stop.wait(IDLE_S) or self.pending():
                return

    def pending(self) -> int:
        """How many changes wait in the outbox."""
        with reading(self._database) as session:
            return session.exec(select(func.count()).select_from(Change)).one()

    # -- the outbox -------------------------------------------------------------------------------

    def _apply(self, changes: Sequence[Change]) -> None:
        touched = list(dict.fromkeys((change.kind, change.resource_id) for change in changes))
        with reading(self._database) as session:
            present = load(session, touched)
        removed = [f"{kind}:{identifier}" for kind, identifier in touched if (kind, identifier) not in present]
        # Vectors first: an engine that carries them must not be given those of the former text.
        with writing(self._database) as session:
            self._reconcile(session, list(present.values()))
            self._forget(session, [key for key in touched if key not in present])
        self._writer.apply([document_of(resource) for resource in present.values()], removed)
        self._done(changes)

    def _done(self, changes: Sequence[Change]) -> None:
        """Take these changes out of the outbox."""
        for batch in batched([change.id for change in changes], BATCH):
            with writing(self._database) as session:
                # By number, not « up to »: a slower transaction may commit a lower number later.
                session.execute(delete(Change).where(col(Change.id).in_(batch)))

    def rebuild(self, progress: Progress | None = None) -> None:
        """Build the index anew beside the one in use, then switch.

        It holds every change committed before it began, so these leave the outbox; those made meanwhile stay there.
        """
        with reading(self._database) as session:
            covered = session.exec(select(Change)).all()
        self._writer.rebuild(self._all_documents(progress))
        for batch in batched({(change.kind, change.resource_id) for change in covered if change.kind != REBUILD}, BATCH):
            with writing(self._database) as session:
                present = load(session, batch)
                self._forget(session, [key for key in batch if key not in present])
        self._done(covered)

    def _all_documents(self, progress: Progress | None) -> Iterator[list[SearchDocument]]:
        done, total = 0, self._published()
        for batch in self.published_batches():
            if self._embedder:
                with writing(self._database) as session:
                    self._reconcile(session, batch)
            yield [document_of(resource) for resource in batch]
            done += len(batch)
            if progress:
                progress(done, total)

    def _published(self) -> int:
        with reading(self._database) as session:
            tables = [kind.table for kind in KINDS.values()]
            counts = [select(func.count()).select_from(table).where(col(table.status) == PUBLISHED) for table in tables]
            return sum(session.exec(statement).one() for statement in counts)

    def published_batches(self) -> Iterator[list[Resource]]:
        """Every published resource, kind after kind, in batches."""
        for kind in KINDS.values():
            last = ""
            while True:
                table = kind.table
                statement = select(table).where(col(table.status) == PUBLISHED, col(table.id) > last)
                with reading(self._database) as session:
                    batch = list(session.exec(statement.order_by(col(table.id)).limit(BATCH)))
                if not batch:
                    break
                yield batch
                last = batch[-1].id

    # -- vectors ----------------------------------------------------------------------------------

    def _reconcile(self, session: Session, resources: Sequence[Resource]) -> None:
        """Note which of these need (new) vectors: a changed text never keeps its old vector, of whatever model."""
        if not self._embedder or not resources:
            return
        model = self._embedder.name
        wanted = {(kind_of(resource).slug, resource.id): passages_of(resource).text_hash for resource in resources}
        present = select(Embedding.kind, Embedding.subject, Embedding.model, Embedding.text_hash)
        rows = session.exec(present.where(col(Embedding.subject).in_([subject for _, subject in wanted]))).all()
        stale = {(kind, subject) for kind, subject, _, text_hash in rows if wanted.get((kind, subject), text_hash) != text_hash}
        self._forget(session, list(stale))
        kept = {(kind, subject) for kind, subject, made_by, _ in rows if made_by == model} - stale
        lacking = [key for key in wanted if key not in kept]
        session.add_all(Embedding(kind=kind, subject=subject, model=model, text_hash=wanted[kind, subject]) for kind, subject in lacking)

    def _forget(self, session: Session, gone: Sequence[tuple[str, str]]) -> None:
        for kind, subject in gone:
            session.execute(delete(Embedding).where(col(Embedding.kind) == kind, col(Embedding.subject) == subject))

    def embed_some(self, limit: int = EMBED_BATCH) -> int:
        """Compute the vectors of some that lack them. Returns how many were done, none when the model fails."""
        if not self._embedder:
            return 0
        self._check_dimensions()
        self._ask_for_all()
        self._ask_for_fragilites()
        model = self._embedder.name
        with reading(self._database) as session:
            statement = select(Embedding.kind, Embedding.subject).where(
                col(Embedding.model) == model, col(Embedding.vectors).is_(None), ~col(Embedding.is_unreadable)
            )
            subjects = session.exec(statement.order_by(col(Embedding.kind), col(Embedding.subject)).limit(limit)).all()
            texts = _passages(session, subjects)
        try:
            self._store(texts, _read(self._embedder, list(texts.values())))
        except EmbedderUnavailable as failure:
            _log.error("%s", failure)
            return 0
        return len(texts)

    def _check_dimensions(self) -> None:
        """Once: a name on a model hub may come to mean other weights."""
        if self._embedder and not self._has_checked:
            with writing(self._database) as session:
                dropped = drop_misfits(session, self._embedder.name, self._embedder.dimensions)
            self._has_checked = True
            if dropped:
                _log.warning("%s vecteurs n’avaient pas les dimensions du modèle %s : ils sont recalculés.", dropped, self._embedder.name)

    def _ask_for_all(self) -> None:
        """Note every resource that this model has not been asked to read: a model chosen in the settings has them all to read."""
        model = self._embedder.name if self._embedder else ""
        asked = select(func.count()).select_from(Embedding).where(Embedding.model == model, col(Embedding.kind).in_(KINDS))
        with reading(self._database) as session:
            if session.exec(asked).one() >= self._published():
                return
        for batch in self.published_batches():
            with writing(self._database) as session:
                self._reconcile(session, batch)

    def _ask_for_fragilites(self) -> None:
        wanted = {term.slug: Passages(term.label, (term.description,)).text_hash for term in FRAGILITES.terms}
        model = self._embedder.name if self._embedder else ""
        statement = select(Embedding).where(Embedding.kind == FRAGILITE, Embedding.model == model)
        with reading(self._database) as session:
            present = {row.subject: row.text_hash for row in session.exec(statement)}
        if present == wanted:
            return
        with writing(self._database) as session:
            session.execute(delete(Embedding).where(col(Embedding.kind) == FRAGILITE, col(Embedding.model) == model))
            session.add_all(Embedding(kind=FRAGILITE, subject=s, model=model, text_hash=h) for s, h in wanted.items())

    def _store(self, texts: dict[tuple[str, str], Passages], vectors: Sequence[Vectors | None]) -> None:
        model = self._embedder.name if self._embedder else ""
        with writing(self._database) as session:
            for ((kind, subject), passages), computed in zip(texts.items(), vectors, strict=True):
                row = session.get(Embedding, (kind, subject, model))
                # The text may have changed while the model was reading it: then the next turn does it again.
                if row and row.text_hash == passages.text_hash:
                    row.is_unreadable = computed is None
                    row.vectors = None if computed is None else packed(computed)
                    row.version = time.time_ns()
                    if self._writer.wants_vectors and kind != FRAGILITE:
                        session.add(Change(kind=kind, resource_id=subject))

    def unreadable(self) -> list[str]:
        """The resources (`kind:id`) that this model cannot read."""
        return unreadable(self._database, self._embedder.name) if self._embedder else []

    def lacking(self) -> int:
        """How many resources and fragilités this model has not read yet, those it cannot read left out."""
        if not self._embedder:
            return 0
        read = select(func.count()).select_from(Embedding).where(Embedding.model == self._embedder.name)
        with reading(self._database) as session:
            computed = session.exec(read.where(col(Embedding.vectors).is_not(None) | col(Embedding.is_unreadable))).one()
        return max(0, self._published() + len(FRAGILITES.terms) - computed)


def _read(embedder: Embedder, several: list[Passages]) -> list[Vectors | None]:
    """The vectors of each, None for those that the model cannot read: by halves, one does not cost the others theirs."""
    try:
        return list(embed(embedder, several))
    except UnreadableText:
        if len(several) == 1:
            return [None]
    middle = len(several) // 2
    return _read(embedder, several[:middle]) + _read(embedder, several[middle:])


def _passages(session: Session, subjects: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Passages]:
    """The texts of these subjects; of a resource no longer published there is none."""
    resources = load(session, [subject for subject in subjects if subject[0] != FRAGILITE])
    found = {key: passages_of(resource) for key, resource in resources.items()}
    for kind, slug in subjects:
        if kind == FRAGILITE:
            term = FRAGILITES.by_slug[slug]
            found[kind, slug] = Passages(term.label, (term.description,))
    return found


def ask_rebuild(session: Session) -> None:
    """Ask whoever indexes to rebuild everything."""
    session.add(Change(kind=REBUILD))


def differences(database: Engine, writer: IndexWriter) -> dict[str, list[str]]:
    """What tells index and database apart once the outbox is empty: keys `missing`, `stale` or `extra` in the index."""
    indexed = writer.fingerprints()
    indexer = Indexer(database, writer, None)
    expected = {doc.key: doc.fingerprint for batch in indexer.published_batches() for doc in map(document_of, batch)}
    return {
        "missing": sorted(expected.keys() - indexed.keys()),
        "stale": sorted(key for key in expected.keys() & indexed.keys() if expected[key] != indexed[key]),
        "extra": sorted(indexed.keys() - expected.keys()),
    }
