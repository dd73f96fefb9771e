"""What the embedded engine sees: one state of the index, checked, and the last one that was
sound.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import tantivy
from tantivy import Query

from impact_alliances.engines.bm25 import ScoredField, in_line
from impact_alliances.engines.documents import COMMUNE, PLACE_FIELDS
from impact_alliances.engines.engine import EngineFailure
from impact_alliances.engines.tantivy.copy import PrivateCopy, sound
from impact_alliances.engines.tantivy.generations import Generation, Generations, Stat
from impact_alliances.engines.tantivy.index import ABSENT, DAMAGED, Absent, Damaged, asking, opened
from impact_alliances.geo.globe import Communes
from impact_alliances.geo.nearness import Whereabouts
from impact_alliances.resources.key import Key, key_in

# An index found damaged is looked at again after this many seconds: reading it whole costs.
RETRY_S = 1.0
# A generation may be swept while it is being copied; the next one is there by then.
_TRIES = 5
_log = logging.getLogger(__name__)


# A document as tantivy numbers it: its segment, and its place there.
Place = tuple[int, int]


class Stored(NamedTuple):
    """What ranking reads of a document whatever is asked; `demandes` are as `in_line` writes their
    stems.
    """

    key: Key
    date_order: int
    fragilites: tuple[str, ...]
    where: Whereabouts
    demandes: str
    demandes_length: int


@dataclass(frozen=True)
class View:
    """One state of the index. `searcher` never changes; the documents read once are `known`."""

    generation: str
    searcher: Any = field(repr=False)
    known: dict[Place, Stored] = field(default_factory=dict, repr=False)

    def stored(self, addresses: Mapping[Place, tantivy.DocAddress]) -> dict[Place, Stored]:
        """What ranking reads of these documents."""
        unread = {place: one for place, one in addresses.items() if place not in self.known}
        if unread:
            with asking():
                self.known.update(_read(self.searcher, unread))
        return {place: self.known[place] for place in addresses}

    @cached_property
    def words(self) -> dict[str, int]:
        """Every folded word of the corpus with its number of documents."""
        with asking():
            return dict(self.searcher.terms_with_prefix("words", ""))

    @cached_property
    def communes(self) -> Communes:
        """Where documents are."""
        with asking():
            return Communes.of(code for code, _ in self.searcher.terms_with_prefix(COMMUNE, ""))

    @cached_property
    def _demandes(self) -> tuple[int, float]:
        """How many documents have demandes, and the mean number of stems of these."""
        figures = {name: {name: {"field": "demandes_length"}} for name in ("value_count", "avg")}
        with asking():
            answer = self.searcher.aggregate(Query.all_query(), figures)
        return int(answer["value_count"]["value"]), float(answer["avg"]["value"] or 0.0)

    def demandes(self, stems: Sequence[str]) -> ScoredField:
        """What scoring demandes for these stems needs of the corpus."""
        documents, mean_length = self._demandes
        with asking():
            counts = {stem: self.searcher.doc_freq("demandes", stem) for stem in stems}
        # Documents just replaced are counted by the index for a while longer.
        frequencies = {stem: min(count, documents) for stem, count in counts.items()}
        return ScoredField(documents, mean_length, frequencies)


def _read(
    searcher: Any, addresses: Mapping[Place, tantivy.DocAddress]
) -> Iterator[tuple[Place, Stored]]:
    days = searcher.fast_field_values("date_order", list(addresses.values()))
    for (place, address), day in zip(addresses.items(), days, strict=True):
        document = searcher.doc(address)
        key, fragilites = key_in(document.get_first("key")), tuple(document.get_all("fragilite"))
        commune, departements, regions = (document.get_all(name) for name in PLACE_FIELDS)
        where = Whereabouts("".join(commune), tuple(departements), tuple(regions))
        stems = str(document.get_first("demandes") or "").split()
        found = Stored(key, int(day or 0), fragilites, where, in_line(stems), len(stems))
        yield place, found


class Views:
    """Opens the generation in use, and keeps the last one that could be opened."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._generations = Generations(folder)
        self._clock = clock
        self._lock = threading.Lock()
        self._copy = PrivateCopy()
        self._seen: Stat | None = None
        self._view: View | None = None
        self._failure: EngineFailure | None = None
        self._retry_at = 0.0

    def current(self) -> View:
        """The generation in use. Raises `EngineFailure` when it is absent or damaged."""
        if self._view and not self._failure and self._generations.stamp() == self._seen:
            return self._view
        with self._lock:
            stamp = self._generations.stamp()
            if self._view and not self._failure and stamp == self._seen:
                return self._view
            if self._failure and stamp == self._seen and self._clock() < self._retry_at:
                raise self._failure
            return self._renewed(stamp)

    def held(self) -> View:
        """The last state that was sound, while the generation in use is not. Raises `EngineFailure`
        when there was none.
        """
        if self._view is None or self._failure is None:
            raise self._failure or Absent(ABSENT)
        return self._view

    def _renewed(self, stamp: Stat | None) -> View:
        self._seen = stamp
        try:
            self._view, self._failure = self._opened(), None
        except EngineFailure as failure:
            self._failure, self._retry_at = failure, self._clock() + RETRY_S
            raise
        return self._view

    def _opened(self) -> View:
        for _ in range(_TRIES):
            generation = self._generations.current()
            if generation is None:
                raise Damaged(DAMAGED) if self._generations.stamp() else Absent(ABSENT)
            try:
                return self._view_of(generation)
            except EngineFailure:
                if generation == self._generations.current():
                    raise
        raise Damaged(DAMAGED)

    def _view_of(self, generation: Generation) -> View:
        if self._view and self._view.generation == generation.name:
            return self._view
        folder = self._checked(generation)
        with asking(folder):
            return View(generation.name, opened(folder).searcher())

    def _checked(self, generation: Generation) -> Path:
        source = self._generations.path(generation)
        try:
            return self._copy.take(source, generation.files)
        except OSError as fault:
            _log.warning(
                "Pas de copie de l’index : %s. Il est lu à sa place, et son dossier ne doit "
                "pas être touché.",
                fault,
            )
            for name, seal in generation.files.items():
                sound(source / name, seal)
            return source
