"""The base seen from a question: what all documents share is set aside, and what is near to
everything is known.
"""

import numpy as np
import pytest

from impact_alliances.engines.engine import Vector
from impact_alliances.meaning import centred
from impact_alliances.meaning.centred import Centred, unit
from impact_alliances.meaning.outlook import Outlook
from impact_alliances.meaning.vectors import Matrix, Standing
from impact_alliances.resources.key import Key

# Documents that all point much the same way, and then each its own.
CORPUS = {
    "nord": [[10.0, 1.0, 0.0], [10.0, 3.0, 0.0]],
    "sud": [[10.0, -2.0, 0.0]],
    "est": [[10.0, 0.0, 2.0]],
    "ouest": [[10.0, 0.0, -2.0]],
}


def _keyed(rows: dict[str, list[list[float]]]) -> dict[Key, Vector]:
    return {
        Key("case", name): np.array(passages, dtype=np.float32) for name, passages in rows.items()
    }


def _crowd(count: int) -> Vector:
    return unit(np.random.default_rng(7).normal(size=(count, 6)).astype(np.float32))


def _outlook(vector: list[float], without: str = "") -> Outlook:
    held = _keyed({name: rows for name, rows in CORPUS.items() if name != without})
    absent = _keyed({without: CORPUS[without]} if without else {})
    matrix = Matrix.of(held)
    assert matrix

    def others(keys: object) -> dict[Key, Vector]:
        return absent

    return Outlook(Standing(matrix, np.array(vector, dtype=np.float32), others if absent else None))


def test_what_all_documents_share_is_set_aside() -> None:
    """Their mean is (10, 0, 0): left of each is its own way, from the mean of its passages."""
    matrix = Matrix.of(_keyed(CORPUS))
    assert matrix
    rows = dict(zip([key.id for key in matrix.keys], matrix.centred.rows.tolist(), strict=True))
    assert {name: [round(value, 5) for value in row] for name, row in rows.items()} == {
        "nord": [0, 1, 0],
        "sud": [0, -1, 0],
        "est": [0, 0, 1],
        "ouest": [0, 0, -1],
    }


def test_a_standing_over_the_corpus_is_that_of_all_its_documents() -> None:
    """Though no document is looked at but those asked for."""
    found, towards = Centred.of(_crowd(300)), _crowd(1)[0]
    cosines = found.rows @ towards
    expected = (cosines - cosines.mean()) / cosines.std()
    assert found.standing(found.rows[:5], towards) == pytest.approx(expected[:5], abs=1e-4)


