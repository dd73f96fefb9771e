"""How people ask for a resource: what repeats, in one or across several, is told."""

import pytest

from impact_alliances.resources.demandes import as_heard, doubles, parted


@pytest.mark.parametrize(
    "said", ["Plus de CAR le samedi !", "plus de car le samedi", "« Plus  de car, le samedi »"]
)
def test_marks_case_and_spaces_are_not_heard(said: str) -> None:
    assert as_heard(said) == "plus de car le samedi"


def test_accents_and_apostrophes_are_not_heard() -> None:
    assert as_heard("L’été à l'école") == as_heard("l'ete a l’ecole")


def test_the_title_and_what_was_said_before_bring_nothing() -> None:
    kept, repeated = parted(["Un car ?", "Plus de car", "…", "plus de CAR", "À pied"], "Un car")
    assert kept == ["Plus de car", "À pied"]
    assert repeated == ["Un car ?", "…", "plus de CAR"]


def test_what_two_owners_say_is_told_with_both() -> None:
    said = [("a", "Un car"), ("b", "À pied"), ("c", "un car !"), ("b", "à pied")]
    assert doubles(said) == [("a", "c", "un car !")]
