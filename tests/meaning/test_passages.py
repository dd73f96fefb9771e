"""What the model reads of a sheet, and what its vectors owe to each part."""

import numpy as np
import pytest

from impact_alliances.meaning.passages import Passages, cut, passages_of
from support.builders import a_case

AXES = np.eye(4, dtype=np.float32)


def test_a_vector_owes_to_the_title_the_opening_and_its_part() -> None:
    """.3, .35 and the rest, at unit length: (.3² + .35² + .35²) has .5788 for root."""
    passages = Passages("titre", ("début", "suite"), "chapô")
    assert passages.texts == ("titre", "chapô", "début", "suite")
    assert passages.combined(AXES) == pytest.approx(
        np.array([[0.518321, 0.604708, 0.604708, 0], [0.518321, 0.604708, 0, 0.604708]]), abs=1e-6
    )


def test_without_an_opening_the_part_takes_its_share() -> None:
    """.3 and .7: a root of .7616."""
    found = Passages("titre", ("tout",)).combined(AXES[:2, :2])
    assert found == pytest.approx(np.array([[0.393919, 0.919145]]), abs=1e-6)


def test_a_title_alone_is_its_own_vector() -> None:
    assert Passages("titre", ()).combined(AXES[:1]) == pytest.approx(AXES[:1])


@pytest.mark.parametrize(
    "other",
    [
        Passages("Titre", ("a", "b"), "c"),
        Passages("titre", ("a", "b")),
        Passages("titre", ("a b",), "c"),
        Passages("titre", ("b", "a"), "c"),
    ],
)
def test_the_hash_changes_with_each_text(other: Passages) -> None:
    """It alone tells that a vector is of a former text."""
    assert Passages("titre", ("a", "b"), "c").text_hash != other.text_hash


def test_a_sheet_opens_with_its_fragilites() -> None:
    """Which its text may not name; the opening is read apart only where there is more than it."""
    short = passages_of(a_case(title="Les haies", fragilites=["mobilite", "sante"]))
    assert (short.title, short.opening, len(short.parts)) == ("Les haies", "", 1)
    assert short.parts[0].startswith("Mobilité, transport, Santé")
    long = passages_of(a_case(summary="Un chapô.", actions="Une phrase de cinq mots. " * 60))
    assert (long.opening, len(long.parts)) == ("Un chapô.", 3)


def test_passages_overlap_by_a_sentence() -> None:
    """What a sentence says of the one before is not lost at a cut."""
    text = "Un deux trois. Quatre cinq six. Sept huit neuf."
    assert cut(text, size=6) == [
        "Un deux trois. Quatre cinq six.",
        "Quatre cinq six. Sept huit neuf.",
    ]
    assert cut("") == []
