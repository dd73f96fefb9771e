"""Two indexes kept alike, one of which may be out of reach."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path

import pytest
from tests.builders import a_case

from impact_alliances.search.documents import SearchDocument, document_of
from impact_alliances.search.engine import EngineFailure, IndexWriter
from impact_alliances.search.spare_writer import SpareWriter
from impact_alliances.search.tantivy_writer import TantivyWriter


class OutOfReachAfter:
    """A writer whose server goes away after some batches; `batches` are those it took."""

    wants_vectors = True

    def __init__(self, batches: int) -> None:
        self._left = batches

    def is_ready(self) -> bool:
        raise EngineFailure("injoignable")

    def apply(self, documents: Sequence[SearchDocument], removed: Sequence[str]) -> None:
        raise EngineFailure("injoignable")

    def rebuild(self, documents: Iterable[Sequence[SearchDocument]]) -> None:
        for _ in documents:
            self._left -= 1
            if self._left < 0:
                raise EngineFailure("injoignable")

    def fingerprints(self) -> dict[str, str]:
        raise EngineFailure("injoignable")


def _batches(count: int) -> Iterator[list[SearchDocument]]:
    for number in range(count):
        yield [document_of(a_case(id=f"c{number}"))]


def _spared(serving: IndexWriter, folder: Path) -> SpareWriter:
    return SpareWriter(serving, TantivyWriter(folder / "spare"))


def test_both_indexes_hold_the_same(tmp_path: Path) -> None:
    """After a rebuild and after changes."""
    both = _spared(TantivyWriter(tmp_path / "serving"), tmp_path)
    assert not both.is_ready()
    both.rebuild(_batches(3))
    both.apply([document_of(a_case(id="neuf"))], ["case:c1"])
    assert both.is_ready()
    assert both.fingerprints() == both.spare.fingerprints()
    assert set(both.fingerprints()) == {"case:c0", "case:c2", "case:neuf"}


@pytest.mark.parametrize("batches", [0, 1, 3])
def test_the_spare_index_is_built_whole_though_the_serving_one_fails(tmp_path: Path, batches: int) -> None:
    """And the failure is told."""
    both = _spared(OutOfReachAfter(batches), tmp_path)
    with pytest.raises(EngineFailure, match="injoignable") if batches < 3 else nullcontext():
        both.rebuild(_batches(3))
    assert set(both.spare.fingerprints()) == {"case:c0", "case:c1", "case:c2"}


def test_a_change_reaches_the_spare_index_though_the_serving_one_fails(tmp_path: Path) -> None:
    """The failure keeps the change in the outbox; doing it again comes to the same."""
    both = _spared(OutOfReachAfter(0), tmp_path)
    both.spare.rebuild(_batches(1))
    assert both.is_ready()
    for _ in range(2):
        with pytest.raises(EngineFailure, match="injoignable"):
            both.apply([document_of(a_case(id="neuf"))], ["case:c0"])
    assert set(both.spare.fingerprints()) == {"case:neuf"}


def test_a_source_that_fails_leaves_the_indexes_in_use(tmp_path: Path) -> None:
    """It is the database's failure, not an engine's."""
    both = _spared(TantivyWriter(tmp_path / "serving"), tmp_path)
    both.rebuild(_batches(2))

    def broken() -> Iterator[list[SearchDocument]]:
        yield from _batches(1)
        raise OSError("disque plein")

    with pytest.raises(OSError, match="plein"):
        both.rebuild(broken())
    assert set(both.fingerprints()) == set(both.spare.fingerprints()) == {"case:c0", "case:c1"}
