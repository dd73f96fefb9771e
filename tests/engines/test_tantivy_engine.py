"""The embedded engine keeps the contract, and what is its own: generations, damage, several
readers.
"""

import os
import random
import resource
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from impact_alliances.engines.documents import SearchDocument, document_of
from impact_alliances.engines.engine import Bar, Choked, EngineFailure, IndexWriter, Wanted
from impact_alliances.engines.tantivy.copy import PrivateCopy
from impact_alliances.engines.tantivy.engine import TantivyEngine
from impact_alliances.engines.tantivy.generations import seal_of
from impact_alliances.engines.tantivy.index import NotWritable
from impact_alliances.engines.tantivy.writer import TantivyWriter
from impact_alliances.resources.key import Key
from support.builders import a_case
from support.damage import HARMS, files_of, harm
from tests.engines.contract import FACET_NAMES, Corpus, EngineContract, concept, documents
from tests.engines.writer_contract import ALL, Make, WriterContract, held, prints

Indexed = tuple[TantivyEngine, TantivyWriter]


@pytest.fixture
def indexed(tmp_path: Path) -> Indexed:
    """An engine over the corpus, and its writer."""
    writer = TantivyWriter(tmp_path / "index")
    writer.rebuild(documents())
    return TantivyEngine(tmp_path / "index"), writer


class TestTantivyEngine(EngineContract):
    """The contract, on tantivy."""


class TestTantivyWriter(WriterContract):
    """The contract of writers, on a folder."""

    @pytest.fixture
    def make(self, tmp_path: Path) -> Make:
        return lambda: TantivyWriter(tmp_path / "writer")

    @pytest.fixture
    def poison(self) -> SearchDocument:
        return POISON

    def test_a_document_that_became_poison_is_not_kept_as_it_was(
        self, writer: IndexWriter, poison: SearchDocument
    ) -> None:
        """Its former text would be found, and is no more in the base."""
        writer.apply([document_of(a_case(id="poison"))], [])
        writer.apply([poison], [])
        assert held(writer) == prints(*ALL)


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
    writer.apply([], [Key("case", "bus")])
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


def test_candidates_are_of_the_state_that_was_counted(indexed: Indexed) -> None:
    """A change made between the two questions moves no candidate."""
    engine, writer = indexed
    bus = (concept("bus"),)
    matches = engine.matches(Wanted(bar=Bar(bus, 1.0)), [])
    writer.apply([], [Key("case", "bus")])
    assert engine.counts(Wanted(bar=Bar(bus, 1.0)), []).total == 1
    assert len(matches.candidates(bus, 10)) == matches.total == 2


# -- damage --------------------------------------------------------------------------------------


def _answers(engine: TantivyEngine) -> object:
    bus = Wanted(bar=Bar((concept("bus"),), 0.5))
    return (
        engine.counts(Wanted(), FACET_NAMES),
        engine.counts(bus, []),
        engine.words(),
        engine.titles(["bus"], 5),
    )


@pytest.mark.parametrize("name", HARMS)
@pytest.mark.parametrize("suffix", [".idx", ".store", "meta.json", "CURRENT"])
def test_damage_is_found_never_believed_and_mended(
    indexed: Indexed, name: str, suffix: str
) -> None:
    """Whatever is done to a file: who reads the index goes on with its own copy, who starts refuses
    it, a rebuild mends it.
    """
    engine, writer = indexed
    folder = writer._generations.folder
    expected = _answers(engine)
    assert writer.is_ready()
    assert writer.damaged() == []
    file = next(file for file in files_of(folder) if file.name.endswith(suffix))
    harm(folder, name, file, random.Random(7))
    damaged = TantivyWriter(folder)
    with pytest.raises(EngineFailure) if suffix == "CURRENT" else nullcontext():
        assert damaged.damaged() != []
    assert not damaged.is_ready()
    with pytest.raises(EngineFailure, match=r"abîmé|absent"):
        TantivyEngine(folder).counts(Wanted(), [])
    is_seen = suffix == "CURRENT" and name != "flip_unseen"
    with pytest.raises(EngineFailure) if is_seen else nullcontext():
        engine.counts(Wanted(), [])
    assert _answers(engine.on_last_sound_state() if is_seen else engine) == expected
    damaged.rebuild(documents())
    assert (damaged.is_ready(), damaged.damaged()) == (True, [])
    assert _answers(TantivyEngine(folder)) == _answers(engine) == expected


