"""Signs that nobody sees go; those that are seen, or that join pictures, stay."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impact_alliances.text.analysis import clean
from impact_alliances.vocabularies.signs import without_hidden_signs

# Signs of the category « format » that are seen: they stand before or around Arabic, Syriac and
# Kaithi numbers.
SEEN = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
SIGNS = st.text(
    st.one_of(
        st.characters(), st.sampled_from("a👩❤️\u200d\u200b\ufe0f#\u00ad\u202e\ufeff\ufffe\x00\n")
    )
)


@pytest.mark.parametrize(
    ("hidden", "name"),
    [
        ("\u00ad", "césure"),
        ("\u200b", "espace nulle"),
        ("\u202e", "sens"),
        ("\u2066", "isolat"),
        ("\ufeff", "marque"),
        ("\U000e0041", "tag"),
    ],
)
def test_an_invisible_sign_goes_without_parting_the_word(hidden: str, name: str) -> None:
    assert without_hidden_signs(f"{hidden}méde{hidden}cin{hidden}") == "médecin", name


def test_every_sign_of_format_goes_but_those_that_are_seen() -> None:
    formats = [code for code in range(0x110000) if unicodedata.category(chr(code)) == "Cf"]
    assert {code for code in formats if without_hidden_signs(f"a{chr(code)}b") != "ab"} == SEEN


@pytest.mark.parametrize(
    "broken",
    [
        "\x00",
        "\x1f",
        "\x7f",
        "\x9f",
        "\ud800",
        "\ufdd0",
        "\ufffe",
        "\uffff",
        "\U0010ffff",
        "\U0001fffe",
    ],
)
def test_what_is_no_character_becomes_a_space(broken: str) -> None:
    assert without_hidden_signs(f"a{broken}b") == "a b"
    assert clean(f"{broken}a{broken}{broken}b") == "a b"


@pytest.mark.parametrize(
    "text",
    [
        "👩‍🌾",
        "👨‍👩‍👧‍👦",
        "❤️",
        "❤️‍🔥",
        "1️⃣",
        "🏳️‍🌈",
        "Ligne 1\nLigne 2\tfin",
        "1\u202f234\u00a0€",
        "e\u0301cole",
        "école",
    ],
)
def test_what_is_seen_stays(text: str) -> None:
    assert without_hidden_signs(text) == text


@pytest.mark.parametrize("mark", ["\u0301", "\u20dd", "\u0e49"])
def test_of_a_heap_of_marks_the_first_stay(mark: str) -> None:
    heap = f"«a{mark * 9}»…{mark * 3}"
    assert without_hidden_signs(heap) == f"«a{mark * 4}»…{mark * 3}"


@given(SIGNS)
def test_done_twice_it_changes_nothing_more(text: str) -> None:
    once = without_hidden_signs(text)
    assert without_hidden_signs(once) == once
    assert clean(clean(text)) == clean(text)
