"""Vectors in the database, of either kind: counted, sampled, and made again when they do not
fit.
"""

import numpy as np
from sqlalchemy import Engine
from sqlmodel import select

from impact_alliances.db import reading, writing
from impact_alliances.embeddings.store import (
    Embedding,
    StoredVectors,
    drop_misfits,
    packed,
    vectors_by_model,
)
from impact_alliances.resources.key import Key

MODEL = "axes"


def _store(database: Engine) -> None:
    """Eight documents of four dimensions, one of five, one not computed, and one of another
    model.
    """
    sizes = {f"c{number}": 4 for number in range(8)} | {"large": 5}
    with writing(database) as session:
        for version, (subject, size) in enumerate(sizes.items()):
            rows = packed(np.ones((1, size), dtype=np.float32))
            session.add(
                Embedding(
                    kind="case",
                    subject=subject,
                    model=MODEL,
                    text_hash="",
                    vectors=rows,
                    version=version,
                )
            )
        session.add(Embedding(kind="case", subject="lacking", model=MODEL, text_hash=""))
        session.add(
            Embedding(kind="case", subject="c1", model="autre", text_hash="", vectors=b"00")
        )


def test_vectors_are_counted_by_model_once_computed(either_database: Engine) -> None:
    """The model that has most of them answers."""
    _store(either_database)
    assert vectors_by_model(either_database, ("case",)) == {MODEL: 9, "autre": 1}
    assert vectors_by_model(either_database, ("jeudi",)) == {}


def test_vectors_that_do_not_fit_are_not_read_and_are_made_again(either_database: Engine) -> None:
    """Those of other models are left."""
    _store(either_database)
    stored = StoredVectors(either_database, MODEL, 4, ("case",))
    assert Key("case", "large") not in stored.since(None)
    with writing(either_database) as session:
        assert drop_misfits(session, MODEL, 4) == 1
    with reading(either_database) as session:
        lacking = session.exec(select(Embedding.subject).where(Embedding.vectors.is_(None))).all()
    assert set(lacking) == {"large", "lacking"}
    assert stored.state()[1] == 8


def test_a_sample_is_one_in_so_many_and_always_the_same(either_database: Engine) -> None:
    """By the instant of their writing."""
    _store(either_database)
    stored = StoredVectors(either_database, MODEL, 4, ("case",))
    assert set(stored.since(None, 4)) == {Key("case", "c0"), Key("case", "c4")}
    assert set(stored.since(5)) == {Key("case", "c6"), Key("case", "c7")}
    assert stored.of([Key("case", "c2"), Key("case", "large"), Key("case", "absent")]).keys() == {
        Key("case", "c2")
    }
