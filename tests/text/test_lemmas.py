"""The dictionary of French, and what it says of the words that it ignores."""

import pytest

from impact_alliances.text.lemmas import is_struck


@pytest.mark.parametrize("word", ["qsdfghjklm", "oiezjfoize", "grmblfx", "wxcvbn", "zzzzz"])
def test_keys_struck_at_random_are_told_by_their_letters(word: str) -> None:
    assert is_struck(word)


@pytest.mark.parametrize(
    "word", ["glyphosate", "logopede", "boulagnerie", "jugendliche", "cpf", ""]
)
def test_a_word_that_the_dictionary_ignores_is_none(word: str) -> None:
    """Nor is one with an error, nor one of our neighbours, nor an acronym."""
    assert not is_struck(word)
