"""From a query to the set of documents that it asks for: what its words say, what its meaning says,
and how much of either is enough. The same for every engine.

Every constant here was chosen on half of the question file (`bench/questions.jsonl`) and checked on
the other; the figures are in docs/decisions/0003, and for what the ranking brings in 0015.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

from impact_alliances.engines.bm25 import concept_idf, idf
from impact_alliances.engines.documents import IDENTITIES
from impact_alliances.engines.engine import (
    Bar,
    Neighbours,
    SearchEngine,
    Wanted,
    Weighted,
    read_whole,
)
from impact_alliances.engines.lexicon import EngineLexicon
from impact_alliances.geo.nearness import Nearness, around, wider
from impact_alliances.geo.recognising import NO_PLACE, Reading, read
from impact_alliances.geo.territories import Place
from impact_alliances.meaning.grid import NO_GRID, Grid
from impact_alliances.meaning.meanings import Meanings
from impact_alliances.meaning.outlook import Outlook
from impact_alliances.resources.key import Key
from impact_alliances.search.query import SearchQuery
from impact_alliances.search.ranking import NO_EVIDENCE, Evidence
from impact_alliances.text.analysis import ASKING_WORDS, words
from impact_alliances.text.identities import identities_in
from impact_alliances.text.lemmas import is_french, is_struck
from impact_alliances.text.understanding import Concept, Understanding, understand
from impact_alliances.vocabularies.matching import fold
from impact_alliances.vocabularies.terms import REGION_OF

# A document is a lexical hit when it holds this share of the weight (IDF) of the concepts asked
# for.
LEXICAL_SHARE = 0.4
# A document is a semantic hit when it stands this many deviations above the corpus, and not far
# below the best one.
STANDING_BAR = 2.0
STANDING_OF_BEST = 0.6
# Never more semantic hits than a reader would go through.
MOST_NEAR = 120
# Never more sheets of one name (an author's, a source's) before the others.
MOST_NAMED = 500
# The nearest of each kind, by their meaning: what else than words may bring to the best of their
# kind. With 30, .700 on the half that chose; with 60 or more, .706.
PROMISING = 60
# The best of each kind that are shown whatever the bars, and at most one in ten of a kind.
MOST_BEST = 30
# A text of which no word is known, here nor in French, means nothing when the likeness of the
# document nearest to it, what all share set aside, is below this: nine in ten of the senseless ones
# (`support/texts`) are found so. Below the other where each word of it is keys struck at random.
SENSELESS, STRUCK = 0.28, 0.32
# Letters and numbers that alternate so often are no word, though the base may hold each number:
# « CO2 », « 3h30 » and « b2b » do less.
_CODE = re.compile(r"(?:\d+[^\W\d_]+){2}\d|(?:[^\W\d_]+\d+){2}[^\W\d_]")
# Struck at random, two letters are a French word one time in ten.
SHORTEST_FRENCH = 3
NO_VECTORS = "Les vecteurs de sens ne sont pas encore calculés : résultats par les mots seulement."


@dataclass(frozen=True)
class Meant:
    """What the meaning says of a text: how near every document is to it, as the engine and the
    memory know, and where it stands in the reading grid. `degraded` says, in French, what is
    missing; None when nothing is.
    """

    neighbours: Neighbours | None = None
    outlook: Outlook | None = None
    grid: Grid = NO_GRID
    degraded: str | None = None

    def promising(self) -> list[Key]:
        """The documents that may be the best of their kind whatever their words: the nearest by
        their passages, and by how they are asked for.
        """
        if not self.neighbours or not self.outlook:
            return []
        near = self.neighbours.best_of_each_kind(PROMISING)
        return list(dict.fromkeys([*near, *self.outlook.best_asked_of_each_kind(PROMISING)]))


@dataclass(frozen=True)
class Interpretation:
    """A query made ready for an engine: the documents `wanted`, and what ranks them. `reading` is
    the place found in its text. Of a senseless text nothing is wanted, and `neighbours` are the
    documents that may be shown apart.
    """

    understanding: Understanding
    wanted: Wanted
    evidence: Evidence = NO_EVIDENCE
    neighbours: Wanted | None = None
    degraded: str | None = None
    reading: Reading = NO_PLACE

    def only(self, kind: str) -> "Interpretation":
        """The same, of that kind alone."""
        filters = {**self.wanted.filters, "kind": (kind,)}
        return replace(self, wanted=replace(self.wanted, filters=filters))


class Interpreter:
    """Interprets queries with the words of one engine and, where there is one, a model."""

    def __init__(self, engine: SearchEngine, meanings: Meanings) -> None:
        self._engine = engine
        self._meanings = meanings
        self._lexicon = EngineLexicon(engine)

    def interpret(self, query: SearchQuery) -> Interpretation:
        """What `query` asks for. Raises `EngineFailure`."""
        if not query.q:
            return Interpretation(Understanding(""), self._bound(Wanted(), query))
        named = self._named(query.q)
        # What is the name of something has no fault, and its place is in it.
        query = replace(query, correction=False, lieu=False) if named else query
        reading, understood = self._read(query)
        if reading.place and not (understood.concepts or understood.phrases):
            return self._only_there(query, reading.place, reading, understood)
        meant = self._meant(query, understood)
        total, frequencies = self._engine.frequencies(understood.stems)
        known = weights(understood.concepts, total, frequencies)
        by_words = query.mode != "semantic"
        evidence = Evidence(
            bar_of(known) if by_words else None,
            meant.outlook,
            meant.grid,
            understood.concepts if by_words else (),
            _nearness(query, reading, is_scored=bool(known and by_words) or bool(meant.outlook)),
        )
        evidence, wanted = self._answers(understood, meant, evidence, total)
        wanted, neighbours = self._bound(replace(wanted, named=named), query), None
        is_known = known_share(understood.concepts, known, total) >= LEXICAL_SHARE
        is_answered = is_known or evidence.is_demanded
        is_strange = not is_answered and is_senseless(understood.text, meant)
        if not named and (is_strange or is_code(query.q)):
            wanted, neighbours = self._bound(Wanted(nothing=True), query), wanted
        return Interpretation(understood, wanted, evidence, neighbours, meant.degraded, reading)

    def _bound(self, wanted: Wanted, query: SearchQuery) -> Wanted:
        """A set cut to what is chosen beside the text."""
        kept = query.kept(self._engine.communes()) if query.rayon or query.comme else {}
        return replace(wanted, filters=query.chosen, kept=kept)

    def _read(self, query: SearchQuery) -> tuple[Reading, Understanding]:
        """The place that a text names, and what the rest of it asks for: « quelqu’un » near a place
        is all that is there. A misspelt place is one once it is corrected.
        """

        def understood(text: str, *, correct: bool) -> Understanding:
            return understand(text, self._lexicon, correct=correct, synonyms=query.synonymes)

        if not query.lieu:
            return Reading(query.q), understood(query.q, correct=query.correction)
        within = _departements_of(query)
        reading = read(query.q, within, self._unknown(query.q))
        found = understood(reading.rest, correct=query.correction)
        if reading.place:
            return reading, _beside_a_place(found)
        again = _once_corrected(found, within)
        if not again or not again.place:
            return reading, found
        names = {fold(again.place.name): again.place.name}
        corrections = [(typed, names.get(used, used)) for typed, used in found.corrections]
        rest = understood(again.rest, correct=False)
        return again, replace(_beside_a_place(rest), corrections=tuple(corrections))

    def _unknown(self, text: str) -> list[str]:
        """The words of a text that are neither French nor in the base."""
        return [
            one for one in words(text) if not is_french(one) and not self._lexicon.has_word(one)
        ]

    def _only_there(
        self, query: SearchQuery, place: Place, reading: Reading, understood: Understanding
    ) -> Interpretation:
        """All that is at a place or near it; in its région where there is nothing, whatever is
        filtered.
        """
        wanted = Wanted(within=around(place), excluded=understood.excluded)
        region = wider(place)
        if region and not self._engine.counts(wanted, ()).total:
            wanted = replace(wanted, within=around(region))
            reading, place = replace(reading, place=region, missed=place), region
        wanted = self._bound(wanted, query)
        # In a territory nothing is nearer than the rest.
        evidence = Evidence(nearness=Nearness(place)) if place.commune else NO_EVIDENCE
        return Interpretation(understood, wanted, evidence, reading=reading)

    def _named(self, text: str) -> tuple[Key, ...]:
        """The documents that the whole of `text` names, newest first."""
        filters = {IDENTITIES: identities_in(text)}
        if not filters[IDENTITIES]:
            return ()
        return tuple(self._engine.page(Wanted(filters=filters), "date", 0, MOST_NAMED))

    def _meant(self, query: SearchQuery, understood: Understanding) -> Meant:
        if query.mode == "keyword" or not understood.text:
            return Meant()
        meaning = self._meanings.now()
        vector, said = meaning.read(understood.text)
        if vector is None:
            return Meant(degraded=said)
        outlook = meaning.seen_from(vector)
        if outlook is None:
            return Meant(degraded=NO_VECTORS)
        neighbours = self._engine.neighbours(vector, outlook.passages, meaning.model)
        return Meant(neighbours, outlook, meaning.grid(vector), said)

    def _answers(
        self, understood: Understanding, meant: Meant, evidence: Evidence, documents: int
    ) -> tuple[Evidence, Wanted]:
        """What tells documents apart, and those that answer, both learnt from what is promising in
        the whole base of so many: filters only cut the answer.
        """
        bar, most = evidence.bar, read_whole(documents)
        near = near_enough(meant.neighbours) if meant.neighbours else ()
        promising = _wanted(understood, bar, (*near, *meant.promising()))
        total, candidates = self._engine.candidates(
            promising, bar.concepts if bar else (), most, evidence.asked
        )
        evidence = evidence.learnt(candidates)
        if meant.outlook is None:
            return evidence, promising
        evidence = evidence.bringing([*near, *evidence.best_of_each_kind(candidates, MOST_BEST)])
        # A set too large to be looked at whole keeps its tail; so does one with a quoted phrase,
        # which is exactly what must be there.
        if total > most or understood.phrases:
            return evidence, _wanted(understood, bar, tuple(evidence.near))
        answers = [one for one in candidates if evidence.brings(one)]
        return evidence, _wanted(understood, None, tuple(evidence.worth_showing(answers)))


def _nearness(query: SearchQuery, reading: Reading, *, is_scored: bool) -> Nearness | None:
    """What is near comes first: near to the place that the text names, else to the one chosen.
    Where nothing else scores documents, those near the latter come by their distance.
    """
    if reading.place:
        return Nearness(reading.place)
    return Nearness(query.origin.place) if query.origin and is_scored else None


def _departements_of(query: SearchQuery) -> set[str]:
    """The départements that a search is bound to, which tell namesakes apart."""
    regions = query.values("region")
    within = {code for code, region in REGION_OF.items() if region in regions}
    return within | set(query.values("departement"))


def is_senseless(text: str, meant: Meant) -> bool:
    """Whether a text of which the base holds next to no word is of no language either: no word of
    it is French, and no document is near to it.
    """
    asked = [word for word in words(text) if len(word) >= SHORTEST_FRENCH]
    if meant.outlook is None or any(map(is_french, asked)):
        return False
    are_struck = bool(asked) and all(map(is_struck, asked))
    return meant.outlook.best < (STRUCK if are_struck else SENSELESS)


def is_code(text: str) -> bool:
    """Whether every word of a text is a code: « 0x7f3a », « a1b2c3d4 »."""
    return all(map(_CODE.search, text.split()))


def _wanted(understood: Understanding, bar: Bar | None, near: tuple[Key, ...]) -> Wanted:
    """The documents over the bar or near, with the phrases and exclusions of a text. One that is
    only phrases and exclusions asks for all that they leave.
    """
    only_operators = not understood.concepts and bool(understood.phrases or understood.excluded)
    return Wanted(
        bar=None if only_operators else bar,
        near=() if only_operators else tuple(dict.fromkeys(near)),
        phrases=understood.phrases,
        excluded=understood.excluded,
        nothing=not (bar or near or only_operators),
    )


def weights(
    concepts: Sequence[Concept], total: int, frequencies: Mapping[str, int]
) -> tuple[Weighted, ...]:
    """Each concept with its IDF (that of BM25); those no document holds are left out, since none
    could be over the bar.
    """
    weighted = [Weighted(one, concept_idf(one, total, frequencies)) for one in concepts]
    return tuple(one for one in weighted if one.weight)


def known_share(concepts: Sequence[Concept], weighted: Sequence[Weighted], total: int) -> float:
    """The share of what is asked that the corpus knows, a word of no document weighing the most
    that a word can.
    """
    known = sum(one.weight for one in weighted)
    unknown = (len(concepts) - len(weighted)) * idf(total, 0)
    return known / (known + unknown) if concepts else 0.0


def bar_of(weighted: Sequence[Weighted]) -> Bar | None:
    """The lexical bar of a query, None when it holds no word of the corpus."""
    if not weighted:
        return None
    return Bar(tuple(weighted), LEXICAL_SHARE * sum(one.weight for one in weighted))


def standing_bar(crowd: int) -> float:
    """The deviations above the corpus that make a semantic hit, `crowd` documents being compared
    (`MOST_NEAR` and more are alike).

    Among ten documents none can stand two deviations above the others unless it stands alone:
    there, what one in ten would reach by chance is enough.
    """
    return min(STANDING_BAR, NormalDist().inv_cdf(1 - 1 / (crowd + 1)))


def near_enough(neighbours: Neighbours) -> tuple[Key, ...]:
    """The keys over the semantic bar, nearest first."""
    best = neighbours.best(MOST_NEAR)
    if not best:
        return ()
    standing = [(key, (cosine - neighbours.mean) / neighbours.deviation) for key, cosine in best]
    bar = max(standing_bar(len(best)), STANDING_OF_BEST * standing[0][1])
    return tuple(key for key, z in standing if z >= bar)


def _once_corrected(understood: Understanding, within: Collection[str]) -> Reading | None:
    """What a text without a place is read as where a word put right is the name of one: « col
    Favreuil » is no more a place than « Coln Favreuil ».
    """
    used = {fold(one) for _, one in understood.corrections}
    again = read(understood.text, within) if used else NO_PLACE
    return again if used.intersection(words(again.typed)) else None


def _beside_a_place(understood: Understanding) -> Understanding:
    """What is asked for beside a place: nothing where there are only words of asking."""
    if all(fold(concept.word) in ASKING_WORDS for concept in understood.concepts):
        return replace(understood, concepts=())
    return understood
