"""Our BM25 is that of the embedded engine, figure for figure."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from impact_alliances.engines.bm25 import LENGTHS, ScoredField, in_line, rounded
from impact_alliances.engines.documents import document_of
from impact_alliances.engines.engine import FORM_BOOST, TITLE_BOOST, Wanted
from impact_alliances.engines.tantivy.engine import TantivyEngine
from impact_alliances.engines.tantivy.writer import TantivyWriter
from support.builders import a_case
from tests.engines.contract import concept


def test_lengths_are_exact_while_short_then_coarser() -> None:
    assert LENGTHS[:41] == tuple(range(41))
    assert [rounded(length) for length in (40, 41, 42, 55, 56, 59, 60, 100, 5_000)] == [
        40,
        40,
        42,
        54,
        56,
        56,
        60,
        96,
        4_632,
    ]
    assert len(set(LENGTHS)) == 256


@given(st.integers(0, 10**6))
def test_a_rounded_length_is_never_above_and_loses_less_than_an_eighth(length: int) -> None:
    assert length * 0.875 <= rounded(length) <= length


def test_scores_equal_those_of_the_embedded_engine(tmp_path: Path, database: Engine) -> None:
    words = ["bus", "vélo", "médecin", "jardin", "école", "rivière"]
    cases = [
        a_case(
            id=f"c{i}",
            title=" ".join(words[i % 6 :: 2]),
            summary=" ".join([words[i % 5], words[(i * 7) % 6]] * (1 + i * i % 97)),
        )
        for i in range(60)
    ]
    written = [document_of(case) for case in cases]
    TantivyWriter(tmp_path).rebuild([written])
    engine = TantivyEngine(tmp_path)
    asked = [concept("bus"), concept("medecin", "jardin", "ecole")]
    found = {one.key: one.lexical for one in engine.matches(Wanted(), []).candidates(asked, 100)}
    stems = ["bus", "medecin", "jardin", "ecole"]
    title, text = _field([one.title for one in written]), _field([one.text for one in written])
    for document in written:
        ours = TITLE_BOOST * title.score(
            in_line(document.title),
            len(document.title),
            [(in_line((stem,)), title.weight(stem)) for stem in stems],
        )
        ours += text.score(
            in_line(document.text),
            len(document.text),
            [(in_line((stem,)), text.weight(stem)) for stem in stems],
        )
        ours += FORM_BOOST * len({"bus", "medecin"} & set(document.words))
        assert found[document.key] == pytest.approx(ours, abs=1e-4)


def test_an_empty_field_scores_nothing() -> None:
    assert ScoredField(0, 0.0, {}).score("", 0, [("bus", 1.0)]) == 0.0
    assert ScoredField(3, 2.0, {}).weight("bus") == 0.0


def test_a_line_counts_every_occurrence_and_finds_runs() -> None:
    """Even next to each other; never inside another stem."""
    line = in_line(("bus", "bus", "autobus", "soir"))
    assert line.count(in_line(("bus",))) == 2
    assert in_line(("autobus", "soir")) in line
    assert in_line(("bus", "soir")) not in line


def _field(texts: Sequence[tuple[str, ...]]) -> ScoredField:
    return ScoredField(
        len(texts),
        sum(map(len, texts)) / len(texts),
        Counter(stem for text in texts for stem in set(text)),
    )
