"""What the meaning of a query is compared with: a model and the vectors it made; and which model answers now.

Another model chosen in the settings has everything to read again, for minutes or hours. Meanwhile the one before it goes on
answering with the vectors it left; the day the new one has as many, it takes over, without a restart.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Engine

from impact_alliances.embeddings.embedder import Embedder, EmbedderUnavailable
from impact_alliances.embeddings.store import StoredVectors, vectors_by_model
from impact_alliances.resources.kinds import KINDS
from impact_alliances.search.engine import Vector
from impact_alliances.search.passages import FRAGILITE
from impact_alliances.search.ranking import Grid
from impact_alliances.search.vectors import FRESHNESS_S, VectorIndex

_log = logging.getLogger(__name__)


@dataclass
class Meaning:
    """One model, the vectors of the resources and those of the fragilités. Without `embedder`, resources can still be compared."""

    model: str
    embedder: Embedder | None
    vectors: VectorIndex
    fragilites: StoredVectors
    _anchors: dict[str, Vector] = field(default_factory=dict)

    @classmethod
    def of(cls, database: Engine, model: str, dimensions: int, embedder: Embedder | None, most: int | None = None) -> "Meaning":
        """The meaning that this model gives to the base, of which at most `most` resources are held in memory."""
        resources = StoredVectors(database, model, dimensions, tuple(KINDS))
        return cls(model, embedder, VectorIndex(resources, most), StoredVectors(database, model, dimensions, (FRAGILITE,)))

    def vector(self, text: str) -> Vector | None:
        """The vector of a query, None without a model or when it fails."""
        try:
            return self.embedder.embed_query(text) if self.embedder else None
        except EmbedderUnavailable as failure:
            _log.warning("%s", failure)
            return None

    def grid(self, vector: Vector) -> Grid:
        """Where a query stands among the sixteen fragilités."""
        if not self._anchors:
            self._anchors = {key.partition(":")[2]: vectors[0] for key, vectors in self.fragilites.since(None).items()}
        return Grid.of({slug: float(anchor @ vector) for slug, anchor in self._anchors.items()})


class Meanings:
    """The wanted model and, while it has fewer vectors than another one left, that one. `another` loads a model by its name."""

    def __init__(
        self,
        database: Engine,
        wanted: Meaning,
        another: Callable[[str], Embedder | None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._another = another
        self._clock = clock
        self._lock = threading.Lock()
        self._others: dict[str, Meaning | None] = {}
        self._look_at = float("-inf")
        self._is_settled = wanted.embedder is None
        self.wanted = self._current = wanted

    def now(self) -> Meaning:
        """The meaning that answers now."""
        if not self._is_settled and self._clock() >= self._look_at:
            with self._lock:
                self._look()
        return self._current

    def refresh(self) -> None:
        """See at the next question the vectors written until now."""
        self._look_at = float("-inf")
        self._current.vectors.refresh()

    def _look(self) -> None:
        self._look_at = self._clock() + FRESHNESS_S
        counts = vectors_by_model(self._database, tuple(KINDS))
        fullest = max(counts, key=lambda model: (counts[model], model == self.wanted.model), default="")
        # Once the wanted model has read as much as any, no other can overtake it.
        self._is_settled = fullest == self.wanted.model
        self._current = self.wanted if fullest in ("", self.wanted.model) else self._other(fullest) or self.wanted

    def _other(self, model: str) -> Meaning | None:
        if model not in self._others:
            embedder = self._another(model)
            self._others[model] = Meaning.of(self._database, model, embedder.dimensions, embedder) if embedder else None
        return self._others[model]
