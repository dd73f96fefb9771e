"""The vectors held in memory: all of them, or a sample beside an engine that finds the nearest by
itself.
"""

import threading

import numpy as np
import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlmodel import col, select

from impact_alliances.db import writing
from impact_alliances.embeddings.store import Embedding, StoredVectors, packed
from impact_alliances.engines.engine import Vector
from impact_alliances.meaning.renewal import Renewed
from impact_alliances.meaning.vectors import Matrix, Standing, VectorIndex
from impact_alliances.resources.key import Key
from tests.clock import Clock
from tests.waiting import until

COUNT = 40
EAST = np.array([1, 0], dtype=np.float32)


def _unit(number: int) -> Vector:
    """A direction that turns with the number."""
    return np.array([[np.cos(number / 20), np.sin(number / 20), 0, 0]], dtype=np.float32)


def _store(database: Engine, *numbers: int) -> None:
    with writing(database) as session:
        session.add_all(
            Embedding(
                kind="case",
                subject=f"c{n}",
                model="axes",
                text_hash="",
                vectors=packed(_unit(n)),
                version=n,
            )
            for n in numbers
        )


@pytest.fixture
def stored(database: Engine) -> StoredVectors:
    """Forty documents, whose versions are their numbers."""
    _store(database, *range(1, COUNT + 1))
    return StoredVectors(database, "axes", 4, ("case",))


def _seen(index: VectorIndex) -> Standing:
    standing = index.seen_from(_unit(0)[0])
    assert standing is not None
    return standing


