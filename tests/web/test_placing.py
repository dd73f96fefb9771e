"""The place typed in a request."""

import pytest

from impact_alliances.web.placing import placed


@pytest.mark.parametrize(
    ("asked", "becomes"),
    [
        ([("lieu", "Lannion")], [("near", "22113")]),
        ([("lieu", "22300 Lannion"), ("q", "bus")], [("q", "bus"), ("near", "22113")]),
        ([("lieu", "morbihan")], [("departement", "56")]),
        ([("lieu", "Bretagne")], [("region", "53")]),
        ([("lieu", "Savoies")], [("departement", "73"), ("departement", "74")]),
    ],
)
def test_a_clear_place_becomes_a_parameter(
    asked: list[tuple[str, str]], becomes: list[tuple[str, str]]
) -> None:
    """A commune is where to be near; a territory is a filter."""
    assert placed(asked).pairs == becomes
    assert not placed(asked).said


def test_a_typed_place_takes_the_place_of_the_former_one() -> None:
    """A territory also that of territories, and of what means nothing without a commune."""
    before = [("near", "22113"), ("rayon", "30"), ("tri", "distance"), ("departement", "22")]
    assert placed([*before, ("lieu", "Quimper")]).pairs == [*before[1:], ("near", "29232")]
    assert placed([*before, ("lieu", "Finistère")]).pairs == [("departement", "29")]


def test_the_field_left_as_it_was_changes_nothing() -> None:
    """Without script it goes with the form, whatever else one changes there."""
    kept = [("near", "22113"), ("rayon", "30")]
    assert placed([*kept, ("lieu", "Lannion (22300)")]).pairs == kept


def test_the_field_emptied_takes_the_place_away() -> None:
    """And the order and the distance that only it gave a meaning."""
    asked = [("q", "bus"), ("near", "22113"), ("rayon", "30"), ("tri", "distance"), ("lieu", "")]
    assert placed(asked).pairs == [("q", "bus")]
    assert placed([("tri", "date"), ("near", "22113"), ("lieu", " ")]).pairs == [("tri", "date")]


def test_what_is_said_of_a_place_in_the_text_stays() -> None:
    """« lieu=non » is no place that somebody typed."""
    for said in ("non", "oui"):
        assert placed([("lieu", said), ("near", "22113")]).pairs == [
            ("lieu", said),
            ("near", "22113"),
        ]


def test_namesakes_are_offered_with_what_tells_them_apart() -> None:
    """The rest of the search goes along, the distance asked for too."""
    found = placed([("q", "bus"), ("rayon", "30"), ("lieu", "Saint-Denis")])
    assert found.pairs == [("q", "bus")]
    assert found.typed == "Saint-Denis"
    assert "Saint-Denis" in found.said
    labels = [link.label for link in found.links()]
    assert labels[:2] == [
        "Saint-Denis (97400, La Réunion)",
        "Saint-Denis (93200, Seine-Saint-Denis)",
    ]
    assert all(link.url.startswith("/catalyseurs?q=bus") for link in found.links("/catalyseurs"))


def test_a_place_that_nobody_knows_is_told() -> None:
    """In a sentence; the search is not lost."""
    found = placed([("q", "bus"), ("lieu", "Zzyzx")])
    assert found.pairs == [("q", "bus")]
    assert "Zzyzx" in found.said
    assert found.choices == ()
