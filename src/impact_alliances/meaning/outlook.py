"""The base seen from one question: all that its meaning says of documents, for the ranking."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from impact_alliances.engines.engine import Vector
from impact_alliances.meaning.centred import Numbers
from impact_alliances.meaning.vectors import Matrix, Standing
from impact_alliances.resources.key import Key

# A demande is worth telling when it stands this many deviations above those of the corpus.
TELLING = 2.0


class Seen(NamedTuple):
    """What the meaning says of some documents, one value each, in deviations above the corpus:
    `nearest`, how near their nearest passage is; `whole`, how near they are once what all share is
    set aside; `hub`, how near they are to everything; `asked`, how near the nearest way of asking
    for them is. `directions`, one a row, are what `whole` compares. A document without vectors
    stands where the corpus does: at nothing.
    """

    nearest: Numbers
    whole: Numbers
    hub: Numbers
    asked: Numbers
    directions: Vector

    @classmethod
    def nothing(cls, count: int) -> "Seen":
        """Of so many documents, where there is no meaning to look by."""
        none = np.zeros(count)
        return cls(none, none, none, none, np.zeros((count, 0), dtype=np.float32))


class Outlook:
    """The documents of the base seen from a question, given how near it is to their passages and to
    the ways of asking for them: demandes of those that have some, titles of the others. In a base
    where none has any, nothing is said of that.
    """

    def __init__(
        self, passages: Standing, demandes: Standing | None = None, titles: Standing | None = None
    ) -> None:
        self.passages = passages
        self._demandes = demandes
        self._asking = [one for one in (demandes, titles) if one]
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
            asked=self._asked(keys, *self._asking),
            directions=found.directions,
        )

    def best_asked_of_each_kind(self, limit: int) -> list[Key]:
        """The documents that are asked for most like this, so many of each kind."""
        return [key for one in self._asking for key in one.best_of_each_kind(limit)]

    def demande_of(self, key: Key) -> int | None:
        """Which demande of a document is the nearest, from 0 on; None where none stands out."""
        if not self._demandes or self._asked([key], self._demandes)[0] < TELLING:
            return None
        return self._demandes.row_of(key)

    def _asked(self, keys: Sequence[Key], *asking: Standing) -> Numbers:
        """Where the nearest way of asking for each of these stands among those of its sort."""
        found: dict[Key, float] = {}
        for one in asking:
            likeness = one.of(keys)
            found |= {key: (near - one.mean) / one.deviation for key, near in likeness.items()}
        return np.array([found.get(key, 0.0) for key in keys])

    @property
    def best(self) -> float:
        """The likeness of the nearest document, what all share set aside: a cosine."""
        return float((self._centred.rows @ self._towards).max())

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
