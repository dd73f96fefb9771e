"""The base seen from one question: all that its meaning says of documents, for the ranking."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from impact_alliances.engines.engine import Vector
from impact_alliances.meaning.centred import Numbers
from impact_alliances.meaning.vectors import Matrix, Standing
from impact_alliances.resources.key import Key


class Seen(NamedTuple):
    """What the meaning says of some documents, one value each, in deviations above the corpus:
    `nearest`, how near their nearest passage is; `whole`, how near they are once what all share is
    set aside; `hub`, how near they are to everything. `directions`, one a row, are what `whole`
    compares. A document without vectors stands where the corpus does: at nothing.
    """

    nearest: Numbers
    whole: Numbers
    hub: Numbers
    directions: Vector


class Outlook:
    """The documents of the base seen from a question, given how near their passages are to it."""

    def __init__(self, passages: Standing) -> None:
        self.passages = passages
        self._centred = passages.matrix.centred
        self._towards = self._centred.directions(passages.vector[None])[0]

    def of(self, keys: Sequence[Key]) -> Seen:
        """What is seen of these documents. Those that a sample lacks are read."""
        found = _Found.none(len(keys), self.passages.mean, len(self._towards))
        centred, passages = self._centred, self.passages
        found.take(keys, passages.matrix, passages.likeness, centred.rows, centred.hub)
        others = Matrix.of(passages.not_held(keys))
        if others:
            directions = centred.directions(others.means)
            likeness = others.likeness(passages.vector)
            found.take(keys, others, likeness, directions, centred.hub_of(directions))
        return Seen(
            nearest=(found.likeness - passages.mean) / passages.deviation,
            whole=self.standing(found.directions, self._towards),
            hub=found.hub,
            directions=found.directions,
        )

    def standing(self, directions: Vector, towards: Vector) -> Numbers:
        """Where documents of these directions stand in the corpus seen from another direction; at
        nothing those that have none.
        """
        return np.where(directions.any(axis=1), self._centred.standing(directions, towards), 0.0)


class _Found(NamedTuple):
    """What is found of some documents, to be filled."""

    likeness: Numbers
    directions: Vector
    hub: Numbers

    @classmethod
    def none(cls, count: int, likeness: float, dimensions: int) -> "_Found":
        directions = np.zeros((count, dimensions), dtype=np.float32)
        return cls(np.full(count, likeness, dtype=np.float32), directions, np.zeros(count))

    def take(
        self, keys: Sequence[Key], matrix: Matrix, likeness: Numbers, rows: Vector, hub: Numbers
    ) -> None:
        """Take over what is known of the documents of a matrix."""
        known = np.array([matrix.place.get(key, -1) for key in keys], dtype=np.intp)
        mine = np.flatnonzero(known >= 0)
        there = known[mine]
        self.likeness[mine] = likeness[there]
        self.directions[mine] = rows[there]
        self.hub[mine] = hub[there]
