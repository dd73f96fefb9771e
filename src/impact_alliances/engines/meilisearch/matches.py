"""What matches on a server, counted, and the documents of it that are read to be scored."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from impact_alliances.engines.demanding import stems_of
from impact_alliances.engines.engine import (
    LARGE_BASE,
    READ_WHOLE,
    READ_WHOLE_IN_A_LARGE_BASE,
    Bar,
    Candidate,
    Matches,
    Wanted,
    Weighted,
)
from impact_alliances.engines.meilisearch.corpus import Corpus
from impact_alliances.engines.meilisearch.filters import Holders, among, filter_of
from impact_alliances.engines.meilisearch.questions import Hits, Question, to_score
from impact_alliances.engines.meilisearch.scoring import Scoring, favoured
from impact_alliances.engines.meilisearch.server import Server
from impact_alliances.text.understanding import Concept

# Shares of the asked weight by which a larger set is read, best first.
LEVELS = (0.95, 0.7)


@dataclass(frozen=True)
class Allowance:
    """How many documents of a set may be read to be scored, 30 µs each there and as much here:
    `at_once` by the very question that counts the set, `most` of a set that is read whole; of a
    larger one, the most `promising`, so many for each way to be promising.
    """

    at_once: int
    most: int
    promising: int


# In a large base the size of a set is asked before anything is read for nothing.
ALLOWED = Allowance(600, READ_WHOLE, 300)
ALLOWED_IN_A_LARGE_BASE = Allowance(0, READ_WHOLE_IN_A_LARGE_BASE, 150)


def allowance(documents: int) -> Allowance:
    """What may be read in a base of so many documents."""
    return ALLOWED if documents <= LARGE_BASE else ALLOWED_IN_A_LARGE_BASE


@dataclass(frozen=True)
class ServerMatches(Matches):
    """The matches on a server. `read` are the first documents, which came with the counts: the
    candidates of a small set cost no second round trip.
    """

    server: Server = field(compare=False, repr=False)
    corpus: Corpus = field(compare=False, repr=False)
    wanted: Wanted = field(compare=False, repr=False)
    holders: Holders = field(compare=False, repr=False)
    read: Hits = field(compare=False, repr=False)

    def candidates(
        self, concepts: Sequence[Weighted], limit: int, asked: Sequence[Concept] = ()
    ) -> list[Candidate]:
        scoring = Scoring.of(self.corpus, concepts, asked)
        hits = self._hits(concepts, asked)
        return favoured([scoring.candidate(hit) for hit in hits], max(limit, 1))

    def _hits(self, concepts: Sequence[Weighted], asked: Sequence[Concept]) -> Hits:
        """Every document of the set, or the most promising of one too large to be read whole."""
        if self.total <= len(self.read):
            return self.read
        questions = self._unread(concepts, asked)
        answers = self.server.search(questions) if questions else []
        several = (self.read, *(answer["hits"] for answer in answers))
        return list({hit["id"]: hit for hits in several for hit in hits}.values())

    def _unread(self, concepts: Sequence[Weighted], asked: Sequence[Concept]) -> list[Question]:
        allowed = allowance(self.corpus.documents)
        if self.total > allowed.most:
            return [
                *promising(self.wanted, concepts, self.holders, allowed.promising),
                *demanded(self.wanted, asked, self.holders, allowed.promising),
            ]
        return [to_score(filter_of(self.wanted, self.holders), len(self.read), allowed.most)]


def promising(
    wanted: Wanted, concepts: Sequence[Weighted], holders: Holders, limit: int
) -> list[Question]:
    """The parts of a large set that matter: those that hold most of the weight, those that say it
    in their title, those near in meaning whatever their words. At most `limit` of each.
    """
    clauses = []
    if concepts:
        whole = sum(weighted.weight for weighted in concepts)
        levels = LEVELS if len(concepts) > 1 else LEVELS[:1]
        bars = [Bar(tuple(concepts), share * whole) for share in levels]
        clauses = [filter_of(replace(wanted, bar=bar, near=()), holders) for bar in bars]
        stems = stems_of([weighted.concept for weighted in concepts])
        clauses.append([*filter_of(wanted, holders), among("title", stems)])
    if wanted.near:
        clauses.append(filter_of(replace(wanted, bar=None), holders))
    return [to_score(part, 0, limit) for part in clauses]


def demanded(
    wanted: Wanted, asked: Sequence[Concept], holders: Holders, limit: int
) -> list[Question]:
    """The part of a large set whose demandes hold a word of what is asked, `limit` at most."""
    stems = stems_of(asked)
    held = [*filter_of(wanted, holders), among("demandes", stems)]
    return [to_score(held, 0, limit)] if stems else []
