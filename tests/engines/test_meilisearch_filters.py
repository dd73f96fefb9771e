"""Filters sent to a server: no value is ever read as anything but a value."""

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impact_alliances.engines.engine import Bar, Wanted
from impact_alliances.engines.meilisearch.filters import (
    NOTHING,
    all_but,
    among,
    enough_of,
    equals,
    filter_of,
    id_of,
    key_of_id,
    literal,
)
from impact_alliances.resources.key import Key
from tests.engines.contract import concept

HOSTILE = st.text(
    st.characters(codec="utf-8") | st.sampled_from("\\\"'\n]) OR=_-:")
) | st.sampled_from(['" OR 1=1', '\\"', "\\", "a' OR kind='case"])
_LITERAL = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


@given(HOSTILE)
def test_a_value_is_quoted_whole_and_reads_back(value: str) -> None:
    quoted = literal(value)
    assert _LITERAL.fullmatch(quoted)
    assert re.sub(r"\\(.)", r"\1", quoted[1:-1], flags=re.DOTALL) == value


@given(st.lists(HOSTILE, max_size=4))
def test_values_never_leave_their_quotes(values: list[str]) -> None:
    assert re.fullmatch(r"kind IN \[(v(, v)*)?\]", _LITERAL.sub("v", among("kind", values)))
    kept = filter_of(
        Wanted(near=tuple(Key("case", value) for value in values), filters={"kind": tuple(values)}),
        {},
    )
    assert all(re.fullmatch(r"\w+ IN \[(v(, v)*)?\]", _LITERAL.sub("v", clause)) for clause in kept)


@given(HOSTILE, HOSTILE)
def test_an_id_is_one_the_server_takes_whatever_the_case_and_gives_the_key_back(
    kind: str, identifier: str
) -> None:
    key = Key(kind, identifier)
    assert re.fullmatch(r"[a-z0-9_-]+", id_of(key))
    assert key_of_id(id_of(key)) == key


def test_an_id_reads_like_its_key() -> None:
    assert (id_of(Key("case", "cas-0001")), id_of(Key("case", "Cas_1"))) == (
        "case-cas-0001",
        "case-_43as_5f1",
    )


def test_a_field_that_is_not_ours_is_refused() -> None:
    with pytest.raises(ValueError, match="email"):
        equals("email", "x")


WEIGHTS = st.lists(st.sampled_from([0.5, 1.0, 2.25, 4.0]), min_size=1, max_size=5)


@given(WEIGHTS, st.floats(0.1, 15))
def test_the_bar_s_filter_holds_for_just_the_documents_over_the_bar(
    weights: list[float], need: float
) -> None:
    names = "abcde"[: len(weights)]
    asked = enough_of(
        Bar(
            tuple(
                concept(name, weight=weight) for name, weight in zip(names, weights, strict=True)
            ),
            need,
        )
    )
    for held in itertools.chain.from_iterable(
        itertools.combinations(names, size) for size in range(len(names) + 1)
    ):
        reached = (
            sum(weight for name, weight in zip(names, weights, strict=True) if name in held)
            >= need - 1e-9
        )
        assert _is_true(asked, set(held)) == reached


def _is_true(asked: str, held: set[str]) -> bool:
    """Read a filter as Python would: enough of the grammar for the bar."""
    python = re.sub(
        r'stems = "(\w)"', lambda found: str(found[1] in held), asked.replace(NOTHING, "False")
    )
    return bool(eval(python.replace("AND", "and").replace("OR", "or"), {}))  # noqa: S307


def test_the_bar_keeps_the_heaviest_concepts_only() -> None:
    many = tuple(concept(f"s{index}", weight=1 + index / 10) for index in range(12))
    asked = enough_of(Bar(many, 6.0))
    assert '"s4"' in asked
    assert '"s3"' not in asked
    assert len(asked) < 4_000


def test_a_concept_is_any_of_its_stems() -> None:
    either = (concept("velo", "bicyclet", "cour_ecole"),)
    assert enough_of(Bar(either, 1.0)) == 'stems IN ["velo", "bicyclet", "cour_ecole"]'


def test_a_set_is_its_text_its_phrases_its_filters_and_its_exclusions() -> None:
    wanted = Wanted(
        bar=Bar((concept("bus"),), 1.0),
        near=(Key("case", "x"),),
        phrases=(("lien", "social"), ("haie",)),
        excluded=(("velo",), ("lien", "social")),
        filters={"kind": ("case",)},
    )
    assert filter_of(wanted, {("lien", "social"): ("case-y",)}) == [
        '(stems = "bus" OR id IN ["case-x"])',
        'id IN ["case-y"]',
        'stems = "haie"',
        'kind IN ["case"]',
        'NOT stems = "velo"',
        'NOT id IN ["case-y"]',
    ]


def test_everything_nothing_and_the_rest() -> None:
    assert filter_of(Wanted(), {}) == []
    assert filter_of(Wanted(nothing=True), {}) == [NOTHING]
    assert filter_of(Wanted(bar=Bar((concept("bus"),), 0.0), near=(Key("case", "x"),)), {}) == []
    assert filter_of(Wanted(bar=Bar((concept("bus"),), 9.0)), {}) == [NOTHING]
    assert all_but([Key("case", "x")]) == 'NOT id IN ["case-x"]'
