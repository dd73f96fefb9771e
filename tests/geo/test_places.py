"""The communes: by code, by name and postcode, by the beginning of a name."""

import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from impact_alliances.geo.places import UnknownPlace, gazetteer
from impact_alliances.vocabularies.matching import slugify


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("22113", "22113"),
        (" 22113 ", "22113"),
        ("2a004", "2A004"),
        ("Lannion", "22113"),
        ("lannion 22300", "22113"),
        ("22300 LANNION", "22113"),
        ("Lannion (22300)", "22113"),
        ("St-Étienne 42000", "42218"),
        ("saint etienne 42100", "42218"),
        ("L’Abergement-Clémenciat", "01001"),
        ("l'abergement clemenciat", "01001"),
        ("Paris", "75056"),
        ("Saint-Denis 97400", "97411"),
    ],
)
def test_a_commune_is_known_by_code_or_by_name_and_postcode(text: str, code: str) -> None:
    assert gazetteer().resolve(text).code == code


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("99999", "n’est pas un code INSEE connu"),
        ("", "n’est pas un code INSEE connu"),
        ("Lanion 22300", "Vouliez-vous dire « Lannion (22300) »"),
        ("Lannion 75001", "Le code postal ne correspond pas"),
        ("Saint-Denis", "ajoutez le code postal"),
        ("Xyzzyville", "Commune inconnue"),
    ],
)
def test_a_refusal_says_what_to_write(text: str, expected: str) -> None:
    with pytest.raises(UnknownPlace, match=expected.replace("(", r"\(").replace(")", r"\)")):
        gazetteer().resolve(text)


def test_every_commune_answers_to_its_own_code() -> None:
    assert [code for code in gazetteer().by_code if gazetteer().resolve(code).code != code] == []


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


def test_names_are_completed_the_most_populous_first() -> None:
    found = gazetteer().starting("lann", 5)
    assert found[0].code == "22113"
    assert [c.population for c in found] == sorted(
        (c.population for c in found), key=lambda p: -(p or 0)
    )
    assert len(gazetteer().starting("sa", 8)) == 8


@pytest.mark.parametrize("text", ["22300", "ST ETIENNE", "Saint-Étien"])
def test_a_postcode_or_an_abbreviation_completes_too(text: str) -> None:
    assert {"22113", "42218"} & {commune.code for commune in gazetteer().starting(text)}


@pytest.mark.parametrize("text", ["", "   ", "---"])
def test_nothing_typed_completes_to_nothing(text: str) -> None:
    assert gazetteer().starting(text) == []


@given(st.text(max_size=40))
@settings(max_examples=60)
def test_any_text_names_a_commune_or_is_refused(text: str) -> None:
    try:
        assert gazetteer().resolve(text).code in gazetteer().by_code
    except UnknownPlace as unknown:
        assert str(unknown)


def _walked(text: str, digits: str) -> list[str]:
    """The codes of the communes whose name or postcode begins so, by looking at all of them."""
    everywhere = gazetteer().by_code.values()
    found = [
        c
        for c in everywhere
        if slugify(c.name).startswith(text) or any(code.startswith(digits) for code in c.postcodes)
    ]
    return [c.code for c in sorted(found, key=lambda c: (-(c.population or 0), c.code))]


@pytest.mark.parametrize("typed", ["s", "sainte-a", "lann", "22300", "75", "0", "xyzzy"])
def test_what_begins_so_is_all_that_is_found(typed: str) -> None:
    found = [commune.code for commune in gazetteer().starting(typed, 40_000)]
    assert [code for code in found if code != typed] == _walked(typed, typed)


@pytest.mark.parametrize(
    ("typed", "first"),
    [("oz", "Oz"), ("Y", "Y"), ("eu", "Eu"), ("01004", "Ambérieu-en-Bugey"), ("2a004", "Ajaccio")],
)
def test_the_very_name_or_code_comes_first(typed: str, first: str) -> None:
    """However small the commune."""
    assert gazetteer().starting(typed)[0].name == first


def test_what_is_typed_is_looked_for_without_a_walk_over_all_communes() -> None:
    """It is asked at each letter that a visitor types."""

    def cost(look: Callable[[], object]) -> float:
        started = time.thread_time()
        look()
        return time.thread_time() - started

    walk = min(
        cost(lambda: [c for c in gazetteer().by_code.values() if c.name.startswith("Lann")])
        for _ in range(5)
    )
    assert min(cost(lambda: gazetteer().starting("lann")) for _ in range(5)) < walk