def test_damage_under_a_running_indexer_is_seen(indexed: Indexed) -> None:
    """It looks at what was touched, and never builds on it."""
    _, writer = indexed
    assert writer.is_ready()
    folder = writer._generations.folder
    harm(
        folder,
        "flip",
        next(file for file in files_of(folder) if file.suffix == ".idx"),
        random.Random(1),
    )
    with pytest.raises(EngineFailure, match="abîmé"):
        writer.apply([document_of(a_case(id="neuf"))], [])
    assert not writer.is_ready()


def test_an_index_of_an_earlier_version_is_rebuilt(tmp_path: Path) -> None:
    """Its pointer says a name and no more."""
    (tmp_path / "v3-0123456789ab").mkdir()
    (tmp_path / "CURRENT").write_text("v3-0123456789ab")
    writer = TantivyWriter(tmp_path)
    assert not writer.is_ready()
    writer.rebuild(documents())
    assert writer.is_ready()
    assert [one.name for one in tmp_path.glob("v*-*")] == [writer._in_use().name]


def test_a_copy_holds_what_is_in_use_and_nothing_else(tmp_path: Path) -> None:
    """A service that stays up would fill the disk with what it no longer reads."""
    seals = {name: seal_of(name.encode()) for name in ("a", "b", "c")}
    for name in seals:
        (tmp_path / name).write_bytes(name.encode())
    copy = PrivateCopy()
    for names in ("ab", "bc"):
        folder = copy.take(tmp_path, {name: seals[name] for name in names})
        assert sorted(file.name for file in folder.glob("[!.]*")) == list(names)


