"""Writing the embedded index: always into a generation beside the one in use, then a switch."""

import logging
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import tantivy
from tantivy import Query

from impact_alliances.engines.documents import SearchDocument
from impact_alliances.engines.engine import Choked, EngineFailure
from impact_alliances.engines.tantivy.generations import Generation, Generations
from impact_alliances.engines.tantivy.index import (
    ABSENT,
    DAMAGED,
    Absent,
    Damaged,
    NotWritable,
    asking,
    is_vendors,
    opened,
    stored,
)
from impact_alliances.engines.tantivy.views import Views
from impact_alliances.resources.key import Key, key_in

# What tantivy may hold in memory before it writes a segment; one thread, so that the order of
# writes is ours.
_HEAP_BYTES = 60_000_000
_LEAST_HEAP_BYTES = 15_000_000
_log = logging.getLogger(__name__)


class TantivyWriter:
    """Writes beside the generation in use, and switches. A document that tantivy cannot take is
    noted and passed over.
    """

    # The search reads vectors from the database.
    wants_vectors = False

    def __init__(self, folder: Path, on_change: Callable[[], None] = lambda: None) -> None:
        self._generations = Generations(folder)
        self._on_change = on_change
        # After a failure that a document may have caused.
        self._is_wary = False

    # -- state -----------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        return self._generations.name

    def is_ready(self) -> bool:
        """Whether there is a sound generation in use, made with the synonyms of today. Files found
        sound before are read again only when they were touched.
        """
        current = self._generations.current()
        return (
            current is not None
            and self._generations.is_up_to_date(current)
            and not self._generations.damaged(current)
        )

    def damaged(self) -> list[str]:
        """The files that are not as they were written, each read whole. Raises `Absent`, and
        `Damaged` when nothing tells.
        """
        while True:
            current = self._in_use()
            damaged = self._generations.damaged(current, thorough=True)
            # Files of a generation that was swept meanwhile are no damage.
            if not damaged or current == self._generations.current():
                return damaged

    def refused(self) -> dict[Key, str]:
        """The documents that tantivy could not take, by key, with the reason."""
        current = self._generations.current()
        return {key_in(key): why for key, why in current.refused.items()} if current else {}

    def fingerprints(self) -> dict[Key, str]:
        searcher = Views(self._generations.folder).current().searcher
        with asking():
            hits = searcher.search(Query.all_query(), max(searcher.num_docs, 1)).hits
            documents = [searcher.doc(address) for _, address in hits]
        return {
            key_in(doc.get_first("key")): str(doc.get_first("fingerprint")) for doc in documents
        }

    def _in_use(self) -> Generation:
        current = self._generations.current()
        if current is None:
            raise Damaged(DAMAGED) if self._generations.stamp() else Absent(ABSENT)
        return current

    # -- writing ---------------------------------------------------------------------------------

    def apply(self, documents: Sequence[SearchDocument], removed: Sequence[Key]) -> None:
        with self._generations.alone():
            current = self._in_use()
            if self._generations.damaged(current):
                raise Damaged(DAMAGED)
            try:
                self._change(current, documents, removed)
            except NotWritable:
                raise
            except EngineFailure:
                refused = refusals(documents)
                if not refused:
                    raise
                self._change(current, _without(documents, refused), removed, refused)
        self._on_change()

    def _change(
        self,
        current: Generation,
        documents: Sequence[SearchDocument],
        removed: Sequence[Key],
        refused: Mapping[Key, str] = MappingProxyType({}),
    ) -> None:
        replaced = dict.fromkeys([*removed, *refused, *(document.key for document in documents)])
        former = {
            key: reason for key, reason in current.refused.items() if key_in(key) not in replaced
        }
        made = self._generations.like(current)
        with _dropped_on_failure(made):
            with asking(self._generations.folder):
                _write(opened(made), documents, list(replaced))
            self._generations.switch(made, current, former | _written(refused))

    def rebuild(self, documents: Iterable[Sequence[SearchDocument]]) -> None:
        with self.beside() as add:
            for batch in documents:
                add(batch)

    @contextmanager
    def beside(self) -> Iterator[Callable[[Sequence[SearchDocument]], None]]:
        """A new index to fill, put in use at the end, dropped if anything fails. What the
        documents' source raises is its own.

        Raises `Choked` when a document may be the cause: the next one looks at each before it takes
        it.
        """
        with self._generations.alone():
            made = self._generations.fresh()
            with _dropped_on_failure(made), self._growing_wary():
                filling = _Filling(made, self._is_wary)
                try:
                    yield filling.add
                    filling.end()
                finally:
                    filling.drop()
                self._generations.switch(made, refused=_written(filling.refused))
        self._on_change()

    @contextmanager
    def _growing_wary(self) -> Iterator[None]:
        try:
            yield
        except Choked:
            self._is_wary = True
            raise
        self._is_wary = False


