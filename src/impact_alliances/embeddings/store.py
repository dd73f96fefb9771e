"""Vectors kept in the database with their model and a hash of the embedded text, so that nothing is
embedded twice.
"""

import time
from collections.abc import Iterable, Sequence

import numpy as np
from sqlalchemy import BigInteger, ColumnElement, Engine, Index, LargeBinary, false, func, text
from sqlmodel import Field, Session, SQLModel, col, select

from impact_alliances.embeddings.embedder import Vectors
from impact_alliances.resources.key import Key

# Half precision.
BYTES_A_NUMBER = 2


class Embedding(SQLModel, table=True):
    """The passages of one subject as seen by one model. `vectors` is float16, row after row; None
    while to be computed.

    `is_unreadable` notes that the model cannot read this text: it is passed over until the text or
    the model changes. `version` grows with every write, so that another process reads only what
    changed.
    """

    __tablename__ = "embedding"

    kind: str = Field(primary_key=True, max_length=16)
    subject: str = Field(primary_key=True, max_length=64)
    model: str = Field(primary_key=True, max_length=120)
    text_hash: str = Field(max_length=32)
    vectors: bytes | None = Field(default=None, sa_type=LargeBinary)
    is_unreadable: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    version: int = Field(default_factory=time.time_ns, sa_type=BigInteger, index=True)

    # What the search asks every second (how many vectors, how new, of which model) is read in it
    # without the vectors.
    __table_args__ = (
        Index(
            "ix_embedding_computed",
            "model",
            "kind",
            "version",
            sqlite_where=text("vectors IS NOT NULL"),
            postgresql_where=text("vectors IS NOT NULL"),
        ),
    )


def packed(vectors: Vectors) -> bytes:
    """Vectors as stored: half precision loses less than .001 of a cosine and halves the file."""
    return np.ascontiguousarray(vectors, dtype=np.float16).tobytes()


def unpacked(stored: bytes, dimensions: int) -> Vectors:
    """Stored vectors, one a row."""
    return np.frombuffer(stored, dtype=np.float16).reshape(-1, dimensions).astype(np.float32)


def vectors_by_model(engine: Engine, kinds: tuple[str, ...]) -> dict[str, int]:
    """How many subjects of these kinds have vectors, by model."""
    counted = select(Embedding.model, func.count()).where(
        col(Embedding.vectors).is_not(None), col(Embedding.kind).in_(kinds)
    )
    with Session(engine) as session:
        return dict(session.exec(counted.group_by(Embedding.model)).all())


def unreadable(engine: Engine, model: str) -> list[Key]:
    """The subjects whose text this model cannot read."""
    noted = select(Embedding.kind, Embedding.subject).where(
        Embedding.model == model, col(Embedding.is_unreadable)
    )
    with Session(engine) as session:
        return [
            Key(kind, subject)
            for kind, subject in session.exec(noted.order_by(Embedding.kind, Embedding.subject))
        ]


def drop_misfits(session: Session, model: str, dimensions: int) -> int:
    """Have the vectors of `model` that are not of its dimensions made again. Returns how many there
    were.
    """
    size = func.length(col(Embedding.vectors))
    misfits = select(Embedding).where(
        Embedding.model == model, size % (dimensions * BYTES_A_NUMBER) != 0
    )
    found = session.exec(misfits).all()
    for row in found:
        row.vectors = None
    return len(found)


class StoredVectors:
    """The vectors of one model as the search reads them, by key. With `part`, those that stand
    beside the subjects of these kinds, under their kind with `part` before it.
    """

    def __init__(
        self, engine: Engine, model: str, dimensions: int, kinds: tuple[str, ...], part: str = ""
    ) -> None:
        self._engine, self._model, self._dimensions, self._part = engine, model, dimensions, part
        self._kinds = tuple(part + kind for kind in kinds)

    def state(self) -> tuple[int, int]:
        """The newest version and the number of subjects that have vectors; changes when something
        did.
        """
        statement = select(func.coalesce(func.max(col(Embedding.version)), 0), func.count()).where(
            *self._computed()
        )
        with Session(self._engine) as session:
            newest, count = session.exec(statement).one()
        return int(newest), int(count)

    def since(self, version: int | None, one_in: int = 1) -> dict[Key, Vectors]:
        """The vectors written after `version` (of any version for None), by key.

        With `one_in` above 1, those of a sample: about one subject in so many, drawn by its
        version, and so the same at every call until it is written again.
        """
        statement = select(Embedding.kind, Embedding.subject, Embedding.vectors).where(
            *self._computed()
        )
        if one_in > 1:
            # The instant of a write, in nanoseconds, is as good as a draw.
            statement = statement.where(col(Embedding.version) % one_in == 0)
        if version is not None:
            statement = statement.where(col(Embedding.version) > version)
        with Session(self._engine) as session:
            rows = session.exec(statement).all()
        return self._by_key(rows)

    def of(self, keys: Sequence[Key]) -> dict[Key, Vectors]:
        """The vectors of these subjects, those not computed yet left out."""
        subjects = [key.id for key in keys]
        statement = select(Embedding.kind, Embedding.subject, Embedding.vectors).where(
            *self._computed()
        )
        with Session(self._engine) as session:
            found = session.exec(statement.where(col(Embedding.subject).in_(subjects))).all()
        wanted = set(keys)
        return {key: rows for key, rows in self._by_key(found).items() if key in wanted}

    def _by_key(self, rows: Iterable[tuple[str, str, bytes | None]]) -> dict[Key, Vectors]:
        # Vectors of another size are of another model under the same name: the indexer has them
        # made again.
        row_bytes = self._dimensions * BYTES_A_NUMBER
        fit = (
            (Key(kind.removeprefix(self._part), subject), vectors)
            for kind, subject, vectors in rows
            if vectors and len(vectors) % row_bytes == 0
        )
        return {key: unpacked(vectors, self._dimensions) for key, vectors in fit}

    def _computed(self) -> tuple[ColumnElement[bool], ...]:
        return (
            col(Embedding.model) == self._model,
            col(Embedding.vectors).is_not(None),
            col(Embedding.kind).in_(self._kinds),
        )
