"""The word that a misspelt one probably is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from impact_alliances.text.spelling import SOUNDS_FROM, TWO_ERRORS_FROM, Spelling

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


def _nearest(typed: str, *words: str) -> str | None:
    found = Spelling(dict.fromkeys(words, 1) if words else WORDS).nearest(typed)
    return found.word if found else None


@pytest.mark.parametrize(
    ("typed", "used"),
    [
        ("medcin", "medecin"),
        ("comune", "commune"),
        ("covoiturzge", "covoiturage"),
        ("covoitrage", "covoiturage"),
        ("cvooituarge", "covoiturage"),
        ("bup", "but"),
        ("zzz", None),
        ("", None),
    ],
)
def test_the_nearest_word_is_used_and_the_commonest_of_several(
    typed: str, used: str | None
) -> None:
    """Letters dropped, changed, exchanged."""
    assert _nearest(typed) == used


@pytest.mark.parametrize(
    ("typed", "meant", "other"),
    [
        ("maladde", "malade", "maladie"),
        ("cheins", "chiens", "chemins"),
        ("fassades", "facades", "passages"),
        ("dezert", "desert", "dessert"),
        ("panaux", "panneaux", "canaux"),
        ("matson", "maison", "matron"),
        ("quitee", "quittee", "suitee"),
    ],
)
def test_the_likeliest_error_is_looked_for(typed: str, meant: str, other: str) -> None:
    """A letter doubled, exchanged, of the same sound, of a key beside it, before any other one."""
    assert _nearest(typed, meant, other) == _nearest(typed, other, meant) == meant


@pytest.mark.parametrize(("typed", "word"), [("garage", "marage"), ("voiturage", "voiture")])
def test_an_error_that_nobody_makes_is_not_corrected(typed: str, word: str) -> None:
    """The first letter for one far from it, two letters too many."""
    assert _nearest(typed, word) is None


def test_a_correction_is_sure_where_no_other_word_is_as_likely() -> None:
    assert Spelling({"medecin": 9, "medecins": 9}).nearest("medcin") == ("medecin", True)
    assert Spelling({"facteur": 3, "facture": 3}).nearest("factuer") == ("facteur", False)


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
def test_the_sieve_by_letters_loses_no_word(words: dict[str, int], typed: str) -> None:
    """What measuring every word would find near enough is compared."""
    errors = 2 if len(typed) >= TWO_ERRORS_FROM else 1
    distances = {word: OSA.distance(typed, word) for word in words}
    near = {
        word
        for word, distance in distances.items()
        if distance <= errors and abs(len(word) - len(typed)) <= 1
    }
    far = {word for word, distance in distances.items() if distance > max(errors, 2)}
    compared = {word for word, _ in Spelling(words)._near(typed)}
    assert near <= compared
    assert not compared & far
    assert len(typed) >= SOUNDS_FROM or all(distances[word] <= errors for word in compared)
