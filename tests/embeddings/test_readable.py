"""What a model is given of a text: nothing hostile, nothing that costs too much, and an ordinary
text as it is.
"""

import unicodedata

import pytest
from hypothesis import given

from impact_alliances.embeddings.readable import LONGEST_QUERY, beginning, readable
from tests.fuzz.texts import ANY_TEXT

# Code points that one byte of the text becomes, at the most, in the memory that the bundled model
# sets aside.
ROOM = 4


@pytest.mark.parametrize(
    "text",
    [
        "ma commune n'a plus de médecin",
        "Ça coûte 12 € par mois, à Saint-Étienne (42)",
        "l’eau",
        "😀 merci",
        "東京 Москва ქართული",
        "สวัสดีน้ำ",
    ],
)
def test_an_ordinary_text_is_read_as_it_is(text: str) -> None:
    assert readable(text, LONGEST_QUERY) == unicodedata.normalize("NFKC", text)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", " "),
        ("\u200b\ue000\ufffe", " "),
        ("un\x00bus\ud800 ", "un bus"),
        ("me\u0301decin", "médecin"),
        ("ﬁn ② ℌ", "fin 2 H"),
        ("a" + "\u0301" * 500, "á\u0301\u0301\u0301"),
        ("mé\u00addecin\u202e", "médecin"),
    ],
    ids=["empty", "nothing read", "controls", "composed", "compatible", "flood", "hidden"],
)
def test_what_no_model_reads_is_left_out(text: str, read: str) -> None:
    assert readable(text, LONGEST_QUERY) == read


@given(ANY_TEXT)
def test_no_text_outgrows_its_bounds(text: str) -> None:
    found = readable(text, 300)
    assert 1 <= len(found) <= 300
    assert len(unicodedata.normalize("NFKC", found)) <= ROOM * len(found.encode())
    assert readable(found, 300) == found


@pytest.mark.no_cover
def test_every_sign_of_unicode_becomes_one_that_keeps_within_the_models_memory() -> None:
    """U+FDFA, of three bytes, became eighteen signs."""
    for code in range(0x110000):
        found = readable(chr(code), LONGEST_QUERY)
        assert unicodedata.normalize("NFKC", found) == found, hex(code)


def test_a_text_is_cut_between_words_at_the_tokens_allowed() -> None:
    words = " ".join(["alliance"] * 50)
    assert beginning(words, 50, lambda text: len(text.split())) == words
    assert beginning(words, 20, lambda text: len(text.split())) == " ".join(["alliance"] * 20)
    assert beginning("a" * 500, 40, len) == "a" * 40
