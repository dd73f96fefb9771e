"""What the meaning of a query is compared with: a model and the vectors it made; and which model
answers now.

Another model chosen in the settings has everything to read again, for minutes or hours. Meanwhile
the one before it goes on answering with the vectors it left; the day the new one has as many, it
takes over, without a restart.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from sqlalchemy import Engine

from impact_alliances.embeddings.embedder import Embedder, EmbedderUnavailable, UnreadableText
from impact_alliances.embeddings.store import StoredVectors, vectors_by_model
from impact_alliances.engines.engine import Vector
from impact_alliances.meaning.asking import ASKED_KINDS, DEMANDES, TITLE
from impact_alliances.meaning.grid import NO_GRID, Grid
from impact_alliances.meaning.outlook import Outlook
from impact_alliances.meaning.passages import FRAGILITE
from impact_alliances.meaning.renewal import Renewed
from impact_alliances.meaning.vectors import VectorIndex
from impact_alliances.resources.kinds import KINDS
from impact_alliances.vocabularies import french
from impact_alliances.vocabularies.terms import FRAGILITES

NO_MODEL = "Le modèle de sens n’est pas disponible ici : résultats par les mots seulement."
UNREADABLE = "Le modèle de sens ne sait pas lire ce texte : résultats par les mots seulement."
# How little the other demandes of a resource count beside its nearest: one as near adds .014 to a
# cosine. With 30 as with 50, .005 and .015 more on the two halves of the questions than none.
SHARPNESS = 50.0
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
    """One model, the vectors of the resources, those of how they are asked for and those of the
    fragilités. Without `embedder`, resources can still be compared.

    `demandes` holds the resources that have some, one row a demande; `titles` those that have none,
    their title as if it were one.
    """

    model: str
    dimensions: int
    embedder: Embedder | None
    vectors: VectorIndex
    demandes: VectorIndex
    titles: VectorIndex
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

        def stored(part: str = "") -> StoredVectors:
            return StoredVectors(database, model, dimensions, tuple(KINDS), part)

        fragilites = Anchors(StoredVectors(database, model, dimensions, (FRAGILITE,)))
        vectors = VectorIndex(stored(), most, prepare=attrgetter("centred"))
        demandes, titles = (
            VectorIndex(stored(part), most, sharpness=SHARPNESS) for part in (DEMANDES, TITLE)
        )
        return cls(model, dimensions, embedder, vectors, demandes, titles, fragilites)

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

    def seen_from(self, vector: Vector) -> Outlook | None:
        """The base seen from a query, None while it has no vectors."""
        passages = self.vectors.seen_from(vector)
        demandes = self.demandes.seen_from(vector)
        titles = self.titles.seen_from(vector) if demandes else None
        return Outlook(passages, demandes, titles) if passages else None

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


class _Anchored(NamedTuple):
    """The vectors of the fragilités at one state of the database."""

    state: tuple[int, int]
    vectors: dict[str, Vector]


class Anchors:
    """The vectors of the fragilités: all sixteen or none, seen anew when any process computes them
    again.
    """

    def __init__(self, stored: StoredVectors, clock: Callable[[], float] = time.monotonic) -> None:
        self._stored = stored
        self._held = Renewed(self._read, clock)

    def now(self) -> dict[str, Vector]:
        """The vector of each fragilité by slug; empty while one lacks."""
        return self._held.now().vectors

    def refresh(self) -> None:
        """Look at the database at the next question."""
        self._held.refresh()

    def close(self) -> None:
        """Read nothing beside any more."""
        self._held.close()

    def _read(self, former: _Anchored | None) -> _Anchored:
        state = self._stored.state()
        if former and state == former.state:
            return former
        vectors = {key.id: rows[0] for key, rows in self._stored.since(None).items()}
        return _Anchored(state, vectors if vectors.keys() == FRAGILITES.by_slug.keys() else {})


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
        self._fullest = Renewed(self._look, clock)
        self._loading = threading.Lock()
        self._others: dict[str, Meaning | None] = {}
        # Once the wanted model has read as much as any, no other can overtake it.
        self._is_settled = wanted.embedder is None
        self.wanted = wanted

    def now(self) -> Meaning:
        """The meaning that answers now. Whoever first needs a former model loads it; those who come
        meanwhile have the wanted one, and wait for nothing.
        """
        if self._is_settled:
            return self.wanted
        fullest = self._fullest.now()
        if fullest == self.wanted.model:
            return self.wanted
        return self._other(fullest) or self.wanted

    def refresh(self) -> None:
        """See at the next question the vectors written until now."""
        self._fullest.refresh()
        for held in self._all_held():
            held.refresh()

    def close(self) -> None:
        """Read nothing beside any more: the database may be left."""
        self._fullest.close()
        for held in self._all_held():
            held.close()

    def _all_held(self) -> Iterator["VectorIndex | Anchors"]:
        for meaning in (self.wanted, *filter(None, self._others.values())):
            yield from (meaning.vectors, meaning.demandes, meaning.titles, meaning.fragilites)

    def _look(self, _: str | None) -> str:
        """The model with most vectors: the wanted one where it has as many, or where none has."""
        counts = vectors_by_model(self._database, (*KINDS, *ASKED_KINDS))
        wanted = self.wanted.model
        fullest = max(counts, key=lambda model: (counts[model], model == wanted), default=None)
        self._is_settled = fullest == wanted
        return fullest or wanted

    def _other(self, model: str) -> Meaning | None:
        if model not in self._others and self._loading.acquire(blocking=False):
            try:
                self._others.setdefault(model, self._loaded(model))
            finally:
                self._loading.release()
        return self._others.get(model)

    def _loaded(self, model: str) -> Meaning | None:
        embedder = self._another(model)
        return (
            Meaning.of(self._database, model, embedder.dimensions, embedder) if embedder else None
        )
