"""The second engine: a Meilisearch server. It gives the same sets, counts, order and candidates as
the embedded one.

- A set is a filter (`meilisearch_filters`), so totals and counts are exact.
- A phrase of several stems is found by reading the documents that hold them all, in order, and then
  by their ids: an index of pairs of stems would double the server's index for a rare need.
- Scores are ours (`bm25`), over the stems of the members of the set, brought by the same round trip
  as its counts.
- The nearest documents of a base too large for our memory are the server's; their likeness, and the
  corpus's mean and deviation, come from the vectors of the database, hence the same figures as the
  embedded engine.
"""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from impact_alliances.engines.bm25 import in_line
from impact_alliances.engines.engine import (
    TITLE_BOOST,
    Bar,
    Candidate,
    Counts,
    Neighbours,
    Order,
    Vector,
    Wanted,
    Weighted,
    Window,
)
from impact_alliances.engines.meilisearch.corpus import Corpus, CorpusReader
from impact_alliances.engines.meilisearch.documents import numbers
from impact_alliances.engines.meilisearch.filters import (
    Holders,
    all_but,
    among,
    equals,
    filter_of,
    holding_all,
    key_of_id,
)
from impact_alliances.engines.meilisearch.server import Server
from impact_alliances.engines.meilisearch.settings import SCORED, embedder_name
from impact_alliances.text.synonyms import Expression

# Above this many documents most sets are too large to be read whole in the time of a search.
LARGE_BASE = 20_000
# Shares of the asked weight by which a larger set is read, best first.
LEVELS = (0.95, 0.7)
# The server's nearest documents are approximate: asked for few, it may miss one of the very best.
LEAST_NEAREST = 200
# Last words of a title still being typed: its commonest endings.
ENDINGS = 50
MOST_PHRASES = 500
_ALL = 1_000_000
Hits = list[dict[str, Any]]


@dataclass(frozen=True)
class Reading:
    """How many members of a set are read to be scored, 30 µs each there and as much here: `at_once`
    by the question that counts them, `most` of a set read whole; of a larger one, the most
    `promising`, so many of each kind.
    """

    at_once: int
    most: int
    promising: int


# In a large base the size of a set is asked before anything is read for nothing.
READING, READING_IN_A_LARGE_BASE = Reading(600, 1_500, 300), Reading(0, 600, 150)


@dataclass(frozen=True)
class _Members:
    """The size of a set, and the first of its members."""

    wanted: Wanted
    size: int
    hits: Hits


class _Memory(threading.local):
    """The members read with the counts of a set, for the `candidates` that this thread asks
    next.
    """

    read: _Members | None = None


