"""The formula of the ranking, by hand: the weights of what is asked, the bars of the words and of
the meaning, the fused score, the order and what is said of each hit.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from impact_alliances.engines.engine import Bar, Candidate, Vector, Weighted
from impact_alliances.geo.nearness import Nearness, Whereabouts
from impact_alliances.geo.places import gazetteer
from impact_alliances.geo.territories import of_commune
from impact_alliances.meaning.centred import Numbers
from impact_alliances.meaning.grid import NO_GRID, Grid
from impact_alliances.meaning.outlook import Outlook, Seen
from impact_alliances.meaning.vectors import Matrix, Standing
from impact_alliances.resources.key import Key
from impact_alliances.search import ranking
from impact_alliances.search.interpreting import (
    MOST_NEAR,
    STANDING_BAR,
    bar_of,
    known_share,
    near_enough,
    standing_bar,
    weights,
)
from impact_alliances.search.ranking import NO_EVIDENCE, Evidence, explain, rank
from impact_alliances.text.understanding import Concept


def _concept(*stems: str) -> Concept:
    return Concept(stems[0], stems)


def _bar(*weights: float) -> Bar:
    bar = bar_of([Weighted(_concept(f"mot{weight}"), weight) for weight in weights])
    assert bar
    return bar


def _candidate(name: str, lexical: float = 0.0, covered: float = 0.0, **rest: object) -> Candidate:
    values: dict[str, Any] = {"key": Key("case", name), "date_order": 0, **rest}
    return Candidate(**values, lexical=lexical, covered=covered)


def _scores(
    *candidates: Candidate,
    bar: Bar | None = None,
    outlook: "Sight | None" = None,
    grid: Grid = NO_GRID,
) -> dict[str, float]:
    """The scores of candidates that are the whole base."""
    evidence = Evidence(bar, outlook, grid).learnt(candidates)  # type: ignore[arg-type]
    return {candidate.key.id: score for score, candidate in rank(candidates, evidence)}


@dataclass
class Crowd:
    """A corpus seen from a query, whose mean and deviation are as said; names stand for keys."""

    cosines: dict[Any, float]
    mean: float = 0.5
    deviation: float = 0.1
    is_whole: bool = True

    def best(self, limit: int) -> list[tuple[Any, float]]:
        return sorted(self.cosines.items(), key=lambda one: -one[1])[:limit]

    def best_of_each_kind(self, limit: int) -> list[Any]:
        return [key for key, _ in self.best(limit)]

    def of(self, keys: Sequence[Any]) -> dict[Any, float]:
        return {key: self.cosines[key] for key in keys if key in self.cosines}


@dataclass
class Sight:
    """What the meaning says of documents, as said: by name, their nearest passage, their whole,
    how much of a hub they are, and their direction; and how they are asked for.
    """

    seen: dict[str, tuple[float, float, float, list[float]]]
    asked: dict[str, float] = field(default_factory=dict)

    def of(self, keys: Sequence[Key]) -> Seen:
        rows = [self.seen.get(key.id, (0.0, 0.0, 0.0, [0.0, 0.0])) for key in keys]
        nearest, whole, hub, directions = (np.array(values) for values in zip(*rows, strict=True))
        asked = np.array([self.asked.get(key.id, 0.0) for key in keys])
        return Seen(nearest, whole, hub, asked, directions)

    def demande_of(self, key: Key) -> int | None:
        return None

    def standing(self, directions: Vector, towards: Vector) -> Numbers:
        return directions @ towards


# -- the weights of what is asked -----------------------------------------------------------------


def test_a_concept_weighs_its_idf() -> None:
    """ln(1 + (10 - 2 + .5) / (2 + .5)) = ln 4.4; and ln 1.0476 where all hold it."""
    found = weights([_concept("bus"), _concept("vi")], total=10, frequencies={"bus": 2, "vi": 10})
    assert [one.weight for one in found] == pytest.approx([1.481605, 0.046520], abs=1e-6)


def test_the_word_typed_gives_the_weight_and_not_its_synonym() -> None:
    """A common synonym would make a rare word common; where the word is unknown it decides."""
    concept = _concept("rar", "courant")
    (typed,) = weights([concept], total=100, frequencies={"rar": 1, "courant": 60})
    (only,) = weights([concept], total=100, frequencies={"rar": 0, "courant": 60})
    assert typed.weight == pytest.approx(4.209655, abs=1e-6)
    assert only.weight == pytest.approx(0.512477, abs=1e-6)


def test_what_no_document_holds_is_left_out() -> None:
    """Counted in the whole, it would put the bar out of reach."""
    known, unknown = _concept("bus"), _concept("zzyzx", "zzyzy")
    found = weights([unknown, known], total=10, frequencies={"bus": 2})
    assert [one.concept for one in found] == [known]


def test_the_bar_of_the_words_is_two_fifths_of_the_weight() -> None:
    """The rare one of two words is enough, the common one is not; nothing asked has no bar."""
    assert _bar(3.0, 1.0).need == pytest.approx(1.6)
    assert bar_of([]) is None


# -- the bar of the meaning -----------------------------------------------------------------------


def _seen(likeness: list[float]) -> Standing:
    """A corpus of documents with these cosines to what is asked."""
    rows = {
        Key("case", f"{n:04}"): np.array([[value, (1 - value**2) ** 0.5]], dtype=np.float32)
        for n, value in enumerate(likeness)
    }
    matrix = Matrix.of(rows)
    assert matrix
    return Standing(matrix, np.array([1, 0], dtype=np.float32))


def test_on_a_base_of_ten_the_one_that_answers_is_found() -> None:
    """None can stand two deviations above nine others that differ among themselves."""
    assert near_enough(_seen([0.78, 0.79, 0.80, 0.77, 0.81, 0.78, 0.80, 0.79, 0.83, 0.76]))[:1] == (
        Key("case", "0008"),
    )


@pytest.mark.parametrize("crowd", [45, MOST_NEAR, 10_000])
def test_a_crowd_keeps_its_bar(crowd: int) -> None:
    assert standing_bar(crowd) == STANDING_BAR


def test_the_bar_grows_with_the_crowd() -> None:
    bars = [standing_bar(crowd) for crowd in range(1, 60)]
    assert bars == sorted(bars)
    assert bars[0] == pytest.approx(0.0)


OTHERS = {f"autre{n}": 0.5 for n in range(60)}


@pytest.mark.parametrize(
    ("cosines", "near"),
    [
        # Five deviations above the mean, the best asks for three of the others.
        ({"a": 1.0, "b": 0.81, "c": 0.79}, ("a", "b")),
        # No more than two deviations above, it asks for two all the same.
        ({"a": 0.72, "b": 0.705, "c": 0.69}, ("a", "b")),
        ({"a": 0.69, "b": 0.68}, ()),
    ],
    ids=["far below the best", "not above the corpus", "none stands out"],
)
def test_a_neighbour_is_over_both_bars(cosines: dict[str, float], near: tuple[str, ...]) -> None:
    """Well above the corpus, and not far below the best."""
    found: tuple[Any, ...] = near_enough(Crowd(OTHERS | cosines))
    assert found == near


def test_a_neighbour_at_the_bar_is_near() -> None:
    """Two deviations above, to the last digit."""
    crowd = Crowd({f"autre{n}": 0.0 for n in range(60)} | {"a": 0.5}, mean=0.0, deviation=0.25)
    found: tuple[Any, ...] = near_enough(crowd)
    assert found == ("a",)


def test_no_more_neighbours_are_kept_than_a_reader_goes_through() -> None:
    """However many are alike."""
    assert len(near_enough(Crowd({f"a{n:03}": 0.9 for n in range(300)}))) == MOST_NEAR == 120


def test_a_corpus_without_vectors_has_no_neighbour() -> None:
    assert near_enough(Crowd({})) == ()


# -- the score ------------------------------------------------------------------------------------


def test_words_alone_are_the_logarithm_of_their_bm25_by_the_share_held() -> None:
    """3 ln(1 + 6 × 4 / 4) + .7 × 6, 3 ln(1 + 6 × 1 / 4) + .7 × 6 / 4^5: what holds more of what
    was asked passes before what says one word often.
    """
    found = _scores(
        _candidate("tout", 6.0, 4.0),
        _candidate("un mot", 6.0, 1.0),
        _candidate("rien"),
        bar=_bar(3.0, 1.0),
    )
    assert found == pytest.approx(
        {"tout": 3 * math.log(7) + 4.2, "un mot": 3 * math.log(2.5) + 4.2 / 1024, "rien": 0.0}
    )


def test_words_weigh_less_where_no_document_holds_much_of_them() -> None:
    """The best one holds half of the weight: half of 3 ln(1 + 6 × 2 / 4), and .7 × 6 / 2^5."""
    found = _scores(_candidate("le mieux", 6.0, 2.0), bar=_bar(3.0, 1.0))
    assert found == pytest.approx({"le mieux": 0.5 * 3 * math.log(4) + 4.2 / 32})


def test_the_formula_by_hand() -> None:
    """Words 1 × ln(1 + 6 × 4 / 4) = 1.945910, grid 2. The first answers: 1 + 2 × 1.945910 + .3 × 2
    = 5.491820 for « a », .5 for « b »: their directions are mixed by e^5.491820 against e^.5,
    .993253 of the one and .006747 of the other. Then for « a » .8 + 3 × 1.945910 + .7 × 6 + .7 × 2
    + 2.3 × .993253 − 1.1 × .5, for « b » .4 + 2.3 × .006747 + 1.1.
    """
    found = _scores(
        _candidate("a", 6.0, 4.0, fragilites=["sante", "mobilite"]),
        _candidate("b"),
        bar=_bar(3.0, 1.0),
        outlook=Sight({"a": (1.0, 0.8, 0.5, [1.0, 0.0]), "b": (0.5, 0.4, -1.0, [0.0, 1.0])}),
        grid=Grid({"mobilite": 2.0, "sante": -1.0}),
    )
    assert found == pytest.approx({"a": 13.972211, "b": 1.515519}, abs=1e-6)


def test_what_the_first_answers_have_in_common_is_of_the_first_ten_of_a_kind() -> None:
    """The eleventh case says nothing of it, however it points; an article is not compared with
    cases.
    """
    seen = {f"c{n}": (5.0 + n, 0.0, 0.0, [1.0, 0.0]) for n in range(10)}
    seen |= {"c10": (4.9, 0.0, 0.0, [0.0, 1.0]), "note": (0.0, 0.0, 0.0, [0.0, 1.0])}
    candidates = [_candidate(name) for name in seen if name != "note"]
    note = _candidate("note", key=Key("article", "note"))
    found = _scores(*candidates, note, outlook=Sight(seen))
    assert found["c10"] == pytest.approx(0.0)
    assert [found["c0"], found["note"]] == pytest.approx([2.3, 2.3])


def test_demandes_count_by_their_meaning_and_by_their_words() -> None:
    """2 × 1.5 + 5 ln(1 + 6), and half of the former in telling the first answers: « b », asked for
    so, weighs e^1.5 against e^1 in what these have in common.
    """
    sight: Any = Sight({"a": (1.0, 0.0, 0.0, [1.0, 0.0]), "b": (0.0, 0.0, 0.0, [0.0, 1.0])})
    sight.asked = {"b": 1.5}
    found = _scores(_candidate("a"), _candidate("b", demanded=6.0), outlook=sight)
    share = math.exp(0.5) / (1 + math.exp(0.5))
    assert found == pytest.approx(
        {"b": 3 + 5 * math.log(7) + 2.3 * share, "a": 2.3 * (1 - share)}, abs=1e-6
    )


def test_a_fragilite_that_the_need_does_not_touch_costs_nothing() -> None:
    found = _scores(
        _candidate("a", fragilites=["sante"]),
        outlook=Sight({"a": (1.0, 1.0, 0.0, [0.0, 0.0])}),
        grid=Grid({"sante": -1.0}),
    )
    assert found == pytest.approx({"a": 1.0})


def test_what_has_no_vector_yet_stands_where_the_corpus_does() -> None:
    """It is neither near nor far: its words decide."""
    found = _scores(
        _candidate("nouveau", 2.0, 1.0),
        bar=_bar(1.0),
        outlook=Sight({"autre": (9.0, 9.0, 9.0, [1.0, 0.0])}),
    )
    assert found == pytest.approx({"nouveau": 3 * math.log(3) + 0.7 * 2})


def test_a_score_does_not_depend_on_what_else_is_scored() -> None:
    """Filters leave some of what is promising, and bring what was not."""
    promising = [_candidate("a", 6.0, 4.0), _candidate("b", 1.0, 3.0)]
    others = [_candidate("c", 2.0, 1.0), _candidate("b", 1.0, 3.0)]
    sight: Any = Sight({name: (1.0, 0.5, 0.2, [0.6, 0.8]) for name in "abc"})
    evidence = Evidence(_bar(3.0, 1.0), sight, NO_GRID).learnt(promising)
    alone = [rank([one], evidence)[0][0] for one in others]
    assert sorted(alone, reverse=True) == [score for score, _ in rank(others, evidence)]


def test_the_best_comes_first_then_the_most_recent() -> None:
    """Scores that differ by less than one can read are alike; then the key settles, so that pages
    never overlap.
    """
    candidates = [
        _candidate("vieux", 2.0 + 1e-10, 1.0, date_order=10),
        _candidate("a", 2.0, 1.0, date_order=20),
        _candidate("b", 2.0, 1.0, date_order=20),
        _candidate("meilleur", 3.0, 1.0, date_order=0),
    ]
    ranked = rank(candidates, Evidence(_bar(1.0), None, NO_GRID).learnt(candidates))
    assert [candidate.key.id for _, candidate in ranked] == ["meilleur", "b", "a", "vieux"]


def test_the_grid_tells_what_stands_out_among_the_fragilites() -> None:
    """Of .1, .2 and .3 the mean is .2 and the deviation .0816."""
    grid = Grid.of({"a": 0.1, "b": 0.2, "c": 0.3})
    assert dict(grid.standing) == pytest.approx({"a": -1.224745, "b": 0.0, "c": 1.224745})
    assert grid.prior(["a", "c"]) == pytest.approx(1.224745)
    assert (grid.prior(["a"]), grid.prior([]), grid.evoked()) == (0.0, 0.0, ["c"])
    assert Grid.of({"a": 0.3}) == NO_GRID


def test_a_need_evokes_the_fragilites_that_stand_out_three_at_most() -> None:
    """Nearest first."""
    assert Grid({"a": 1.21, "b": 1.4, "c": 1.2, "d": 1.3}).evoked() == ["b", "d", "a"]
    assert Grid({"a": 1.2, "b": 1.19}).evoked() == ["a"]


# -- what is said of a hit ------------------------------------------------------------------------


@pytest.mark.parametrize(("score", "shown"), [(15.0, 0.5), (0.0, 0.0), (-2.0, 0.0), (3.0, 0.1667)])
def test_a_score_is_shown_between_nothing_and_one(score: float, shown: float) -> None:
    """Fifteen is a clear hit."""
    assert explain((score, _candidate("a")), NO_EVIDENCE).score == shown


def test_a_hit_says_why_it_is_there() -> None:
    """By its words at the bar exactly, whatever the last digit; by its meaning when it is near."""
    reached, missed = _candidate("a", 1.0, 1.6 - 1e-9), _candidate("b", 1.0, 1.5)
    evidence = Evidence(bar=_bar(3.0, 1.0)).bringing([Key("case", "b")])
    why = [
        explain((1.0, one), given)
        for one, given in ((reached, evidence), (missed, evidence), (reached, NO_EVIDENCE))
    ]
    assert [(hit.key.id, hit.by_words, hit.by_meaning) for hit in why] == [
        ("a", True, False),
        ("b", False, True),
        ("a", False, False),
    ]
    assert [evidence.brings(one) for one in (reached, missed, _candidate("c"))] == [
        True,
        True,
        False,
    ]


# -- the set --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scores", "kept"),
    [
        # Of 30, three tenths are 9: what passes that is no tail, though it is below 14.
        ([30.0, 14.0, 9.0, 8.9], 3),
        # Of 50 they are 15, but 14 is enough.
        ([50.0, 14.0, 13.9], 2),
        # On a small base no score is high.
        ([4.0, 1.3, 1.1], 2),
    ],
    ids=["below the best", "enough by itself", "small"],
)
def test_a_tail_is_cut(scores: list[float], kept: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """But for the first of a kind."""
    monkeypatch.setattr(ranking, "BEFORE_TAIL", 1)
    sight: Any = Sight({f"c{n}": (0.0, score, 0.0, [0.0, 0.0]) for n, score in enumerate(scores)})
    candidates = [_candidate(f"c{n}") for n in range(len(scores))]
    evidence = Evidence(None, sight, NO_GRID).learnt(candidates)
    found = evidence.worth_showing(candidates)
    assert [key.id for key in found] == [f"c{n}" for n in range(kept)]
    assert evidence.worth_showing([]) == []


def test_the_first_ten_of_a_kind_are_no_tail() -> None:
    """However far below the best."""
    scores = {"article": 50.0} | {f"c{n:02}": 5.0 - n / 10 for n in range(12)}
    sight: Any = Sight({name: (0.0, score, 0.0, [0.0, 0.0]) for name, score in scores.items()})
    article = _candidate("article", key=Key("article", "article"))
    candidates = [article, *(_candidate(f"c{n:02}") for n in range(12))]
    evidence = Evidence(outlook=sight).learnt(candidates)
    found = [key.id for key in evidence.worth_showing(candidates)]
    assert found == ["article", *(f"c{n:02}" for n in range(10))]


def test_what_holds_all_that_is_asked_is_no_tail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever types one word gets all the documents that hold it."""
    monkeypatch.setattr(ranking, "BEFORE_TAIL", 1)
    sight: Any = Sight({"best": (0.0, 50.0, 0.0, [0.0, 0.0])})
    candidates = [_candidate("best"), _candidate("all", 0.1, 4.0), _candidate("some", 0.1, 3.0)]
    evidence = Evidence(_bar(3.0, 1.0), sight, NO_GRID).learnt(candidates)
    assert [key.id for key in evidence.worth_showing(candidates)] == ["best", "all"]