class _Filling:
    """A new index being written. `refused`: the documents that could not be taken, with the
    reason.
    """

    def __init__(self, made: Path, is_wary: bool) -> None:
        self._made = made
        self._is_wary = is_wary
        self.refused: dict[Key, str] = {}
        with asking(made.parent):
            self._writer: Any = opened(made).writer(_HEAP_BYTES, 1)

    def add(self, batch: Sequence[SearchDocument]) -> None:
        refused = refusals(batch) if self._is_wary else {}
        self.refused |= refused
        with _choking(), asking(self._made.parent):
            for document in _without(batch, refused):
                self._writer.add_document(stored(document))

    def end(self) -> None:
        """Make it durable."""
        with _choking(), asking(self._made.parent):
            self._writer.commit()
            self._writer.wait_merging_threads()

    def drop(self) -> None:
        """Stop writing: an open writer would go on in a folder about to be removed."""
        self._writer = None


def _written(refused: Mapping[Key, str]) -> dict[str, str]:
    """As a generation notes them."""
    return {str(key): reason for key, reason in refused.items()}


def _write(
    index: tantivy.Index,
    documents: Sequence[SearchDocument],
    removed: Sequence[Key],
    heap_bytes: int = _HEAP_BYTES,
) -> None:
    writer = index.writer(heap_bytes, 1)
    for key in removed:
        writer.delete_documents_by_term("key", str(key))
    for document in documents:
        writer.add_document(stored(document))
    writer.commit()
    writer.wait_merging_threads()


@contextmanager
def _dropped_on_failure(made: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise


# -- documents that cannot be taken --------------------------------------------------------------


@contextmanager
def _choking() -> Iterator[None]:
    try:
        yield
    except NotWritable:
        raise
    except EngineFailure as failure:
        raise Choked(str(failure)) from failure


def refusals(documents: Sequence[SearchDocument]) -> dict[Key, str]:
    """Those that tantivy cannot take, each with the reason: tried in memory, where neither the disk
    nor the index can be the cause.

    Halves of what fails are tried in turn, so that one in 500 costs about 20 tries.
    """
    failure = _trial(documents)
    if failure is None:
        return {}
    if len(documents) == 1:
        _log.error(
            "La fiche %s ne peut pas être indexée et manque à la recherche : %s",
            documents[0].key,
            failure,
        )
        return {documents[0].key: str(failure)}
    middle = len(documents) // 2
    return refusals(documents[:middle]) | refusals(documents[middle:])


def _trial(documents: Sequence[SearchDocument]) -> BaseException | None:
    try:
        _write(opened(None), documents, [], heap_bytes=_LEAST_HEAP_BYTES)
    except BaseException as fault:
        if not is_vendors(fault):
            raise
        return fault
    return None


def _without(
    documents: Sequence[SearchDocument], refused: Mapping[Key, str]
) -> list[SearchDocument]:
    return [document for document in documents if document.key not in refused]
