"""The bar of the meaning: two deviations above a crowd, what stands out among a few."""

import numpy as np
import pytest

from impact_alliances.meaning.vectors import Matrix, Standing
from impact_alliances.search.ranking import MOST_NEAR, STANDING_BAR, near_enough, standing_bar


def _seen(likeness: list[float]) -> Standing:
    """A corpus of documents with these cosines to what is asked."""
    rows = {
        f"case:{n:04}": np.array([[value, (1 - value**2) ** 0.5]], dtype=np.float32)
        for n, value in enumerate(likeness)
    }
    matrix = Matrix.of(rows)
    assert matrix
    return Standing(matrix, np.array([1, 0], dtype=np.float32))


def test_on_a_base_of_ten_the_one_that_answers_is_found() -> None:
    """None can stand two deviations above nine others that differ among themselves."""
    assert near_enough(_seen([0.78, 0.79, 0.80, 0.77, 0.81, 0.78, 0.80, 0.79, 0.83, 0.76]))[:1] == (
        "case:0008",
    )


@pytest.mark.parametrize("crowd", [45, MOST_NEAR, 10_000])
def test_a_crowd_keeps_its_bar(crowd: int) -> None:
    assert standing_bar(crowd) == STANDING_BAR


def test_the_bar_grows_with_the_crowd() -> None:
    bars = [standing_bar(crowd) for crowd in range(1, 60)]
    assert bars == sorted(bars)
    assert bars[0] == pytest.approx(0.0)