class MeilisearchEngine:
    """Finds and counts on a server."""

    def __init__(self, server: Server, embedder: str) -> None:
        self._server = server
        self._embedder = embedder
        self._corpus = CorpusReader(server)
        self._memory = _Memory()

    def refresh(self) -> None:
        """See at once what this process has just written; what others write is seen within about a
        second.
        """
        self._corpus.refresh()

    # -- the words of the corpus -----------------------------------------------------------------

    def frequencies(self, stems: Iterable[str]) -> tuple[int, dict[str, int]]:
        corpus = self._corpus.now()
        return corpus.documents, {stem: corpus.stems.get(stem, 0) for stem in stems}

    def words(self) -> dict[str, int]:
        return self._corpus.now().words

    def starting(self, prefix: str, limit: int) -> list[str]:
        return self._corpus.now().starting(prefix, limit)

    def neighbours(self, vector: Vector, standing: Neighbours, model: str) -> Neighbours:
        # While another model takes over, the index already carries the vectors of the new one.
        is_carried = embedder_name(model) == self._embedder
        return (
            _Nearest(self._server, self._embedder, vector, standing)
            if is_carried and not standing.is_whole
            else standing
        )

    # -- sets ------------------------------------------------------------------------------------

    def counts(self, wanted: Wanted, facets: Sequence[str], window: Window | None = None) -> Counts:
        holders = self._holders(wanted)
        free = [facet for facet in facets if facet not in wanted.filters]
        # Scores are for texts alone.
        at_once = self._reading.at_once if wanted.bar or wanted.near else 0
        queries = [{**_members(wanted, holders, 0, at_once), "facets": free}]
        used = [facet for facet in facets if facet in wanted.filters]
        queries += [
            {**_set(wanted.without(facet), holders), "limit": 0, "facets": [facet]}
            for facet in used
        ]
        queries += [_page_of(filter_of(wanted, holders), window)] if window else []
        whole, *others = self._server.search(queries)
        self._memory.read = _Members(wanted, _size(whole), whole["hits"])
        counted = {facet: _values(whole, facet) for facet in free}
        counted |= {
            facet: _values(other, facet) for facet, other in zip(used, others, strict=False)
        }
        return Counts(
            _size(whole),
            {facet: counted[facet] for facet in facets},
            tuple(_keys(others[-1]) if window else ()),
        )

    def candidates(
        self, wanted: Wanted, concepts: Sequence[Weighted], limit: int
    ) -> list[Candidate]:
        hits = self._read(wanted, concepts)
        scoring = _Scoring.of(self._corpus.now(), concepts)
        return _favoured([scoring.candidate(hit) for hit in hits], max(limit, 1))

    def page(
        self, wanted: Wanted, order: Order, offset: int, limit: int, apart_from: Sequence[str] = ()
    ) -> list[str]:
        if limit <= 0:
            return []
        clauses = filter_of(wanted, self._holders(wanted))
        if apart_from:
            clauses.append(all_but(apart_from))
        return self._found(_page_of(clauses, Window(order, offset, limit)))

    def titles(self, words: Sequence[str], limit: int) -> list[str]:
        if not words:
            return []
        *whole, last = words
        ends = self._corpus.now().starting(last, ENDINGS, "title_words") or [last]
        clauses = [*(equals("title_words", word) for word in whole), among("title_words", ends)]
        return self._found(_page_of(clauses, Window("date", 0, limit)))

    def _found(self, query: dict[str, Any]) -> list[str]:
        (answer,) = self._server.search([query])
        return _keys(answer)

    # -- members to score ------------------------------------------------------------------------

    def _read(self, wanted: Wanted, concepts: Sequence[Weighted]) -> Hits:
        """The members of a set, or the most promising of one that is too large to be read."""
        holders = self._holders(wanted)
        read, self._memory.read = self._memory.read, None
        if read is None or read.wanted != wanted:
            read = self._first(wanted, holders)
        if read.size <= len(read.hits):
            return read.hits
        whole = [_members(wanted, holders, len(read.hits), self._reading.most)]
        rest = (
            whole
            if read.size <= self._reading.most
            else _promising(wanted, concepts, holders, self._reading.promising)
        )
        answers = self._server.search(rest) if rest else []
        return list(
            {
                hit["id"]: hit
                for hits in (read.hits, *(answer["hits"] for answer in answers))
                for hit in hits
            }.values()
        )

    def _first(self, wanted: Wanted, holders: Holders) -> _Members:
        (answer,) = self._server.search([_members(wanted, holders, 0, self._reading.at_once)])
        return _Members(wanted, _size(answer), answer["hits"])

    @property
    def _reading(self) -> Reading:
        return READING if self._corpus.now().documents <= LARGE_BASE else READING_IN_A_LARGE_BASE

    # -- phrases ---------------------------------------------------------------------------------

    def _holders(self, wanted: Wanted) -> Holders:
        """The documents that hold each phrase of several stems."""
        asked = [phrase for phrase in (*wanted.phrases, *wanted.excluded) if len(phrase) > 1]
        if not asked:
            return {}
        known = self._corpus.now().phrases
        if len(known) > MOST_PHRASES:
            known.clear()
        found = {phrase: known[phrase] for phrase in asked if phrase in known}
        lacking = [phrase for phrase in dict.fromkeys(asked) if phrase not in found]
        found |= self._read_phrases(lacking) if lacking else {}
        known.update(found)
        return found

    def _read_phrases(self, phrases: Sequence[Expression]) -> dict[Expression, tuple[str, ...]]:
        retrieved = {"attributesToRetrieve": ["id", "title_line", "text_line"], "limit": _ALL}
        answers = self._server.search(
            [{"filter": [holding_all(phrase)], **retrieved} for phrase in phrases]
        )
        pairs = zip(phrases, answers, strict=True)
        return {
            phrase: tuple(hit["id"] for hit in answer["hits"] if _says(hit, phrase))
            for phrase, answer in pairs
        }


def _says(hit: dict[str, Any], phrase: Expression) -> bool:
    """Whether a document holds the phrase, in its title or in its text."""
    return in_line(phrase) in hit["title_line"] or in_line(phrase) in hit["text_line"]


# -- questions and answers -----------------------------------------------------------------------


def _set(wanted: Wanted, holders: Holders) -> dict[str, Any]:
    return {"filter": filter_of(wanted, holders)}


def _page_of(clauses: Sequence[str], window: Window) -> dict[str, Any]:
    sort = "title_order:asc" if window.order == "title" else "date_order:desc"
    asked = {
        "filter": list(clauses),
        "sort": [sort],
        "offset": window.offset,
        "limit": window.limit,
    }
    return {**asked, "attributesToRetrieve": ["id"]}


def _keys(answer: dict[str, Any]) -> list[str]:
    return [key_of_id(hit["id"]) for hit in answer["hits"]]


def _size(answer: dict[str, Any]) -> int:
    return int(answer["estimatedTotalHits"])


def _values(answer: dict[str, Any], facet: str) -> dict[str, int]:
    return {
        value: int(count)
        for value, count in answer.get("facetDistribution", {}).get(facet, {}).items()
        if count
    }


