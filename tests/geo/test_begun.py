"""The commune that someone is typing, at the end of a text."""

import pytest

from impact_alliances.geo.begun import begun


def _told(text: str) -> list[tuple[str, str]]:
    return [(one.rest, one.commune.name) for one in begun(text, 2)]


@pytest.mark.parametrize(
    ("text", "rest", "name"),
    [
        ("médecin à lan", "médecin", "Lannion"),
        ("crèche, près de chamb", "crèche", "Chambéry"),
        ("vélo vers St-Mal", "vélo", "Saint-Malo"),
        ("école à rochel", "école", "La Rochelle"),
        ("covoiturage de Lannion à perr", "covoiturage de Lannion", "Perros-Guirec"),
        ("école à trébri", "école", "Trébrivan"),
        ("lanni", "", "Lannion"),
        ("22300", "", "Lannion"),
        ("mer", "", "Mer"),
    ],
)
def test_a_name_led_to_is_begun_and_a_town_alone(text: str, rest: str, name: str) -> None:
    """Without its accents, its article or its last letters."""
    assert (rest, name) in _told(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "aide à domicile",
            "apprendre à lire",
            "retour à l’emploi",
            "médecin à la",
            "médecin à l",
        ),
        *("emploi", "trébri", "mobi", "22", "à", "", "médecin lan"),
    ],
)
def test_what_begins_no_commune_is_left(text: str) -> None:
    """Nor is a village in the few letters of a word, nor an article one."""
    assert _told(text) == []


def test_a_whole_name_is_told_from_a_beginning() -> None:
    """Some names are words too: « mer » is one, « maison » begins others."""
    assert [one.is_whole for one in begun("mer", 2)] == [True, False]
    assert not any(one.is_whole for one in begun("maison", 2))
