"""What a person types in a field for a place."""

import pytest

from impact_alliances.geo.finding import find, named


def test_communes_are_found_by_the_beginning_of_their_name() -> None:
    assert find("lann", 3)[0].code == "22113"
    assert len(find("sa", 5)) == 5


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Lannion", "Lannion (22300)"),
        ("22113", "Lannion (22300)"),
        ("lannion 22300", "Lannion (22300)"),
        ("44000", "Nantes (44000)"),
        ("Morbihan", "Morbihan (56)"),
        ("974", "La Réunion (974)"),
        ("Bretagne", "Bretagne"),
    ],
)
def test_a_clear_answer_is_one_place(text: str, label: str) -> None:
    found = named(text)
    assert found.place
    assert found.place.label == label
    assert (found.choices, found.said) == ((), "")


def test_namesakes_are_choices() -> None:
    found = named("Saint-Denis")
    assert found.place is None
    assert {"93066", "97411"} <= {one.code for one in found.choices}
    assert "Saint-Denis" in found.said


def test_a_postcode_of_several_communes_is_a_choice() -> None:
    found = named("22300")
    assert found.place is None
    assert found.choices[0].name == "Lannion"


def test_nothing_is_said_of_nothing() -> None:
    assert (named("  ").place, named("  ").choices, named("  ").said) == (None, (), "")
