"""The second engine: a Meilisearch server. It gives the same sets, counts, order and candidates as
the embedded one.

- A set is a filter (`filters`), so totals and counts are exact.
- A phrase of several stems is found by reading the documents that hold them all, in order, and then
  by their ids: an index of pairs of stems would double the server's index for a rare need.
- Scores are ours (`scoring`), over the stems of the documents of the set, which the question that
  counts it brings along (`matches`).
- The nearest documents of a base too large for our memory are the server's (`nearest`); their
  likeness, and the corpus's mean and deviation, come from the vectors of the database, hence the
  same figures as the embedded engine.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from impact_alliances.engines.bm25 import in_line
from impact_alliances.engines.documents import COMMUNE
from impact_alliances.engines.engine import (
    ENDINGS,
    Counts,
    Matches,
    Neighbours,
    Order,
    Promising,
    Vector,
    Wanted,
    Weighted,
    Window,
)
from impact_alliances.engines.meilisearch.corpus import CorpusReader
from impact_alliances.engines.meilisearch.filters import (
    Holders,
    all_but,
    among,
    equals,
    filter_of,
    holding_all,
)
from impact_alliances.engines.meilisearch.matches import ServerMatches, allowance
from impact_alliances.engines.meilisearch.nearby import Part
from impact_alliances.engines.meilisearch.nearest import NearestOnServer
from impact_alliances.engines.meilisearch.questions import (
    Answer,
    Question,
    counted_by,
    keys_in,
    page_of,
    to_score,
    total_in,
    values_in,
)
from impact_alliances.engines.meilisearch.server import Server
from impact_alliances.engines.meilisearch.settings import NO_CAP, embedder_name
from impact_alliances.geo.globe import Communes
from impact_alliances.geo.origin import Origin
from impact_alliances.resources.key import Key
from impact_alliances.text.expressions import Expression
from impact_alliances.text.understanding import Concept

# Phrases whose holders are kept: more, and they are forgotten together.
MOST_PHRASES = 500
# Sets of which it is kept how many documents each commune has.
MOST_SETS = 100


class MeilisearchEngine:
    """Finds and counts on a server."""

    def __init__(self, server: Server, embedder: str) -> None:
        self._server = server
        self._embedder = embedder
        self._corpus = CorpusReader(server)
        self._communes_of: dict[tuple[str, ...], dict[str, int]] = {}

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
            NearestOnServer(self._server, self._embedder, vector, standing)
            if is_carried and not standing.is_whole
            else standing
        )

    # -- sets ------------------------------------------------------------------------------------

    def counts(self, wanted: Wanted, facets: Sequence[str]) -> Counts:
        return self._asked(wanted, facets, 0, [])[0]

    def matches(
        self, wanted: Wanted, facets: Sequence[str], window: Window | None = None
    ) -> Matches:
        # Scores are for texts alone.
        is_scored = bool(wanted.bar or wanted.near)
        at_once = allowance(self._corpus.now().documents).at_once if is_scored else 0
        if not window:
            return self._asked(wanted, facets, at_once, [])[0]
        if isinstance(window.order, Origin):
            return self._nearest(wanted, facets, at_once, window, window.order)
        page = page_of(filter_of(wanted, self._holders(wanted)), window)
        matches, (answer,) = self._asked(wanted, facets, at_once, [page])
        return replace(matches, keys=tuple(keys_in(answer)))

    def _asked(
        self, wanted: Wanted, facets: Sequence[str], at_once: int, more: Sequence[Question]
    ) -> tuple[ServerMatches, list[Answer]]:
        """One round trip: the set with its first documents, then once more for each facet that has
        a filter, then what else is asked, whose answers are given apart.
        """
        corpus, holders = self._corpus.now(), self._holders(wanted)
        clauses = filter_of(wanted, holders)
        free = [facet for facet in facets if facet not in wanted.filters]
        used = [facet for facet in facets if facet in wanted.filters]
        freed = [counted_by(filter_of(wanted.without(facet), holders), facet) for facet in used]
        whole, *others = self._server.search(
            [{**to_score(clauses, 0, at_once), "facets": free}, *freed, *more]
        )
        values = {facet: values_in(whole, facet) for facet in free}
        values |= {facet: values_in(one, facet) for facet, one in zip(used, others, strict=False)}
        matches = ServerMatches(
            total=total_in(whole),
            facets={facet: values[facet] for facet in facets},
            keys=(),
            server=self._server,
            corpus=corpus,
            wanted=wanted,
            holders=holders,
            read=whole["hits"],
        )
        return matches, others[len(used) :]

    def _nearest(
        self, wanted: Wanted, facets: Sequence[str], at_once: int, window: Window, origin: Origin
    ) -> Matches:
        """The same with a window by distance, which needs to know how many documents of the set
        each commune has. Where that is as it was the last time, one round trip tells all.
        """
        clauses = filter_of(wanted, self._holders(wanted))
        former = self._communes_of.get(tuple(clauses))
        part = Part.of(former, origin, window) if former is not None else None
        asked = part.questions(clauses) if part else []
        counted, answers = self._asked(wanted, [*facets, COMMUNE], at_once, asked)
        communes = counted.facets.pop(COMMUNE)
        if not part or communes != former:
            self._remember(clauses, communes)
            part = Part.of(communes, origin, window)
            answers = self._answers(part.questions(clauses))
        return replace(counted, keys=tuple(part.keys(answers)))

    def _remember(self, clauses: Sequence[str], communes: dict[str, int]) -> None:
        if len(self._communes_of) >= MOST_SETS:
            self._communes_of.clear()
        self._communes_of[tuple(clauses)] = communes

    def _answers(self, questions: Sequence[Question]) -> list[Answer]:
        return self._server.search(questions) if questions else []

    def candidates(
        self,
        wanted: Wanted,
        concepts: Sequence[Weighted],
        limit: int,
        asked: Sequence[Concept] = (),
    ) -> Promising:
        matches = self.matches(wanted, ())
        return Promising(matches.total, matches.candidates(concepts, limit, asked))

    def page(
        self, wanted: Wanted, order: Order, offset: int, limit: int, apart_from: Sequence[Key] = ()
    ) -> list[Key]:
        if limit <= 0:
            return []
        clauses = filter_of(wanted, self._holders(wanted))
        if apart_from:
            clauses.append(all_but(apart_from))
        window = Window(order, offset, limit)
        if not isinstance(order, Origin):
            return self._keys(page_of(clauses, window))
        (counted,) = self._server.search([counted_by(clauses, COMMUNE)])
        part = Part.of(values_in(counted, COMMUNE), order, window)
        return part.keys(self._answers(part.questions(clauses)))

    def communes(self) -> Communes:
        return self._corpus.now().communes

    def titles(self, words: Sequence[str], limit: int) -> list[Key]:
        return self._saying("title_words", words, limit)

    def demandes(self, words: Sequence[str], limit: int) -> list[Key]:
        return self._saying("demande_words", words, limit)

    def _saying(self, field: str, words: Sequence[str], limit: int) -> list[Key]:
        """Documents whose `field` holds these words, the last one perhaps unfinished."""
        if not words:
            return []
        *whole, last = words
        ends = self._corpus.now().starting(last, ENDINGS, field) or [last]
        clauses = [*(equals(field, word) for word in whole), among(field, ends)]
        return self._keys(page_of(clauses, Window("date", 0, limit)))

    def _keys(self, question: Question) -> list[Key]:
        (answer,) = self._server.search([question])
        return keys_in(answer)

    # -- phrases ---------------------------------------------------------------------------------

    def _holders(self, wanted: Wanted) -> Holders:
        """The documents that hold each phrase of several stems."""
        asked = [phrase for phrase in (*wanted.phrases, *wanted.excluded) if len(phrase) > 1]
        if not asked:
            return {}
        known = self._corpus.now().phrases
        if len(known) > MOST_PHRASES:
            known.clear()
        holders = {phrase: known[phrase] for phrase in asked if phrase in known}
        lacking = [phrase for phrase in dict.fromkeys(asked) if phrase not in holders]
        holders |= self._read_phrases(lacking) if lacking else {}
        known.update(holders)
        return holders

    def _read_phrases(self, phrases: Sequence[Expression]) -> dict[Expression, tuple[str, ...]]:
        retrieved = {"attributesToRetrieve": ["id", "title_line", "text_line"], "limit": NO_CAP}
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