def test_the_best_of_each_kind_are_few_of_a_small_kind() -> None:
    """One in ten: of 25 cases three, of one article one; of 400 the most that was asked."""
    rows = {Key("case", f"c{n:03}"): np.eye(1, 3, n % 3, dtype=np.float32) for n in range(25)}
    rows |= {Key("article", "a"): np.eye(1, 3, dtype=np.float32)}
    rows |= {Key("jeudi", f"{n:03}"): np.eye(1, 3, n % 3, dtype=np.float32) for n in range(400)}
    matrix = Matrix.of(rows)
    assert matrix
    outlook = Outlook(Standing(matrix, np.array([1, 0, 0], dtype=np.float32)))
    candidates = [Candidate(key, 0.0, 0.0, 0) for key in rows]
    best = Evidence(None, outlook, NO_GRID).learnt(candidates).best_of_each_kind(candidates, 30)
    assert Counter(key.kind for key in best) == {"case": 3, "article": 1, "jeudi": 30}


def test_a_word_of_no_document_weighs_the_most_in_what_is_known() -> None:
    """Of ten documents: ln 22 against ln 4.4 of a word that two hold."""
    known, unknown = _concept("bus"), _concept("zzyzx")
    found = weights([known, unknown], total=10, frequencies={"bus": 2})
    share = math.log(4.4) / (math.log(4.4) + math.log(22))
    assert known_share([known, unknown], found, total=10) == pytest.approx(share)
    assert known_share([known], found, total=10) == 1.0
    assert known_share([unknown], [], total=10) == known_share([], [], total=10) == 0.0


