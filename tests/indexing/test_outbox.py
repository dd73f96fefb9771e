"""Several indexes of one base: each takes every change once, whatever the others do."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from impact_alliances.db import reading, writing
from impact_alliances.embeddings.embedder import Vectors
from impact_alliances.embeddings.store import packed
from impact_alliances.engines.documents import SearchDocument
from impact_alliances.engines.tantivy.writer import TantivyWriter
from impact_alliances.indexing.agreement import differences
from impact_alliances.indexing.indexer import Indexer
from impact_alliances.indexing.outbox import SILENCE, Outbox, ask_rebuild
from impact_alliances.indexing.vectorizer import Vectorizer
from impact_alliances.locks import shared_lock
from impact_alliances.resources.case import Case
from impact_alliances.resources.changes import Change, Follower, Taken
from impact_alliances.resources.key import Key
from impact_alliances.resources.resource import now
from support.builders import a_case, store
from support.fake_embedder import FakeEmbedder


def _indexer(database: Engine, folder: Path) -> Indexer:
    made = Indexer(database, TantivyWriter(folder), None)
    made.catch_up()
    return made


def _rows(database: Engine) -> tuple[int, int]:
    with reading(database) as session:
        return len(session.exec(select(Change)).all()), len(session.exec(select(Taken)).all())


def _is_true(indexer: Indexer, database: Engine) -> bool:
    return not any(differences(database, indexer.writer).values())


def test_two_indexes_follow_one_base(either_database: Engine, tmp_path: Path) -> None:
    """A change goes once both have it, and each has all of them."""
    store(either_database, a_case(id="avant"))
    one, other = (_indexer(either_database, tmp_path / name) for name in ("a", "b"))
    store(either_database, a_case(id="x"), a_case(id="y"))
    one.catch_up()
    assert (one.pending(), other.pending(), _rows(either_database)) == (0, 2, (2, 2))
    store(either_database, a_case(id="z"))
    other.catch_up()
    one.catch_up()
    assert _rows(either_database) == (0, 0)
    assert _is_true(one, either_database)
    assert _is_true(other, either_database)


def test_an_index_that_joins_lacks_nothing(either_database: Engine, tmp_path: Path) -> None:
    """Not even what changes while it is being built, and which another one has taken meanwhile."""
    store(either_database, a_case(id="x", title="Avant"))
    one = _indexer(either_database, tmp_path / "a")
    joining = Indexer(either_database, TantivyWriter(tmp_path / "b"), None)

    def edit(*_: int) -> None:
        with writing(either_database) as session:
            session.get_one(Case, "x").title = "Après"
            session.add(a_case(id="neuf"))
        one.catch_up()

    # It says how far it is once it has read the sheets.
    joining.rebuild(edit)
    assert not _is_true(joining, either_database)
    joining.catch_up()
    assert _is_true(joining, either_database)
    assert _rows(either_database) == (0, 0)


@pytest.mark.parametrize("command", ["catch_up", "follow"])
def test_commands_end_though_editors_save_faster_than_the_index_takes(
    either_database: Engine, tmp_path: Path, command: str
) -> None:
    """What is saved meanwhile is for the next to come; `reindex` would never end."""

    class Slow(TantivyWriter):
        def apply(self, documents: Sequence[SearchDocument], removed: Sequence[Key]) -> None:
            assert len(applied) < 3
            applied.append(removed)
            store(either_database, a_case(id=f"suivant{len(applied)}"))
            super().apply(documents, removed)

    applied: list[Sequence[Key]] = []
    indexer = Indexer(either_database, Slow(tmp_path), None)
    indexer.catch_up()
    store(either_database, a_case(id="premier"))
    getattr(indexer, command)()
    assert (len(applied), indexer.pending()) == (1, 1)
    assert Key("case", "premier") in indexer.writer.fingerprints()


def test_a_rebuild_ends_though_editors_save_faster_than_the_index_takes(
    either_database: Engine, tmp_path: Path
) -> None:
    """What is saved meanwhile, be it after the last sheet that was read, waits in the outbox."""
    store(either_database, a_case(id="cas-1"))
    indexer = Indexer(either_database, TantivyWriter(tmp_path), None)

    def save(done: int, _: int) -> None:
        assert done < 5
        store(either_database, a_case(id=f"cas-{done + 1}"))

    indexer.rebuild(save)
    assert (set(indexer.writer.fingerprints()), indexer.pending()) == ({Key("case", "cas-1")}, 1)
    indexer.catch_up()
    assert _is_true(indexer, either_database)


def test_a_build_cut_short_is_begun_again(either_database: Engine, tmp_path: Path) -> None:
    """The index in use may be of another base: it is not taken for one that was kept since."""
    store(either_database, a_case(id="x"))
    one = _indexer(either_database, tmp_path / "a")
    one.outbox.begin()
    assert not one.is_sound()
    assert not one.follow()
    one.catch_up()
    assert one.is_sound()


def test_an_index_of_another_base_is_rebuilt(
    either_database: Engine, database: Engine, tmp_path: Path
) -> None:
    """A folder whose database was changed for another: though it can be read, it is not ours."""
    store(database, a_case(id="autre"))
    _indexer(database, tmp_path / "a")
    store(either_database, a_case(id="x"))
    moved = _indexer(either_database, tmp_path / "a")
    assert _is_true(moved, either_database)


def test_no_change_waits_for_an_index_that_is_gone(either_database: Engine, tmp_path: Path) -> None:
    """Back after a long silence, it is built anew."""
    one, gone = (_indexer(either_database, tmp_path / name) for name in ("a", "b"))
    with writing(either_database) as session:
        session.get_one(Follower, gone.writer.name).seen_at = (
            now() - SILENCE - dt.timedelta(hours=1)
        )
        session.get_one(Follower, one.writer.name).seen_at = now() - dt.timedelta(hours=1)
    store(either_database, a_case(id="x"))
    one.catch_up()
    assert _rows(either_database) == (0, 0)
    assert not gone.is_sound()
    gone.catch_up()
    assert _is_true(gone, either_database)


def test_a_rebuild_is_asked_of_one_index_or_of_all(either_database: Engine, tmp_path: Path) -> None:
    """And leaves the outbox once done."""
    one, other = (_indexer(either_database, tmp_path / name) for name in ("a", "b"))
    one.outbox.ask_rebuild()
    assert (one.pending(), other.pending()) == (1, 0)
    one.catch_up()
    with writing(either_database) as session:
        ask_rebuild(session)
    assert (one.pending(), other.pending()) == (1, 1)
    one.catch_up()
    other.catch_up()
    assert _rows(either_database) == (0, 0)


def test_taking_twice_comes_to_the_same(either_database: Engine) -> None:
    """A process that was thought dead may end what it had begun."""
    outbox = Outbox(either_database, "a")
    outbox.begin()
    store(either_database, a_case(id="x"))
    changes = outbox.waiting()
    assert outbox.waits_since() is not None
    outbox.take(changes)
    outbox.take(changes)
    assert (outbox.count(), outbox.waits_since(), _rows(either_database)) == (0, None, (0, 0))


def test_the_oldest_changes_are_taken_first(either_database: Engine) -> None:
    """Else those that come without end would keep them waiting."""
    outbox = Outbox(either_database, "a")
    outbox.begin()
    for name in ("b", "a", "c"):
        store(either_database, a_case(id=name))
    assert [change.resource_id for change in outbox.waiting(limit=2)] == ["b", "a"]


def test_what_is_taken_is_what_was_read_and_nothing_older(either_database: Engine) -> None:
    """Of two transactions, the one that numbered its change first may be the last to commit."""
    outbox = Outbox(either_database, "a")
    outbox.begin()
    store(either_database, a_case(id="lent"), a_case(id="vif"))
    late, read = outbox.waiting()
    outbox.take([read])
    assert [change.id for change in outbox.waiting()] == [late.id]


class Unwilling(FakeEmbedder):
    """A model that reads nothing."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        raise AssertionError("nothing was to be computed")


def test_vectors_shipped_with_a_text_are_not_computed_again(
    either_database: Engine, tmp_path: Path
) -> None:
    """Whatever the database, and whoever imported the text."""
    made = packed(FakeEmbedder().embed_passages(["un vecteur"]))
    vectorizer = Vectorizer(
        either_database, Unwilling(), shipped=lambda hashes: dict.fromkeys(hashes, made)
    )
    one = Indexer(either_database, TantivyWriter(tmp_path), vectorizer)
    store(either_database, *(a_case(id=f"c{number}") for number in range(3)))
    one.catch_up()
    assert (vectorizer.needs.lacking(), vectorizer.needs.lacking_sheets()) == (3 * 2 + 16, 3)
    assert (vectorizer.embed_some(), vectorizer.needs.lacking()) == (3 * 2 + 16, 0)


def test_one_model_reads_at_a_time(database: Engine, tmp_path: Path) -> None:
    """Two machines would each read all that waits."""
    readers = [
        Vectorizer(database, FakeEmbedder(), lock=shared_lock(database, "reading"))
        for _ in range(2)
    ]
    with shared_lock(database, "reading").hold():
        assert [reader.embed_some() for reader in readers] == [0, 0]
    assert readers[0].embed_some() > 0
