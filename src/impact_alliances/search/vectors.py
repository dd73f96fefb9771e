"""Exact vector search in memory: every passage of the corpus as one matrix, read from the database and kept fresh."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from impact_alliances.embeddings.store import StoredVectors
from impact_alliances.search.engine import Vector

# How often, in seconds, another process's new vectors are looked for.
FRESHNESS_S = 1.0


@dataclass(frozen=True)
class Matrix:
    """The passages of all documents, those of document i from row `starts[i]` on."""

    keys: tuple[str, ...]
    rows: npt.NDArray[np.float32]
    starts: npt.NDArray[np.intp]
    place: dict[str, int]

    @classmethod
    def of(cls, vectors: dict[str, Vector]) -> "Matrix | None":
        """The matrix of these documents, None when there is none. Sorted by key, so that ties are broken alike."""
        keys = tuple(sorted(vectors))
        if not keys:
            return None
        sizes = [len(vectors[key]) for key in keys]
        starts = np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.intp)
        rows = np.concatenate([vectors[key] for key in keys]).astype(np.float32)
        return cls(keys, rows, starts, {key: index for index, key in enumerate(keys)})

    def likeness(self, vector: Vector) -> npt.NDArray[np.float32]:
        """The cosine of each document's nearest passage with `vector`."""
        return np.maximum.reduceat(self.rows @ vector, self.starts)

    def passages(self, key: str) -> Vector | None:
        """The passages of one document, one a row."""
        index = self.place.get(key)
        if index is None:
            return None
        end = self.starts[index + 1] if index + 1 < len(self.starts) else len(self.rows)
        return self.rows[self.starts[index] : end]


class Standing:
    """The corpus seen from one vector: the `Neighbours` of the seam."""

    def __init__(self, matrix: Matrix, vector: Vector) -> None:
        self._matrix = matrix
        self._likeness = matrix.likeness(vector)
        self.mean = float(self._likeness.mean())
        self.deviation = float(self._likeness.std()) or 1.0

    def best(self, limit: int) -> list[tuple[str, float]]:
        kept = min(limit, len(self._likeness))
        top = np.argpartition(-self._likeness, kept - 1)[:kept]
        ordered = sorted(top.tolist(), key=lambda index: (-self._likeness[index], self._matrix.keys[index]))
        return [(self._matrix.keys[index], float(self._likeness[index])) for index in ordered]

    def of(self, keys: Sequence[str]) -> dict[str, float]:
        place = self._matrix.place
        return {key: float(self._likeness[place[key]]) for key in keys if key in place}


class VectorIndex:
    """The matrix in force. It looks at the database at most once a second and reads only what changed."""

    def __init__(self, stored: StoredVectors, clock: Callable[[], float] = time.monotonic) -> None:
        self._stored = stored
        self._clock = clock
        self._lock = threading.Lock()
        self._looked_at = float("-inf")
        self._state: tuple[int, int] | None = None
        self._vectors: dict[str, Vector] = {}
        self._matrix: Matrix | None = None

    def refresh(self) -> None:
        """Look at the database at the next question."""
        self._looked_at = float("-inf")

    def matrix(self) -> Matrix | None:
        """The passages as of now."""
        with self._lock:
            if self._clock() - self._looked_at >= FRESHNESS_S:
                self._looked_at = self._clock()
                self._read()
            return self._matrix

    def _read(self) -> None:
        state = self._stored.state()
        if state == self._state:
            return
        since = self._state[0] if self._state else None
        fresh = self._stored.since(since)
        self._vectors.update(fresh)
        if len(self._vectors) != state[1]:
            self._vectors = self._stored.since(None)
        self._state, self._matrix = state, Matrix.of(self._vectors)

    def seen_from(self, vector: Vector) -> Standing | None:
        """The corpus seen from `vector`, None while it has no vectors."""
        matrix = self.matrix()
        return Standing(matrix, vector) if matrix else None
