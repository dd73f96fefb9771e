"""Writing the embedded index: into the generation in use, or into a new one beside it."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tantivy
from tantivy import Query

from impact_alliances.search.documents import SearchDocument
from impact_alliances.search.engine import EngineFailure
from impact_alliances.search.tantivy_index import MEND, Generations, opened, ours, stored

# What tantivy may hold in memory before it writes a segment; one thread, so that the order of writes is ours.
_HEAP_BYTES = 60_000_000


class TantivyWriter:
    """Writes the generation in use, and rebuilds beside it. One writer at a time: the indexer holds the lock."""

    # The search reads vectors from the database.
    wants_vectors = False

    def __init__(self, folder: Path, on_change: Callable[[], None] = lambda: None) -> None:
        self._generations = Generations(folder)
        self._on_change = on_change

    @property
    def name(self) -> str:
        return self._generations.name

    def is_ready(self) -> bool:
        """Whether there is a readable generation in use."""
        current = self._generations.current()
        if current is None:
            return False
        try:
            with ours():
                index = opened(current)
                return bool(index.searcher().num_docs >= 0)
        except EngineFailure:
            return False

    def apply(self, documents: Sequence[SearchDocument], removed: Sequence[str]) -> None:
        current = self._generations.current()
        if current is None:
            raise EngineFailure(MEND)
        with ours():
            _write(opened(current), documents, removed)
        self._on_change()

    def rebuild(self, documents: Iterable[Sequence[SearchDocument]]) -> None:
        with self.beside() as add:
            for batch in documents:
                add(batch)

    @contextmanager
    def beside(self) -> Iterator[Callable[[Sequence[SearchDocument]], None]]:
        """A new index to fill, put in use at the end, dropped if anything fails. What the documents' source raises is its own."""
        generation = self._generations.fresh()
        filling = _Filling(generation)
        try:
            yield filling.add
            filling.end()
        except BaseException:
            filling.drop()
            shutil.rmtree(generation, ignore_errors=True)
            raise
        self._generations.switch(generation)
        self._on_change()

    def fingerprints(self) -> dict[str, str]:
        current = self._generations.current()
        if current is None:
            raise EngineFailure(MEND)
        with ours():
            searcher = opened(current).searcher()
            hits = searcher.search(Query.all_query(), max(searcher.num_docs, 1)).hits
            found = [searcher.doc(address) for _, address in hits]
            return {str(doc.get_first("key")): str(doc.get_first("fingerprint")) for doc in found}


class _Filling:
    """A new index being written."""

    def __init__(self, folder: Path) -> None:
        with ours():
            self._writer: Any = opened(folder).writer(_HEAP_BYTES, 1)

    def add(self, batch: Sequence[SearchDocument]) -> None:
        with ours():
            for document in batch:
                self._writer.add_document(stored(document))

    def end(self) -> None:
        """Make it durable."""
        with ours():
            self._writer.commit()
            self._writer.wait_merging_threads()

    def drop(self) -> None:
        """Stop writing: an open writer would go on in a folder about to be removed."""
        self._writer = None


def _write(index: tantivy.Index, documents: Sequence[SearchDocument], removed: Sequence[str]) -> None:
    writer = index.writer(_HEAP_BYTES, 1)
    for key in dict.fromkeys([*removed, *(document.key for document in documents)]):
        writer.delete_documents_by_term("key", key)
    for document in documents:
        writer.add_document(stored(document))
    writer.commit()
    writer.wait_merging_threads()
