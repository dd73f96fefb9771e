"""The communes and the arrondissements: what is told of each."""

import pytest

from impact_alliances.geo.places import gazetteer


def test_overseas_and_corsican_communes_are_there() -> None:
    found = {
        code: gazetteer().by_code[code] for code in ("2A004", "97411", "97302", "97502", "98735")
    }
    assert [commune.name for commune in found.values()] == [
        "Ajaccio",
        "Saint-Denis",
        "Cayenne",
        "Saint-Pierre",
        "Papeete",
    ]
    assert [commune.region for commune in found.values()] == ["94", "04", "03", "975", "987"]


def test_the_size_follows_the_population() -> None:
    assert (gazetteer().by_code["75056"].taille, gazetteer().by_code["01001"].taille) == (
        "grand",
        "petit",
    )


def test_coordinates_are_those_of_french_places() -> None:
    """Lannion lies in Brittany, La Réunion in the southern hemisphere."""
    lannion, saint_denis = gazetteer().by_code["22113"], gazetteer().by_code["97411"]
    assert (round(lannion.latitude or 0, 1), round(lannion.longitude or 0, 1)) == (48.7, -3.5)
    assert (saint_denis.latitude or 0) < -20


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("22113", "Lannion (22300)"),
        ("93066", "Saint-Denis (93200)"),
        ("97411", "Saint-Denis (97400, La Réunion)"),
        ("97701", "Saint-Barthélemy (97133)"),
        ("97502", "Saint-Pierre (97500, Saint-Pierre-et-Miquelon)"),
        ("98412", "Archipel des Kerguelen (984, Terres australes et antarctiques françaises)"),
        ("97415", "Saint-Paul (97460, La Réunion)"),
        ("75056", "Paris (75000)"),
        ("75111", "Paris 11e (75011)"),
        ("13201", "Marseille 1er (13001)"),
    ],
)
def test_a_label_tells_a_commune_from_its_namesakes(code: str, label: str) -> None:
    commune = gazetteer().coded(code)
    assert commune is not None
    assert commune.label == label


def test_no_two_labels_are_alike() -> None:
    """Arrondissements included."""
    places = [*gazetteer().by_code.values(), *gazetteer().arrondissements.values()]
    assert len({one.label for one in places}) == len(places) == 34_969 + 45


@pytest.mark.parametrize(("town", "many"), [("75056", 20), ("69123", 9), ("13055", 16)])
def test_arrondissements_are_around_their_town(town: str, many: int) -> None:
    """Each with a point, inhabitants and a postcode of its own."""
    whole = gazetteer().by_code[town]
    parts = [one for one in gazetteer().arrondissements.values() if one.parent == town]
    assert len({one.postcodes for one in parts}) == many
    assert len({(one.latitude, one.longitude) for one in parts}) == many
    assert abs(sum(one.population or 0 for one in parts) - (whole.population or 0)) < 0.01 * (
        whole.population or 0
    )
    for one in parts:
        assert one.latitude is not None
        assert one.longitude is not None
        assert abs(one.latitude - (whole.latitude or 0)) < 0.15
        assert abs(one.longitude - (whole.longitude or 0)) < 0.15
        assert (one.departement, one.region) == (whole.departement, whole.region)


def test_what_is_not_a_code_is_nothing() -> None:
    assert gazetteer().coded("99999") is None
