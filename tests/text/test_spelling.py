"""The word that a misspelt one probably is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from impact_alliances.text.spelling import TWO_ERRORS_FROM, Spelling

WORDS = {
    "medecin": 9,
    "medecins": 4,
    "mediation": 3,
    "commune": 8,
    "communes": 2,
    "bus": 5,
    "but": 7,
    "covoiturage": 6,
    "cœur": 1,
}
ALPHABET = "abcdéœz9ж"


@pytest.mark.parametrize(
    ("typed", "used"),
    [
        ("medcin", "medecin"),
        ("comune", "commune"),
        ("covoiturzge", "covoiturage"),
        ("covoitrage", "covoiturage"),
        ("ocvoituarge", "covoiturage"),
        ("bup", "but"),
        ("zzz", None),
        ("", None),
    ],
)
def test_the_nearest_word_is_used_and_the_commonest_of_several(
    typed: str, used: str | None
) -> None:
    """Letters dropped, changed, exchanged."""
    assert Spelling(WORDS).nearest(typed) == used


def test_an_empty_corpus_corrects_nothing() -> None:
    """Nor does one that holds only the empty word fail."""
    assert Spelling({}).nearest("commune") is None
    assert Spelling({}).nearest("") is None


@given(
    words=st.dictionaries(
        st.text(ALPHABET, min_size=1, max_size=12), st.integers(1, 9), max_size=30
    ),
    typed=st.text(ALPHABET, min_size=1, max_size=12),
)
def test_it_finds_what_measuring_every_word_would_find(words: dict[str, int], typed: str) -> None:
    """The sieve by letters loses no word."""
    errors = 2 if len(typed) >= TWO_ERRORS_FROM else 1
    near = [(OSA.distance(typed, word), -count, word) for word, count in words.items()]
    kept = [one for one in near if one[0] <= errors]
    assert Spelling(words).nearest(typed) == (min(kept)[2] if kept else None)
