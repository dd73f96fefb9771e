"""The embedded engine keeps the contract, and what is its own: generations, damage, several readers."""

from pathlib import Path

import pytest
from tests.builders import a_case
from tests.search.contract import Corpus, EngineContract, documents

from impact_alliances.search.documents import document_of
from impact_alliances.search.engine import EngineFailure, Wanted
from impact_alliances.search.tantivy_engine import TantivyEngine
from impact_alliances.search.tantivy_writer import TantivyWriter

Indexed = tuple[TantivyEngine, TantivyWriter]


@pytest.fixture
def indexed(tmp_path: Path) -> Indexed:
    """An engine over the corpus, and its writer."""
    writer = TantivyWriter(tmp_path / "index")
    writer.rebuild(documents())
    return TantivyEngine(tmp_path / "index"), writer


class TestTantivyEngine(EngineContract):
    """The contract, on tantivy."""


def test_a_document_put_twice_is_there_once(indexed: Indexed) -> None:
    """Indexing is idempotent."""
    engine, writer = indexed
    writer.apply([document_of(Corpus.bus)], [])
    writer.apply([document_of(Corpus.bus)], [])
    assert engine.counts(Wanted(), []).total == 5


def test_a_removed_document_leaves_at_once(indexed: Indexed) -> None:
    """A reader opened before the removal sees it."""
    engine, writer = indexed
    assert engine.counts(Wanted(), []).total == 5
    writer.apply([], ["case:bus"])
    other = TantivyEngine(writer._generations.folder)
    assert other.counts(Wanted(), []).total == 4


def test_a_rebuild_switches_and_leaves_one_generation(indexed: Indexed) -> None:
    """The former generation is swept, and the engine follows the pointer."""
    engine, writer = indexed
    assert engine.counts(Wanted(), []).total == 5
    writer.rebuild(iter([[document_of(a_case(id="seul"))]]))
    assert engine.counts(Wanted(), []).total == 1
    assert len(list(writer._generations.folder.glob("v*-*"))) == 1


def test_a_rebuild_that_fails_leaves_the_index_in_use(indexed: Indexed) -> None:
    """Half a build is dropped."""
    engine, writer = indexed

    def broken() -> object:
        yield [document_of(Corpus.bus)]
        raise OSError("disque plein")

    with pytest.raises(OSError, match="plein"):
        writer.rebuild(broken())  # type: ignore[arg-type]
    assert engine.counts(Wanted(), []).total == 5
    assert len(list(writer._generations.folder.glob("v*-*"))) == 1


def test_a_missing_index_is_a_failure_that_names_the_command(tmp_path: Path) -> None:
    """The reader is told what to run."""
    engine = TantivyEngine(tmp_path / "nulle-part")
    with pytest.raises(EngineFailure, match="reindex"):
        engine.counts(Wanted(), [])
    assert not TantivyWriter(tmp_path / "nulle-part").is_ready()


@pytest.mark.parametrize("damage", ["pointer", "meta", "segments"])
def test_a_damaged_index_is_a_failure_never_a_crash(indexed: Indexed, damage: str) -> None:
    """Whatever lies in the folder, the writer says that it must be rebuilt."""
    _, writer = indexed
    folder = writer._generations.folder
    current = writer._generations.current()
    assert current is not None
    if damage == "pointer":
        (folder / "CURRENT").write_bytes(b"\xff\xfe../..")
    elif damage == "meta":
        (current / "meta.json").write_text("{")
    else:
        for file in current.iterdir():
            if file.suffix in {".store", ".term", ".idx", ".fast", ".pos", ".fieldnorm"}:
                file.write_bytes(b"")
    assert not TantivyWriter(folder).is_ready()
