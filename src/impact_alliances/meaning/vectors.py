"""Vector search in memory: the passages of the corpus, or of a sample of it, as one matrix, read
from the database and kept fresh.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from impact_alliances.embeddings.store import StoredVectors
from impact_alliances.engines.engine import Vector
from impact_alliances.meaning.centred import Centred
from impact_alliances.meaning.renewal import Renewed
from impact_alliances.resources.key import Key

# Reads the vectors of some documents.
Others = Callable[[Sequence[Key]], dict[Key, Vector]]


@dataclass(frozen=True)
class Matrix:
    """The passages of all documents, those of document i from row `starts[i]` on; the places of
    the documents of each kind. `sharpness` says how a document is likened by several (`likeness`).
    """

    keys: tuple[Key, ...]
    rows: npt.NDArray[np.float32]
    starts: npt.NDArray[np.intp]
    place: dict[Key, int]
    kinds: dict[str, npt.NDArray[np.intp]]
    sharpness: float | None = None

    @classmethod
    def of(cls, vectors: Mapping[Key, Vector], sharpness: float | None = None) -> "Matrix | None":
        """The matrix of these documents, None when there is none. Sorted by key, so that ties are
        broken alike.
        """
        keys = tuple(sorted(vectors))
        if not keys:
            return None
        sizes = [len(vectors[key]) for key in keys]
        starts = np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.intp)
        rows = np.concatenate([vectors[key] for key in keys]).astype(np.float32)
        names = np.array([key.kind for key in keys])
        kinds = {str(name): np.flatnonzero(names == name) for name in np.unique(names)}
        place = {key: index for index, key in enumerate(keys)}
        return cls(keys, rows, starts, place, kinds, sharpness)

    @cached_property
    def centred(self) -> Centred:
        """The documents freed of what all of them share."""
        return Centred.of(self.means)

    @property
    def means(self) -> Vector:
        """The mean of the passages of each document, one a row."""
        sizes = np.diff(self.starts, append=len(self.rows))
        return np.asarray(np.add.reduceat(self.rows, self.starts) / sizes[:, None])

    def likeness(self, vector: Vector) -> npt.NDArray[np.float32]:
        """The cosine of each document's nearest passage with `vector`. With a `sharpness`, the
        others count a little as they come near to it: log of the sum of exp(sharpness × cosine),
        divided by the sharpness.
        """
        cosines = self.rows @ vector
        if self.sharpness is None:
            return np.maximum.reduceat(cosines, self.starts)
        sums = np.add.reduceat(np.exp(self.sharpness * (cosines - 1)), self.starts)
        return np.asarray(1 + np.log(sums) / self.sharpness)

    def passages(self, key: Key) -> Vector | None:
        """The passages of one document, one a row; None for one that is not held."""
        index = self.place.get(key)
        if index is None:
            return None
        end = self.starts[index + 1] if index + 1 < len(self.starts) else len(self.rows)
        return self.rows[self.starts[index] : end]


class Standing:
    """The corpus seen from one vector: the `Neighbours` of the seam.

    Over a sample (`is_whole` false), mean and deviation are those of the sample, `best` knows no
    other documents, and the likeness of others is computed from their vectors, which `others`
    reads.
    """

    def __init__(self, matrix: Matrix, vector: Vector, others: Others | None = None) -> None:
        self.matrix = matrix
        self.vector = vector
        self._others = others
        self.likeness = matrix.likeness(vector)
        self.is_whole = others is None
        self.mean = float(self.likeness.mean())
        self.deviation = float(self.likeness.std()) or 1.0

    def best(self, limit: int) -> list[tuple[Key, float]]:
        return self._best(np.arange(len(self.likeness)), limit)

    def best_of_each_kind(self, limit: int) -> list[Key]:
        return [
            key for places in self.matrix.kinds.values() for key, _ in self._best(places, limit)
        ]

    def _best(self, places: npt.NDArray[np.intp], limit: int) -> list[tuple[Key, float]]:
        likeness, keys = self.likeness, self.matrix.keys
        kept = min(limit, len(places))
        top = places[np.argpartition(-likeness[places], kept - 1)[:kept]]
        ordered = sorted(top.tolist(), key=lambda place: (-likeness[place], keys[place]))
        return [(keys[place], float(likeness[place])) for place in ordered]

    def of(self, keys: Sequence[Key]) -> dict[Key, float]:
        place = self.matrix.place
        found = {key: float(self.likeness[place[key]]) for key in keys if key in place}
        others = Matrix.of(self.not_held(keys), self.matrix.sharpness)
        if others:
            likeness = others.likeness(self.vector).tolist()
            found |= dict(zip(others.keys, likeness, strict=True))
        return found

    def not_held(self, keys: Sequence[Key]) -> dict[Key, Vector]:
        """The passages of those of these documents that the sample lacks; none where the corpus is
        held whole.
        """
        missing = [key for key in keys if key not in self.matrix.place]
        return self._others(missing) if self._others and missing else {}

    def row_of(self, key: Key) -> int | None:
        """Which passage of a document is the nearest, the first being 0; None without vectors."""
        held = self.matrix.passages(key)
        passages = self.not_held([key]).get(key) if held is None else held
        return None if passages is None else int((passages @ self.vector).argmax())


@dataclass(frozen=True)
class _Held:
    """The vectors in memory, those of one document in `one_in`, at one `state` of the database."""

    state: tuple[int, int]
    one_in: int
    vectors: dict[Key, Vector]
    matrix: Matrix | None


class VectorIndex:
    """The matrix in force. It looks at the database at most once a second, reads only what changed
    and makes the next matrix beside, while searches go on with this one.

    `most` bounds the documents held in memory, for an engine whose own index finds the nearest:
    past it a sample is held. `prepare` makes beside what else of a matrix is to be at hand.
    """

    def __init__(
        self,
        stored: StoredVectors,
        most: int | None = None,
        clock: Callable[[], float] = time.monotonic,
        prepare: Callable[[Matrix], object] = lambda _: None,
        sharpness: float | None = None,
    ) -> None:
        self._stored = stored
        self._most = most
        self._prepare = prepare
        self._sharpness = sharpness
        self._held = Renewed(self._read, clock)

    def refresh(self) -> None:
        """Look at the database at the next question, which waits for it."""
        self._held.refresh()

    def close(self) -> None:
        """Read nothing beside any more."""
        self._held.close()

    def _now(self) -> tuple[Matrix | None, bool]:
        """The passages in force, and whether they are those of every document."""
        held = self._held.now()
        return held.matrix, held.one_in == 1

    def _read(self, former: _Held | None) -> _Held:
        state = self._stored.state()
        if former and state == former.state:
            return former
        one_in = -(-state[1] // self._most) if self._most else 1
        vectors = self._vectors(former, state, one_in)
        if one_in == 1 and len(vectors) != state[1]:
            vectors = self._stored.since(None)
        matrix = Matrix.of(vectors, self._sharpness)
        if matrix:
            self._prepare(matrix)
        return _Held(state, one_in, vectors, matrix)

    def _vectors(
        self, former: _Held | None, state: tuple[int, int], one_in: int
    ) -> dict[Key, Vector]:
        if former is None or one_in != former.one_in or state[1] < former.state[1]:
            return self._stored.since(None, one_in)
        # What joins the base does not join a sample, but what changes in it does.
        fresh = self._stored.since(former.state[0])
        return former.vectors | {
            key: rows for key, rows in fresh.items() if one_in == 1 or key in former.vectors
        }

    def seen_from(self, vector: Vector) -> Standing | None:
        """The corpus seen from `vector`, None while it has no vectors."""
        matrix, is_whole = self._now()
        return Standing(matrix, vector, None if is_whole else self._stored.of) if matrix else None

    def passages(self, key: Key) -> Vector | None:
        """The passages of one document, one a row."""
        matrix, is_whole = self._now()
        held = matrix.passages(key) if matrix else None
        return held if held is not None or is_whole else self._stored.of([key]).get(key)