def test_a_hub_is_near_to_its_ten_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Itself apart; standardised; the same by blocks of whatever size."""
    monkeypatch.setattr(centred, "_BLOCK", 7)
    found = Centred.of(_crowd(40))
    likeness = found.rows @ found.rows.T
    np.fill_diagonal(likeness, -1)
    nearness = np.sort(likeness, axis=1)[:, -10:].mean(axis=1)
    assert found.hub == pytest.approx((nearness - nearness.mean()) / nearness.std(), abs=1e-4)


def test_hubs_of_a_large_base_are_known_by_a_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """One document in two: none is compared with itself, and a document that is not held is
    compared with the same.
    """
    monkeypatch.setattr(centred, "MOST_COMPARED", 150)
    found = Centred.of(_crowd(300))
    assert abs(found.hub).max() < 5
    assert found.hub_of(found.rows[1::2]) == pytest.approx(found.hub[1::2], abs=1e-4)


def test_a_corpus_of_one_or_of_twins_tells_nothing_apart() -> None:
    """Neither fails."""
    for count in (1, 2, 5):
        found = Centred.of(np.ones((count, 3), dtype=np.float32))
        assert not found.rows.any()
        assert not found.hub.any()
        assert not found.standing(found.rows, np.ones(3, dtype=np.float32)).any()


def test_a_document_is_seen_by_its_nearest_passage_and_as_a_whole() -> None:
    """« nord » is the nearest by both; what has no vectors stands where the corpus does."""
    outlook = _outlook([0, 1, 0])
    keys = [Key("case", name) for name in ("sud", "absente", "nord", "est")]
    seen = outlook.of(keys)
    assert np.argmax(seen.nearest) == np.argmax(seen.whole) == 2
    assert [seen.nearest[1], seen.whole[1], seen.hub[1]] == [0, 0, 0]
    assert outlook.standing(seen.directions, np.array([0, 0, 1]))[1] == 0
    deviations = seen.nearest * outlook.passages.deviation + outlook.passages.mean
    assert deviations[[0, 2, 3]] == pytest.approx([-2, 3, 0], abs=1e-5)


def test_what_a_sample_lacks_is_read_and_seen_alike() -> None:
    """In whatever order it is asked for."""
    outlook = _outlook([0, 1, 0], without="nord")
    seen = outlook.of([Key("case", name) for name in ("est", "nord", "absente")])
    held = outlook.of([Key("case", "est")])
    assert seen.nearest[0] == held.nearest[0]
    assert seen.whole[1] > seen.whole[0]
    assert seen.nearest[1] == pytest.approx(
        (3 - outlook.passages.mean) / outlook.passages.deviation
    )
    assert seen.directions[1] == pytest.approx(unit(np.array([0, 2, 0]) - [0, -2 / 3, 0]), abs=1e-5)
    assert not seen.directions[2].any()


# -- how a document is asked for ------------------------------------------------------------------


def _asking(rows: dict[str, list[list[float]]], sharpness: float | None = None) -> Standing:
    matrix = Matrix.of(_keyed(rows), sharpness)
    assert matrix
    return Standing(matrix, np.array([1, 0, 0], dtype=np.float32))


def test_a_document_without_demandes_is_asked_for_by_its_title() -> None:
    """Each stands among those of its sort; where nothing has demandes nothing is said of that."""
    passages = _outlook([0, 1, 0]).passages
    demandes = _asking({"nord": [[1, 0, 0], [0, 1, 0]], "sud": [[0, 1, 0]], "x": [[0, 0, 1]]})
    titles = _asking({"est": [[0.8, 0.6, 0]], "ouest": [[0.6, 0.8, 0]]})
    keys = [Key("case", name) for name in ("nord", "sud", "est", "ouest", "absente")]
    outlook = Outlook(passages, demandes, titles)
    assert outlook.of(keys).asked == pytest.approx([2**0.5, -(0.5**0.5), 1, -1, 0], abs=1e-5)
    assert outlook.best_asked_of_each_kind(1) == [Key("case", "nord"), Key("case", "est")]
    assert not Outlook(passages).of(keys).asked.any()


def test_demandes_that_agree_count_a_little_more_than_the_nearest_alone() -> None:
    """ln(2) / 50 for two that are as near; next to nothing for one that is far."""
    alone, both, one = (
        _asking({"a": rows}, sharpness=50.0).likeness[0]
        for rows in ([[0.9, 0, 0]], [[0.9, 0, 0], [0.9, 0, 0]], [[0.9, 0, 0], [0.6, 0, 0]])
    )
    assert [alone, both, one] == pytest.approx([0.9, 0.9 + 0.013863, 0.9], abs=1e-5)


def test_the_nearest_demande_is_told_where_it_stands_out() -> None:
    others = {f"autre{n}": [[0.0, 1.0, 0.0]] for n in range(8)}
    demandes = _asking(
        {"nord": [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]], "sud": [[0.3, 0.9, 0.0]], **others}
    )
    outlook = Outlook(_outlook([0, 1, 0]).passages, demandes)
    assert [outlook.demande_of(Key("case", name)) for name in ("nord", "sud", "x")] == [
        1,
        None,
        None,
    ]
    assert outlook.best_asked_of_each_kind(2) == [Key("case", "nord"), Key("case", "sud")]
    assert Outlook(outlook.passages).demande_of(Key("case", "nord")) is None