def test_a_thread_that_cannot_be_had_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Meanwhile the former value is in force; else it would be for ever."""
    clock, made = Clock(), [1, 2]
    renewed = Renewed(lambda _: made.pop(0), clock)
    assert renewed.now() == 1
    clock.now = 60.0

    def none_left(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", none_left)
        assert renewed.now() == 1
    renewed.now()
    assert until(lambda: renewed.now() == 2)


def test_without_a_bound_every_document_is_compared(stored: StoredVectors) -> None:
    """The nearest are exact."""
    seen = _seen(VectorIndex(stored))
    assert (seen.is_whole, [key for key, _ in seen.best(3)]) == (
        True,
        [Key("case", "c1"), Key("case", "c2"), Key("case", "c3")],
    )
    assert len(seen.best(100)) == COUNT
    assert seen.of([Key("case", "absent")]) == {}


def test_a_document_is_as_near_as_its_nearest_passage() -> None:
    """Neither the sum of them, which would favour the long, nor their mean."""
    passages = {
        "un": [[0.6, 0.8]],
        "deux": [[0.5, 0.866], [0.28, 0.96]],
        "long": [[-1, 0], [0.8, 0.6], [0, 1]],
    }
    matrix = Matrix.of(
        {Key("case", name): np.array(rows, dtype=np.float32) for name, rows in passages.items()}
    )
    assert matrix
    likeness = dict(zip([key.id for key in matrix.keys], matrix.likeness(EAST), strict=True))
    assert likeness == pytest.approx({"un": 0.6, "deux": 0.5, "long": 0.8})


def test_past_the_bound_a_sample_is_held_and_the_others_are_read_when_asked_for(
    stored: StoredVectors,
) -> None:
    """Mean and deviation are about those of the whole; the likeness of any document is exact."""
    whole, index = _seen(VectorIndex(stored)), VectorIndex(stored, most=10)
    seen = _seen(index)
    assert (seen.is_whole, [key for key, _ in seen.best(100)]) == (
        False,
        [Key("case", f"c{n}") for n in range(4, COUNT + 1, 4)],
    )
    assert seen.mean == pytest.approx(whole.mean, abs=0.1)
    assert seen.deviation == pytest.approx(whole.deviation, abs=0.1)
    keys = [Key("case", "c1"), Key("case", "c4"), Key("case", "c39"), Key("case", "absent")]
    assert seen.of(keys) == pytest.approx(whole.of(keys), abs=1e-6)
    assert index.passages(Key("case", "c1")) == pytest.approx(_unit(1), abs=1e-3)
    assert index.passages(Key("case", "absent")) is None


@pytest.mark.parametrize("most", [None, 10])
def test_a_document_that_changes_is_seen_anew_and_one_that_leaves_is_not_seen(
    stored: StoredVectors, database: Engine, most: int | None
) -> None:
    """In a sample too, whatever its new version."""
    clock, key = Clock(), Key("case", "c4")
    index = VectorIndex(stored, most, clock)
    before = _seen(index).of([key])[key]
    with writing(database) as session:
        row = session.exec(select(Embedding).where(col(Embedding.subject) == "c4")).one()
        row.vectors, row.version = packed(_unit(30)), COUNT + (3 if most else 1)
    clock.now += 2
    assert until(lambda: _seen(index).of([key])[key] < before)
    with writing(database) as session:
        session.delete(session.exec(select(Embedding).where(col(Embedding.subject) == "c8")).one())
    clock.now += 2
    assert until(lambda: Key("case", "c8") not in dict(_seen(index).best(100)))


def test_a_document_that_takes_the_place_of_another_leaves_no_trace_of_it(
    stored: StoredVectors, database: Engine
) -> None:
    """Between two looks: as many have vectors after as before."""
    clock = Clock()
    index = VectorIndex(stored, None, clock)
    assert len(_seen(index).best(100)) == COUNT
    with writing(database) as session:
        session.delete(session.exec(select(Embedding).where(col(Embedding.subject) == "c8")).one())
    _store(database, COUNT + 1)
    clock.now += 2
    index.refresh()
    present = {key.id for key, _ in _seen(index).best(100)}
    assert present == {f"c{n}" for n in range(1, COUNT + 2) if n != 8}


def test_a_new_document_joins_the_whole_and_is_read_beside_a_sample(
    stored: StoredVectors, database: Engine
) -> None:
    """A base that grows much is sampled anew."""
    clock = Clock()
    whole, sample = VectorIndex(stored, None, clock), VectorIndex(stored, 10, clock)
    assert len(_seen(whole).best(100)) == 4 * len(_seen(sample).best(100))
    _store(database, *range(COUNT + 1, COUNT + 11))
    clock.now += 2
    assert until(lambda: len(_seen(whole).best(100)) == COUNT + 10)
    assert set(_seen(sample).of([Key("case", f"c{COUNT + 1}")])) == {Key("case", f"c{COUNT + 1}")}
    drawn = [Key("case", f"c{n}") for n in range(5, COUNT + 11, 5)]
    assert until(lambda: [key for key, _ in _seen(sample).best(100)] == drawn)


class Slow(StoredVectors):
    """Vectors whose reading, once it is told to be slow, lasts until it is let go."""

    def __init__(self, database: Engine) -> None:
        super().__init__(database, "axes", 4, ("case",))
        self.is_slow, self.is_read, self.is_let_go = False, threading.Event(), threading.Event()

    def since(self, version: int | None, one_in: int = 1) -> dict[Key, Vector]:
        if self.is_slow:
            self.is_read.set()
            self.is_let_go.wait(10)
        return super().since(version, one_in)


def test_searches_go_on_with_the_former_matrix_while_the_next_one_is_made(
    stored: StoredVectors, database: Engine
) -> None:
    """None waits for it, the one that found the change no more than others; then it is swapped."""
    clock, slow = Clock(), Slow(database)
    index = VectorIndex(slow, None, clock)
    assert len(_seen(index).best(100)) == COUNT
    _store(database, COUNT + 1)
    clock.now += 2
    slow.is_slow = True
    assert [len(_seen(index).best(100)) for _ in range(3)] == [COUNT] * 3
    assert slow.is_read.wait(10)
    assert len(_seen(index).best(100)) == COUNT
    slow.is_let_go.set()
    assert until(lambda: len(_seen(index).best(100)) == COUNT + 1)


def test_a_database_that_fails_leaves_the_former_matrix(
    stored: StoredVectors, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever searches meets the database anyway; once it answers, so does the next matrix."""
    clock = Clock()
    index = VectorIndex(stored, None, clock)
    assert len(_seen(index).best(100)) == COUNT
    _store(database, COUNT + 1)
    asked = threading.Event()

    def failing() -> tuple[int, int]:
        asked.set()
        raise OperationalError("SELECT", {}, Exception("coupée"))

    with monkeypatch.context() as patch:
        patch.setattr(stored, "state", failing)
        clock.now += 2
        assert len(_seen(index).best(100)) == COUNT
        assert asked.wait(10)
    clock.now += 2
    assert until(lambda: len(_seen(index).best(100)) == COUNT + 1)