def test_a_place_named_changes_nothing_of_the_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the tail, of which what is there would be the best, nor the best of a kind."""
    monkeypatch.setattr(ranking, "BEFORE_TAIL", 1)
    scores = [20.0, *(11.0 - n / 10 for n in range(9)), 5.0, 4.0]
    rows = {Key("case", f"c{n:02}"): np.eye(1, 3, n % 3, dtype=np.float32) for n in range(12)}
    matrix = Matrix.of(rows)
    assert matrix
    sight: Any = Sight(
        {key.id: (0.0, score, 0.0, [0.0, 0.0]) for key, score in zip(rows, scores, strict=True)}
    )
    sight.passages = Standing(matrix, np.array([1, 0, 0], dtype=np.float32))
    lannion = gazetteer().by_code["22113"]
    there = Whereabouts(lannion.code, ("22",), ("53",))
    candidates = [
        _candidate(key.id, where=there if place in (0, 11) else Whereabouts())
        for place, key in enumerate(rows)
    ]
    anywhere = Evidence(outlook=sight).learnt(candidates)
    at_lannion = replace(anywhere, nearness=Nearness(of_commune(lannion)))
    assert at_lannion.scores(candidates)[11] > at_lannion.scores(candidates)[1]
    for evidence in (anywhere, at_lannion):
        shown = [key.id for key in evidence.worth_showing(candidates)]
        assert shown == [f"c{n:02}" for n in range(10)]
        best = [key.id for key in evidence.best_of_each_kind(candidates, 2)]
        assert best == ["c00", "c01"]
