"""The vectors held in memory: all of them, or a sample beside an engine that finds the nearest by
itself.
"""

import numpy as np
import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from impact_alliances.db import writing
from impact_alliances.embeddings.store import Embedding, StoredVectors, packed
from impact_alliances.engines.engine import Vector
from impact_alliances.meaning.vectors import Standing, VectorIndex
from impact_alliances.resources.key import Key

COUNT = 40


class Clock:
    """A clock moved by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


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


def test_without_a_bound_every_document_is_compared(stored: StoredVectors) -> None:
    """The nearest are exact."""
    seen = _seen(VectorIndex(stored))
    assert (seen.is_whole, [key for key, _ in seen.best(3)]) == (
        True,
        [Key("case", "c1"), Key("case", "c2"), Key("case", "c3")],
    )
    assert len(seen.best(100)) == COUNT
    assert seen.of([Key("case", "absent")]) == {}


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


def test_a_document_that_changes_is_seen_anew_and_one_that_leaves_is_not_seen(
    stored: StoredVectors, database: Engine
) -> None:
    """In a sample too, whatever its new version."""
    clock = Clock()
    for most in (None, 10):
        index = VectorIndex(stored, most, clock)
        before = _seen(index).of([Key("case", "c4")])[Key("case", "c4")]
        with writing(database) as session:
            row = session.exec(select(Embedding).where(col(Embedding.subject) == "c4")).one()
            row.vectors, row.version = packed(_unit(30 if most else 20)), COUNT + (3 if most else 1)
        clock.now += 2
        assert _seen(index).of([Key("case", "c4")])[Key("case", "c4")] < before
    with writing(database) as session:
        session.delete(session.exec(select(Embedding).where(col(Embedding.subject) == "c8")).one())
    clock.now += 2
    assert Key("case", "c8") not in dict(_seen(index).best(100))


def test_a_new_document_joins_the_whole_and_is_read_beside_a_sample(
    stored: StoredVectors, database: Engine
) -> None:
    """A base that grows much is sampled anew."""
    clock = Clock()
    whole, sample = VectorIndex(stored, None, clock), VectorIndex(stored, 10, clock)
    assert len(_seen(whole).best(100)) == 4 * len(_seen(sample).best(100))
    _store(database, *range(COUNT + 1, COUNT + 11))
    clock.now += 2
    assert len(_seen(whole).best(100)) == COUNT + 10
    assert set(_seen(sample).of([Key("case", f"c{COUNT + 1}")])) == {Key("case", f"c{COUNT + 1}")}
    assert [key for key, _ in _seen(sample).best(100)] == [
        Key("case", f"c{n}") for n in range(5, COUNT + 11, 5)
    ]
