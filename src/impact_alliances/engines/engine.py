"""The seam: what any search engine must answer, and in what words it is asked.

An engine finds documents and counts them. What a query means and in which order its hits come is
decided above, once for all engines (`search/interpreting.py`, `search/ranking.py`), so that both
give the same sets, the same counts and the same order.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from impact_alliances.engines.documents import SearchDocument
from impact_alliances.geo.globe import Communes
from impact_alliances.geo.nearness import Whereabouts
from impact_alliances.geo.origin import Origin
from impact_alliances.resources.key import Key
from impact_alliances.text.expressions import Expression
from impact_alliances.text.understanding import Concept

Vector = npt.NDArray[np.float32]
# Newest first, by title, or by the distance to an origin: nearest first, those at one distance by
# date, and last, by date too, those whose distance is not known.
Order = Literal["date", "title"] | Origin
# A word of the title counts this much against one of the text, in every engine (flat between 1 and
# 3 when measured).
TITLE_BOOST = 1.5
# To hold a word in the very form asked for counts this much of its weight, in every engine
# (docs/decisions/0002).
FORM_BOOST = 0.3
# A word of a title still being typed stands for so many words that begin with it, at the most.
ENDINGS = 50
# Past the eighth heaviest concept the bar's query grows without changing the set much.
MOST_CONCEPTS = 8
# Above this many documents most sets are too large to be read whole in the time of a search.
LARGE_BASE = 20_000
# How many documents of a set are read whole; of a larger one, only the most promising.
READ_WHOLE, READ_WHOLE_IN_A_LARGE_BASE = 1_500, 600


def read_whole(documents: int) -> int:
    """How large a set may be to be read whole, in a base of so many documents."""
    return READ_WHOLE if documents <= LARGE_BASE else READ_WHOLE_IN_A_LARGE_BASE


class EngineFailure(Exception):
    """The engine cannot answer: index missing, damaged or out of reach. The message, in French,
    says what to do.
    """


class Choked(EngineFailure):
    """A rebuild failed on what may be one of its documents: the next one tries each before it takes
    it.
    """


@dataclass(frozen=True)
class Weighted:
    """A concept with its weight: its inverse document frequency in the corpus."""

    concept: Concept
    weight: float


@dataclass(frozen=True)
class Bar:
    """« Enough of these concepts »: the weights of those a document holds must reach `need`."""

    concepts: tuple[Weighted, ...]
    need: float


@dataclass(frozen=True)
class Wanted:
    """A set of documents: (over the bar, or among `near`), holding every phrase; and those that the
    whole text names (`named`). None of the exclusions, in the filters.

    With neither `bar` nor `near` the set is every document, unless `nothing` says that the text
    asks for what no one holds, those it names apart. Values of one filter are alternatives; filters
    add up. So it is of `kept`, which no facet sets aside when it is counted.
    Of `within` any value of any field will do: it is where the text says.
    """

    bar: Bar | None = None
    near: tuple[Key, ...] = ()
    named: tuple[Key, ...] = ()
    phrases: tuple[Expression, ...] = ()
    excluded: tuple[Expression, ...] = ()
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    kept: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    within: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    nothing: bool = False

    @property
    def only_named(self) -> "Wanted":
        """Of the same set, the documents that the whole text names."""
        return replace(self, bar=None, near=(), phrases=(), nothing=True)

    def without(self, facet: str) -> "Wanted":
        """The same set, freed of the filter on `facet`."""
        return replace(
            self, filters={name: values for name, values in self.filters.items() if name != facet}
        )


@dataclass(frozen=True)
class Window:
    """A part of a set in a fixed order."""

    order: Order
    offset: int
    limit: int


class Candidate(NamedTuple):
    """What ranking needs of one document: its BM25 score over title and text, and for the words
    that it holds in the form asked for (`lexical`), the summed weights of the concepts it holds
    (`covered`), its day, its fragilités and where it is; and `demanded`, its BM25 score over its
    demandes × the share they hold of what is asked, 0 where it has none.
    """

    key: Key
    lexical: float
    covered: float
    date_order: int
    fragilites: Sequence[str] = ()
    where: Whereabouts = Whereabouts()
    demanded: float = 0.0


class Promising(NamedTuple):
    """The documents worth ranking of a set of `total`."""

    total: int
    candidates: list[Candidate]


@dataclass(frozen=True)
class Counts:
    """How many documents match. `facets` holds, for each facet asked for, how many have each of its
    values, the filter on that very facet set aside.
    """

    total: int
    facets: dict[str, dict[str, int]]


@dataclass(frozen=True)
class Matches(Counts, ABC):
    """The documents that match, counted, and ready to be ranked.

    `keys` are those of the window asked for, none without one. What the engine learnt on the way (a
    state of the index, documents already read) stays here for the second question, `candidates`.
    """

    keys: tuple[Key, ...]

    @abstractmethod
    def candidates(
        self, concepts: Sequence[Weighted], limit: int, asked: Sequence[Concept] = ()
    ) -> list[Candidate]:
        """The matches worth ranking for these concepts: the `limit` best by BM25, the `limit` best
        by weight of concepts held, and the `limit` best by what their demandes hold of the concepts
        `asked`, be these known to the texts or not; so at most three times `limit`, in no order.
        What is said of each does not depend on the other matches. Raises `EngineFailure`.
        """


class Neighbours(Protocol):
    """The corpus compared with one vector. The likeness of a document is the cosine of its passage
    nearest to that vector, from -1 to 1; `mean` and `deviation` are those of the likeness over the
    documents compared.

    Where the corpus is too large to be held in memory, only a sample of it was compared: `is_whole`
    is false, `mean` and `deviation` are estimates, and the best are those of the sample.
    """

    is_whole: bool
    mean: float
    deviation: float

    def best(self, limit: int) -> list[tuple[Key, float]]:
        """The nearest documents, nearest first."""
        ...

    def best_of_each_kind(self, limit: int) -> list[Key]:
        """The nearest documents of each kind, so many of each."""
        ...

    def of(self, keys: Sequence[Key]) -> dict[Key, float]:
        """The likeness of these documents; those without vectors are absent."""
        ...


class SearchEngine(Protocol):
    """What finding asks. Every method raises `EngineFailure` and nothing else of the vendor's."""

    def frequencies(self, stems: Iterable[str]) -> tuple[int, dict[str, int]]:
        """The number of documents, and of those that hold each stem."""
        ...

    def words(self) -> dict[str, int]:
        """Every folded word of the corpus with its number of documents; the same object until the
        corpus changes.
        """
        ...

    def starting(self, prefix: str, limit: int) -> list[str]:
        """The commonest words that begin with `prefix`."""
        ...

    def neighbours(self, vector: Vector, standing: Neighbours, model: str) -> Neighbours:
        """The neighbours of `vector`, given those that were found in memory (`standing`).

        These are handed back where they were found over the whole corpus. Where they come of a
        sample, an engine whose index carries the vectors of `model` completes them: their `best`
        are then the nearest documents of its index.
        """
        ...

    def counts(self, wanted: Wanted, facets: Sequence[str]) -> Counts:
        """How many documents match, and how many for each value of these facets. No document is
        read.
        """
        ...

    def matches(
        self, wanted: Wanted, facets: Sequence[str], window: Window | None = None
    ) -> Matches:
        """The same counts, the keys of a window of the matches, and what their `candidates` need:
        asking for these then repeats nothing.
        """
        ...

    def candidates(
        self,
        wanted: Wanted,
        concepts: Sequence[Weighted],
        limit: int,
        asked: Sequence[Concept] = (),
    ) -> Promising:
        """The candidates of a set, as `Matches` gives them, and its size; no facet is counted."""
        ...

    def page(
        self, wanted: Wanted, order: Order, offset: int, limit: int, apart_from: Sequence[Key] = ()
    ) -> list[Key]:
        """Keys of the set in a fixed order, without those of `apart_from`."""
        ...

    def communes(self) -> Communes:
        """Those where documents are; the same object until the corpus changes."""
        ...

    def titles(self, words: Sequence[str], limit: int) -> list[Key]:
        """Keys of documents whose title holds these words, the last one perhaps unfinished."""
        ...

    def demandes(self, words: Sequence[str], limit: int) -> list[Key]:
        """Keys of documents whose demandes, taken together, hold these words, the last one perhaps
        unfinished.
        """
        ...


class IndexWriter(Protocol):
    """What the indexer asks of an engine. `wants_vectors`: whether its documents carry their
    vectors, and so are put again with them.
    """

    wants_vectors: bool

    @property
    def name(self) -> str:
        """The name, of 64 letters at the most, under which this index follows the base: no other
        index has it.
        """
        ...

    def is_ready(self) -> bool:
        """Whether there is a sound index in use; else it must be rebuilt."""
        ...

    def apply(self, documents: Sequence[SearchDocument], removed: Sequence[Key]) -> None:
        """Put and remove documents, durably and visibly, all or none."""
        ...

    def rebuild(self, documents: Iterable[Sequence[SearchDocument]]) -> None:
        """Build a new index beside the one in use from these batches, then switch."""
        ...

    def fingerprints(self) -> dict[Key, str]:
        """Key and fingerprint of every document indexed."""
        ...

    def refused(self) -> dict[Key, str]:
        """The documents that the engine could not take, by key, with the reason: known and passed
        over.
        """
        ...
