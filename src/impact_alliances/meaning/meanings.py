"""What the meaning of a query is compared with: a model and the vectors it made; and which model
answers now.

Another model chosen in the settings has everything to read again, for minutes or hours. Meanwhile
the one before it goes on answering with the vectors it left; the day the new one has as many, it
takes over, without a restart.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Engine

from impact_alliances.embeddings.embedder import Embedder, EmbedderUnavailable, UnreadableText
from impact_alliances.embeddings.store import StoredVectors, vectors_by_model
from impact_alliances.engines.engine import Vector
from impact_alliances.meaning.grid import NO_GRID, Grid
from impact_alliances.meaning.passages import FRAGILITE
from impact_alliances.meaning.vectors import FRESHNESS_S, VectorIndex
from impact_alliances.resources.kinds import KINDS
from impact_alliances.vocabularies import french
from impact_alliances.vocabularies.terms import FRAGILITES

NO_MODEL = "Le modèle de sens n’est pas disponible ici : résultats par les mots seulement."
UNREADABLE = "Le modèle de sens ne sait pas lire ce texte : résultats par les mots seulement."
# Words of a long question with which to say where the model stopped.
_LAST_WORDS = 4
_log = logging.getLogger(__name__)


class Read(NamedTuple):
    """What the model made of a query. `said`, in French, what of it the model did not read; None
    when it read all.
    """

    vector: Vector | None = None
    said: str | None = None


@dataclass
class Meaning:
    """One model, the vectors of the resources and those of the fragilités. Without `embedder`,
    resources can still be compared.
    """

    model: str
    dimensions: int
    embedder: Embedder | None
    vectors: VectorIndex
    fragilites: "Anchors"

    @classmethod
    def of(
        cls,
        database: Engine,
        model: str,
        dimensions: int,
        embedder: Embedder | None,
        most: int | None = None,
    ) -> "Meaning":
        """The meaning that this model gives to the base, of which at most `most` resources are held
        in memory.
        """
        resources = StoredVectors(database, model, dimensions, tuple(KINDS))
        fragilites = Anchors(StoredVectors(database, model, dimensions, (FRAGILITE,)))
        return cls(model, dimensions, embedder, VectorIndex(resources, most), fragilites)

    def read(self, text: str) -> Read:
        """The vector of a query; none without a model, when it fails, or when this text cannot be
        read.
        """
        if not self.embedder:
            return Read(said=NO_MODEL)
        try:
            return Read(self.embedder.embed_query(text), _stopped_at(self.embedder.part_read(text)))
        except UnreadableText:
            return Read(said=UNREADABLE)
        except EmbedderUnavailable as failure:
            _log.warning("%s", failure)
            return Read(said=NO_MODEL)

    def grid(self, vector: Vector) -> Grid:
        """Where a query stands among the sixteen fragilités; nowhere while one of them has not been
        read.
        """
        anchors = self.fragilites.now()
        return (
            Grid.of({slug: float(anchor @ vector) for slug, anchor in anchors.items()})
            if anchors
            else NO_GRID
        )


def _stopped_at(part: str) -> str | None:
    if not part:
        return None
    last = " ".join(part.split()[-_LAST_WORDS:])[-60:]
    return (
        f"Question longue : son sens n’est lu que jusqu’à {french.quoted(f'… {last}')}, ses mots "
        "sont cherchés jusqu’au bout."
    )


class Anchors:
    """The vectors of the fragilités: all sixteen or none, seen anew when any process computes them
    again.
    """

    def __init__(self, stored: StoredVectors, clock: Callable[[], float] = time.monotonic) -> None:
        self._stored = stored
        self._clock = clock
        self._lock = threading.Lock()
        self._look_at = float("-inf")
        self._state: tuple[int, int] | None = None
        self._anchors: dict[str, Vector] = {}

    def now(self) -> dict[str, Vector]:
        """The vector of each fragilité by slug; empty while one lacks."""
        with self._lock:
            if self._clock() >= self._look_at:
                self._look_at = self._clock() + FRESHNESS_S
                self._look()
            return self._anchors

    def refresh(self) -> None:
        """Look at the database at the next question."""
        self._look_at = float("-inf")

    def _look(self) -> None:
        state = self._stored.state()
        if state == self._state:
            return
        found = {key.id: vectors[0] for key, vectors in self._stored.since(None).items()}
        self._anchors = found if found.keys() == FRAGILITES.by_slug.keys() else {}
        self._state = state


class Meanings:
    """The wanted model and, while it has fewer vectors than another one left, that one. `another`
    loads a model by its name.
    """

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
        self._current.fragilites.refresh()

    def _look(self) -> None:
        self._look_at = self._clock() + FRESHNESS_S
        counts = vectors_by_model(self._database, tuple(KINDS))
        fullest = max(
            counts, key=lambda model: (counts[model], model == self.wanted.model), default=""
        )
        # Once the wanted model has read as much as any, no other can overtake it.
        self._is_settled = fullest == self.wanted.model
        self._current = (
            self.wanted
            if fullest in ("", self.wanted.model)
            else self._other(fullest) or self.wanted
        )

    def _other(self, model: str) -> Meaning | None:
        if model not in self._others:
            embedder = self._another(model)
            self._others[model] = (
                Meaning.of(self._database, model, embedder.dimensions, embedder)
                if embedder
                else None
            )
        return self._others[model]
