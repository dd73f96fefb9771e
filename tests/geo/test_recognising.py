"""The place in what a visitor typed, and what only looks like one."""

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impact_alliances.geo.places import gazetteer
from impact_alliances.geo.recognising import Reading, read

# One query a line: which half it is of, the text, and the place meant: the code of a commune, or
# the départements joined by « + »; empty where no place is meant. The half « chosen » was looked at
# while the recogniser was written, the half « unseen » only once it was.
QUERIES = Path(__file__).with_name("places_named.tsv")


def _queries(half: str, *, named: bool) -> list[tuple[str, str]]:
    with QUERIES.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [(text, place) for of, text, place in rows if of == half and bool(place) == named]


def _said(reading: Reading) -> str:
    """A place as the file of queries writes it."""
    if not reading.place:
        return ""
    commune = reading.place.commune
    return commune.code if commune else "+".join(sorted(reading.place.departements))


def _wrong(queries: Sequence[tuple[str, str]]) -> list[str]:
    return [text for text, place in queries if _said(read(text)) != place]


@pytest.mark.parametrize("half", ["chosen", "unseen"])
def test_the_place_named_is_the_one_recognised(half: str) -> None:
    queries = _queries(half, named=True)
    assert len(queries) >= 200
    assert len(_wrong(queries)) <= 0.05 * len(queries), _wrong(queries)


@pytest.mark.parametrize("half", ["chosen", "unseen"])
def test_what_only_looks_like_a_place_is_left_alone(half: str) -> None:
    queries = _queries(half, named=False)
    assert len(queries) >= 100
    assert len(_wrong(queries)) <= 0.02 * len(queries), _wrong(queries)


@pytest.mark.parametrize(
    ("text", "rest", "said"),
    [
        ("crèche Bretagne", "crèche", "en Bretagne"),
        ("médecin dans la Creuse", "médecin", "dans la Creuse"),
        ("médecin dans le 35", "médecin", "en Ille-et-Vilaine"),
        ("plus de médecin à Lannion depuis un an", "plus de médecin depuis un an", "à Lannion"),
        ("garde d’enfants au Havre", "garde d’enfants", "au Havre"),
        ("aide aux Abymes", "aide", "aux Abymes"),
        ("vélo à La Rochelle", "vélo", "à La Rochelle"),
        ("à 20 km de Mende, un garage", "un garage", "à Mende"),
        ("Lannion et ses alentours", "", "à Lannion"),
        ("entraide à Lyon 3e arrondissement", "entraide", "à Lyon"),
        ("épicerie à Saint-Denis (93) pour tous", "épicerie pour tous", "à Saint-Denis"),
        ("22300 Lannion", "", "à Lannion"),
        ("santé outre-mer", "santé", "outre-mer"),
        ("Lannion -vélo", "-vélo", "à Lannion"),
        ("Lannion-Trégor Communauté", "Trégor Communauté", "à Lannion"),
    ],
)
def test_the_rest_of_the_text_is_what_is_asked(text: str, rest: str, said: str) -> None:
    reading = read(text)
    assert (reading.rest, reading.place and reading.place.said) == (rest, said)


@pytest.mark.parametrize("text", ['"Lannion"', "« Lannion »", "médecin -Lannion", "“Lannion"])
def test_words_quoted_or_excluded_name_no_place(text: str) -> None:
    """They are searched, or left out, as they are."""
    assert read(text) == Reading(text)


def test_the_most_populous_is_taken_and_its_namesakes_are_offered() -> None:
    """Each with the text that asks for it, which leaves no doubt."""
    reading = read("épicerie à Saint-Denis")
    assert reading.place
    assert reading.place.label == "Saint-Denis (97400, La Réunion)"
    assert reading.others[0][1] == "épicerie à Saint-Denis (93200)"
    for place, text in reading.others:
        again = read(text)
        assert (again.place, again.rest, again.others) == (place, "épicerie", ())


@pytest.mark.parametrize("code", ["97411", "97302", "97502", "22113", "75056"])
def test_a_label_is_read_whole(code: str) -> None:
    commune = gazetteer().by_code[code]
    reading = read(f"épicerie à {commune.label} bio")
    assert (reading.place and reading.place.commune, reading.rest) == (commune, "épicerie bio")


@pytest.mark.parametrize(
    ("text", "within", "code"),
    [("Saint-Denis", ("93",), "93066"), ("Saint-Denis", ("29",), "97411")],
)
def test_a_filter_decides_between_namesakes(text: str, within: tuple[str, ...], code: str) -> None:
    """Where one of them lies within; else it decides nothing."""
    reading = read(text, within)
    assert _said(reading) == code


def test_a_name_that_is_also_a_word_is_a_doubt_that_is_told() -> None:
    reading = read("bourg")
    assert reading.place is None
    assert reading.rest == "bourg"
    place, text = reading.others[0]
    assert text == place.label == "Bourg (33710)"
    assert read(text).place == place


def test_a_departement_and_a_commune_of_one_name_are_told_apart() -> None:
    """« Vienne » is the département first, « à Vienne » the town; either offers the other."""
    territory, town = read("Vienne"), read("emploi à Vienne")
    assert territory.place
    assert town.place
    assert (_said(territory), _said(town)) == ("86", "38544")
    assert town.place in [place for place, _ in territory.others]
    assert territory.place in [place for place, _ in town.others]


@given(st.text(max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    reading = read(text)
    assert reading.place or reading.rest == text


@pytest.mark.parametrize(
    ("text", "beside"),
    [
        ("Lannion", "près de Lannion"),
        ("Le Havre", "près du Havre"),
        ("Les Abymes", "près des Abymes"),
        ("Auch", "près d’Auch"),
        ("Évreux", "près d’Évreux"),
        ("La Rochelle", "près de La Rochelle"),
        ("Creuse", "dans la Creuse"),
    ],
)
def test_what_is_near_a_place_is_said_so(text: str, beside: str) -> None:
    place = read(text).place
    assert place
    assert place.beside == beside


@pytest.mark.parametrize("text", ["Coln Favreuil", "Albna Lannion", "atelier de Myrim Bellocq"])
def test_a_first_name_with_a_fault_is_somebody_where_it_is_no_word(text: str) -> None:
    """A word that is known is itself: « Maire Lannion » is no « Marie »."""
    assert read(text, unknown=["coln", "albna", "myrim"]).place is None
    assert read(text).place
    assert read("Maire Lannion", unknown=["coln"]).place
    assert read("Tvrx Lannion", unknown=["tvrx"]).place


@pytest.mark.parametrize("text", ["Mr Favreuil", "Mme Lannion", "madame bellocq", "M. Favreuil"])
def test_a_name_after_a_civility_is_somebody(text: str) -> None:
    assert read(text).place is None


def test_a_saint_may_be_cut_short() -> None:
    place = read("St. Etienne").place
    assert place
    assert place.commune
    assert place.commune.name == "Saint-Étienne"
