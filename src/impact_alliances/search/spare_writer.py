"""Two indexes kept alike: the one that serves, and a spare one that answers while the first is out of reach."""

from collections.abc import Iterable, Iterator, Sequence

from impact_alliances.search.documents import SearchDocument
from impact_alliances.search.engine import EngineFailure, IndexWriter
from impact_alliances.search.tantivy_writer import TantivyWriter


class SpareWriter:
    """Writes the spare index, then the one that serves.

    A change leaves the outbox once both have it. While the one that serves is out of reach, the spare one still receives what
    changes, again at each try, which comes to the same.
    """

    def __init__(self, serving: IndexWriter, spare: TantivyWriter) -> None:
        self.serving, self.spare = serving, spare
        self.wants_vectors = serving.wants_vectors

    def is_ready(self) -> bool:
        """Whether both indexes are sound. One out of reach calls for no rebuild: `apply` says what is wrong with it."""
        if not self.spare.is_ready():
            return False
        try:
            return self.serving.is_ready()
        except EngineFailure:
            return True

    def apply(self, documents: Sequence[SearchDocument], removed: Sequence[str]) -> None:
        self.spare.apply(documents, removed)
        self.serving.apply(documents, removed)

    def rebuild(self, documents: Iterable[Sequence[SearchDocument]]) -> None:
        """Both at once, from the same batches; a serving index that fails does not keep the spare one from being built."""
        batches = iter(documents)
        with self.spare.beside() as add:

            def copied() -> Iterator[Sequence[SearchDocument]]:
                for batch in batches:
                    add(batch)
                    yield batch

            try:
                self.serving.rebuild(copied())
                failure = None
            except EngineFailure as found:
                failure = found
            for batch in batches:
                add(batch)
        if failure:
            raise failure

    def fingerprints(self) -> dict[str, str]:
        return self.serving.fingerprints()
