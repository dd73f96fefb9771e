"""The documents freed of what all of them share.

Vectors of one corpus point much the same way: what sets documents apart is what is left once their
mean is taken away. And some are near to everything (« hubs »), whatever is asked: how much so is
known beforehand.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from impact_alliances.engines.engine import Vector

# A hub is known by its nearest documents, this many.
NEAREST = 10
# They are looked for among this many documents at the most, drawn evenly: on the 5,766 of the
# demonstration the order is as good as among all (docs/decisions/0015), in a tenth of a second.
MOST_COMPARED = 2_000
# Documents compared at once: 16 MB of likenesses.
_BLOCK = 2_000
Numbers = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Centred:
    """One direction a document: the mean of its passages, less `middle`, the mean of the corpus;
    `rows` has shape (documents, dimensions), of unit length. `hub` says how near each stands to its
    nearest ones, in deviations above the corpus.
    """

    middle: Vector
    rows: Vector
    hub: Numbers
    _crowd: Vector
    _hub_scale: tuple[float, float]
    _mean: Vector
    _products: Vector

    @classmethod
    def of(cls, means: Vector) -> "Centred":
        """From the mean of the passages of each document, one a row."""
        middle = means.mean(axis=0)
        rows = unit(means - middle)
        step = -(-len(rows) // MOST_COMPARED)
        crowd = rows[::step]
        nearness = _nearness(rows, crowd, step)
        scale = float(nearness.mean()), float(nearness.std()) or 1.0
        hub = (nearness - scale[0]) / scale[1]
        products = np.asarray(rows.T @ rows / len(rows), dtype=np.float32)
        return cls(middle, rows, hub, crowd, scale, rows.mean(axis=0), products)

    def directions(self, means: Vector) -> Vector:
        """Those of documents that are not among the corpus held, or of a question: one a row."""
        return unit(means - self.middle)

    def hub_of(self, rows: Vector) -> Numbers:
        """How much of a hub each of these directions is, none of them of a document held."""
        mean, deviation = self._hub_scale
        return np.asarray((_nearest(rows @ self._crowd.T) - mean) / deviation)

    def standing(self, rows: Vector, direction: Vector) -> Numbers:
        """How many deviations above the corpus each of these directions stands, seen from
        `direction`. The mean and the deviation over all documents come from their products two by
        two, so that no other document is looked at.
        """
        mean = float(self._mean @ direction)
        spread = float(direction @ self._products @ direction) - mean**2
        return np.asarray((rows @ direction - mean) / (max(spread, 0.0) ** 0.5 or 1.0))


def unit(rows: Vector) -> Vector:
    """The same directions at length one; what has no length stays at nothing."""
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1), dtype=np.float32)


def _nearness(rows: Vector, crowd: Vector, step: int) -> Numbers:
    """The mean cosine of each document with its nearest ones of the crowd, which is one document in
    `step`. None is its own neighbour.
    """
    found = np.empty(len(rows), dtype=np.float32)
    for start in range(0, len(rows), _BLOCK):
        likeness = rows[start : start + _BLOCK] @ crowd.T
        own = np.arange(start, start + len(likeness))
        in_crowd = own % step == 0
        likeness[own[in_crowd] - start, own[in_crowd] // step] = -1
        found[start : start + _BLOCK] = _nearest(likeness)
    return found


def _nearest(likeness: Numbers) -> Numbers:
    kept = min(NEAREST, likeness.shape[1])
    return np.asarray(np.partition(likeness, -kept, axis=1)[:, -kept:].mean(axis=1))