def test_a_generation_swept_while_it_is_copied_gives_way_to_the_next(
    indexed: Indexed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The writer does not wait for readers, and nothing is damaged."""
    engine, writer = indexed
    take = PrivateCopy.take
    swept: list[Path] = []

    def late(copy: PrivateCopy, source: Path, files: Mapping[str, str]) -> Path:
        if not swept:
            swept.append(source)
            writer.apply([], [Key("case", "bus")])
        return take(copy, source, files)

    monkeypatch.setattr(PrivateCopy, "take", late)
    assert engine.counts(Wanted(), []).total == 4
    assert not swept[0].exists()


def test_a_process_that_was_killed_leaves_no_copy(indexed: Indexed) -> None:
    """The next one to make a copy removes it; those of the living stay."""
    engine, writer = indexed
    expected = _answers(engine)
    orphan = Path(tempfile.mkdtemp(prefix="impact-index-"))
    (orphan / ".held").touch()
    os.utime(orphan, (0, 0))
    assert _answers(TantivyEngine(writer._generations.folder)) == expected
    assert not orphan.exists()
    assert _answers(engine) == expected


def test_without_room_for_a_copy_the_index_is_read_in_its_place(
    indexed: Indexed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Checked first, all the same."""
    engine, writer = indexed
    folder = writer._generations.folder
    expected = _answers(engine)
    monkeypatch.setattr(tempfile, "tempdir", str(folder / "nulle-part"))
    assert _answers(TantivyEngine(folder)) == expected
    harm(
        folder,
        "flip",
        next(file for file in files_of(folder) if file.suffix == ".idx"),
        random.Random(1),
    )
    with pytest.raises(EngineFailure, match="abîmé"):
        TantivyEngine(folder).counts(Wanted(), [])


# -- several processes ---------------------------------------------------------------------------


def test_words_changed_by_another_process_are_seen_at_the_next_question(indexed: Indexed) -> None:
    """Though the number of documents is the same."""
    engine, writer = indexed
    assert "tandem" not in engine.words()
    other = TantivyWriter(writer._generations.folder)
    other.apply(
        [document_of(a_case(id="velo", title="Le tandem", summary="Un tandem pour tous."))], []
    )
    assert engine.words()["tandem"] == 1
    assert engine.words() is engine.words()
    assert engine.frequencies(["tandem"]) == (5, {"tandem": 1})


def test_two_writers_of_one_folder_lose_nothing_of_each_other(indexed: Indexed) -> None:
    """Each starts from what the other has written."""
    engine, writer = indexed
    other = TantivyWriter(writer._generations.folder)
    with ThreadPoolExecutor(2) as pool:
        for number in range(4):
            for each, name in ((writer, "a"), (other, "b")):
                pool.submit(each.apply, [document_of(a_case(id=f"{name}{number}"))], [])
    assert engine.counts(Wanted(), []).total == 13
    assert writer.damaged() == []


# -- what tantivy cannot take --------------------------------------------------------------------

# No day has that number: tantivy refuses the document.
POISON = replace(document_of(a_case(id="poison")), date_order=2**63)


def test_a_document_that_cannot_be_taken_is_passed_over_and_known(
    indexed: Indexed, caplog: pytest.LogCaptureFixture
) -> None:
    """By a change and by a rebuild; once it is mended, nothing is said of it any more."""
    engine, writer = indexed
    others = [document_of(a_case(id=f"c{number}")) for number in range(5)]
    writer.apply([*others[:3], POISON, *others[3:]], [Key("case", "bus")])
    assert (engine.counts(Wanted(), []).total, list(writer.refused())) == (
        9,
        [Key("case", "poison")],
    )
    assert "case:poison" in caplog.text
    writer.apply([others[0]], [])
    with pytest.raises(Choked):
        writer.rebuild(iter([[*others, POISON]]))
    assert engine.counts(Wanted(), []).total == 9
    writer.rebuild(iter([[*others, POISON]]))
    assert (engine.counts(Wanted(), []).total, list(writer.refused())) == (
        5,
        [Key("case", "poison")],
    )
    writer.apply([document_of(a_case(id="poison"))], [])
    assert (engine.counts(Wanted(), []).total, writer.refused()) == (6, {})


def test_a_question_on_which_tantivy_panics_fails_alone(
    indexed: Indexed, caplog: pytest.LogCaptureFixture
) -> None:
    """Its cause is logged, the index is not blamed, the next question is answered."""
    engine, _ = indexed
    with pytest.raises(EngineFailure, match="journal") as failure:
        engine.matches(Wanted(phrases=((),)), []).candidates((), 5)
    assert "reindex" not in str(failure.value)
    assert caplog.records[-1].exc_info
    assert engine.counts(Wanted(), []).total == 5


def test_a_fault_of_ours_is_not_told_as_a_damaged_index(
    indexed: Indexed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes up as it is, to be answered 500 and logged."""
    engine, _ = indexed

    def faulty(*_: object) -> object:
        raise KeyError("une faute à nous")

    matches = engine.matches(Wanted(), [])
    monkeypatch.setattr("impact_alliances.engines.tantivy.engine.sets_of", faulty)
    monkeypatch.setattr("impact_alliances.engines.tantivy.matches.bm25", faulty)
    with pytest.raises(KeyError):
        engine.counts(Wanted(), [])
    with pytest.raises(KeyError):
        matches.candidates((), 5)


# -- a folder that cannot be written -------------------------------------------------------------


def test_a_closed_folder_is_named(tmp_path: Path) -> None:
    """Here, where a folder should be there is a file."""
    (tmp_path / "index").write_text("")
    with pytest.raises(EngineFailure, match=f"{tmp_path / 'index'}.*écrire"):
        TantivyWriter(tmp_path / "index").rebuild(documents())


@pytest.mark.parametrize("command", ["apply", "rebuild"])
def test_a_full_disk_is_told_and_leaves_the_index_in_use(indexed: Indexed, command: str) -> None:
    """Nothing is lost: the same is done once there is room."""
    engine, writer = indexed
    many = [
        document_of(a_case(id=f"c{number}", summary=f"haie{number} " * 50)) for number in range(200)
    ]
    commands: dict[str, Callable[[], None]] = {
        "apply": lambda: writer.apply(many, []),
        "rebuild": lambda: writer.rebuild([many]),
    }
    do = commands[command]
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (6_000, limits[1]))
    try:
        with pytest.raises(NotWritable, match="plein"):
            do()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (engine.counts(Wanted(), []).total, writer.refused(), writer.is_ready()) == (5, {}, True)
    assert len(list(writer._generations.folder.glob("v*-*"))) == 1
    do()
    assert engine.counts(Wanted(), []).total == (205 if command == "apply" else 200)