def _members(wanted: Wanted, holders: Holders, offset: int, limit: int) -> dict[str, Any]:
    return {
        **_set(wanted, holders),
        "offset": offset,
        "limit": limit,
        "attributesToRetrieve": list(SCORED),
    }


def _promising(
    wanted: Wanted, concepts: Sequence[Weighted], holders: Holders, limit: int
) -> list[dict[str, Any]]:
    """The parts of a large set that matter: those that hold most of the weight, those that say it
    in their title, those near.
    """
    parts = []
    if concepts:
        whole = sum(weighted.weight for weighted in concepts)
        bars = [
            Bar(tuple(concepts), share * whole)
            for share in (LEVELS if len(concepts) > 1 else LEVELS[:1])
        ]
        parts = [_members(replace(wanted, bar=bar, near=()), holders, 0, limit) for bar in bars]
        stems = sorted(frozenset().union(*(weighted.concept.stems for weighted in concepts)))
        in_title = _members(wanted, holders, 0, limit)
        parts.append({**in_title, "filter": [*in_title["filter"], among("title", stems)]})
    # Those near in meaning count too, whatever their words.
    return (
        [*parts, _members(replace(wanted, bar=None), holders, 0, limit)] if wanted.near else parts
    )


def _favoured(candidates: list[Candidate], limit: int) -> list[Candidate]:
    """The best by words and the best by coverage, as the embedded engine joins them: beyond the end
    of a list, its lowest score.
    """
    if len(candidates) <= limit:
        return candidates
    by_words = sorted(candidates, key=lambda one: -one.lexical)[:limit]
    by_cover = sorted(candidates, key=lambda one: -one.covered)[:limit]
    lowest, least = by_words[-1].lexical, by_cover[-1].covered
    kept = {one.key: one for one in (*by_words, *by_cover)}
    return [
        one._replace(lexical=max(one.lexical, lowest), covered=max(one.covered, least))
        for one in kept.values()
    ]


@dataclass(frozen=True)
class _Scoring:
    """BM25 over title and text, and coverage, for some concepts. Stems are as `in_line` writes
    them.
    """

    corpus: Corpus
    in_title: list[tuple[str, float]]
    in_text: list[tuple[str, float]]
    concepts: list[tuple[float, list[list[str]]]]

    @classmethod
    def of(cls, corpus: Corpus, concepts: Sequence[Weighted]) -> "_Scoring":
        stems = sorted(frozenset().union(*(weighted.concept.stems for weighted in concepts)))
        return cls(
            corpus=corpus,
            in_title=[
                (in_line((stem,)), TITLE_BOOST * corpus.title.weight(stem)) for stem in stems
            ],
            in_text=[(in_line((stem,)), corpus.text.weight(stem)) for stem in stems],
            concepts=[
                (
                    weighted.weight,
                    [
                        [in_line((stem,)) for stem in expression]
                        for expression in weighted.concept.alternatives
                    ],
                )
                for weighted in concepts
            ],
        )

    def candidate(self, hit: dict[str, Any]) -> Candidate:
        title, text = hit["title_line"], hit["text_line"]
        in_title = self.corpus.title.score(title, hit["title_length"], self.in_title)
        return Candidate(
            key=key_of_id(hit["id"]),
            lexical=in_title + self.corpus.text.score(text, hit["text_length"], self.in_text),
            covered=self._covered(title + text),
            date_order=int(hit["date_order"]),
            fragilites=tuple(hit.get("fragilite", ())),
        )

    def _covered(self, line: str) -> float:
        held = (
            any(all(stem in line for stem in expression) for expression in alternatives)
            for _, alternatives in self.concepts
        )
        return sum(
            weight for (weight, _), is_held in zip(self.concepts, held, strict=True) if is_held
        )


class _Nearest:
    """The corpus seen from one vector: nearest documents from the server, figures from the vectors
    of the database.
    """

    is_whole = True

    def __init__(self, server: Server, embedder: str, vector: Vector, standing: Neighbours) -> None:
        self._server = server
        self._embedder = embedder
        self._vector = vector
        self._standing = standing
        self.mean, self.deviation = standing.mean, standing.deviation
        self.of = standing.of

    def best(self, limit: int) -> list[tuple[str, float]]:
        query = {
            "vector": numbers(self._vector),
            "hybrid": {"embedder": self._embedder, "semanticRatio": 1},
            "limit": max(limit, LEAST_NEAREST),
            "attributesToRetrieve": ["id"],
            "showRankingScore": True,
        }
        (answer,) = self._server.search([query])
        # A document without vectors comes last, with a score of 0.
        found = {
            key_of_id(hit["id"]): 2 * hit["_rankingScore"] - 1
            for hit in answer["hits"]
            if hit["_rankingScore"] > 0
        }
        exact = found | self.of(list(found))
        return sorted(exact.items(), key=lambda pair: (-pair[1], pair[0]))[:limit]
