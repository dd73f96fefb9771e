"""How near documents are to a place, and what is around it."""

import math

import pytest

from impact_alliances.geo.nearness import (
    AROUND,
    Nearness,
    Whereabouts,
    around,
    distance,
    wider,
)
from impact_alliances.geo.places import gazetteer
from impact_alliances.geo.recognising import read
from impact_alliances.geo.territories import Place
from impact_alliances.vocabularies.terms import REGION_OF

# Lannion, Guingamp (25 km away), Morlaix (in another département), Paris.
LANNION, GUINGAMP, MORLAIX, PARIS = "22113", "22070", "29151", "75056"
CAYENNE, KOUROU, POINTE_A_PITRE, FORT_DE_FRANCE = "97302", "97304", "97120", "97209"
SAINT_MARTIN, SAINT_BARTHELEMY = "97801", "97701"


def _place(text: str) -> Place:
    place = read(text).place
    assert place
    return place


def _in(code: str) -> Whereabouts:
    """A sheet in that commune."""
    commune = gazetteer().by_code[code]
    return Whereabouts(code, (commune.departement,), (REGION_OF[commune.departement],))


def _order(text: str, *codes: str) -> list[str]:
    """These communes, nearest to the place first; those that are not near at all are left out."""
    nearness = Nearness(_place(text))
    found = [(nearness.of(_in(code)), code) for code in codes]
    return [code for near, code in sorted(found, reverse=True) if near > 0.001]


@pytest.mark.parametrize(
    ("one", "other", "km"),
    [
        (PARIS, "69123", 393.4),
        (PARIS, LANNION, 426.7),
        (CAYENNE, "97411", 12_059.2),
        ("98818", "98735", 4_618.6),
    ],
)
def test_distances_are_those_of_the_globe(one: str, other: str, km: float) -> None:
    """As geographiclib measures them on the ellipsoid, within 0.6 %; across both hemispheres, and
    across the antimeridian (Nouméa, Papeete).
    """
    communes = gazetteer().by_code
    assert distance(communes[one], communes[other]) == pytest.approx(km, rel=0.006)


def test_what_is_there_comes_first_then_what_is_near() -> None:
    assert _order("Lannion", PARIS, MORLAIX, GUINGAMP, LANNION) == [LANNION, GUINGAMP, MORLAIX]


def test_nearness_falls_with_distance_and_ends() -> None:
    nearness = Nearness(_place("Lannion"))
    nears = [nearness.of(_in(code)) for code in (LANNION, GUINGAMP, MORLAIX)]
    assert nears == sorted(nears, reverse=True)
    assert nears[0] == 1
    assert nearness.of(_in(PARIS)) < 0.001
    assert nearness.of(Whereabouts()) == 0


def test_who_serves_the_departement_is_nearer_than_who_serves_the_region() -> None:
    nearness = Nearness(_place("Lannion"))
    serving = Whereabouts(PARIS, ("75", "22"), ("11", "53"))
    of_the_region = Whereabouts(PARIS, ("75",), ("11", "53"))
    assert nearness.of(serving) > nearness.of(of_the_region) > nearness.of(_in(PARIS))


@pytest.mark.parametrize(
    ("text", "here", "elsewhere"),
    [
        ("Creuse", Whereabouts("", ("23",), ("75",)), Whereabouts("", ("63",), ("84",))),
        ("Bretagne", Whereabouts("", (), ("53",)), Whereabouts("", ("44",), ("52",))),
        ("Picardie", Whereabouts("", ("80",), ("32",)), Whereabouts("", ("76",), ("28",))),
        ("outre-mer", Whereabouts("", ("974",), ("04",)), Whereabouts("", ("75",), ("11",))),
    ],
)
def test_a_territory_is_there_or_not(text: str, here: Whereabouts, elsewhere: Whereabouts) -> None:
    nearness = Nearness(_place(text))
    assert (nearness.of(here), nearness.of(elsewhere)) == (1, 0)


def test_overseas_nothing_is_near_but_the_same_territory() -> None:
    """Saint-Barthélemy is 30 km from Saint-Martin, and another territory."""
    assert _order("Cayenne", KOUROU, CAYENNE, PARIS) == [CAYENNE, KOUROU]
    assert _order("Pointe-à-Pitre", POINTE_A_PITRE, FORT_DE_FRANCE) == [POINTE_A_PITRE]
    assert _order("Saint-Martin 978", SAINT_MARTIN, SAINT_BARTHELEMY) == [SAINT_MARTIN]


def test_around_a_commune_are_those_within_reach_and_its_departement() -> None:
    lannion, communes = _place("Lannion"), gazetteer().by_code
    found = around(lannion)
    assert found["departement"] == ("22",)
    assert found["commune"][0] == LANNION
    assert {GUINGAMP, MORLAIX} <= set(found["commune"])
    assert lannion.commune
    measured = {
        code: distance(lannion.commune, commune)
        for code, commune in communes.items()
        if not math.isinf(distance(lannion.commune, commune))
    }
    assert set(found["commune"]) == {code for code, km in measured.items() if km <= AROUND}


def test_around_a_commune_overseas_is_its_territory() -> None:
    communes = gazetteer().by_code
    found = around(_place("Saint-Martin 978"))["commune"]
    assert {communes[code].departement for code in found} == {"978"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Creuse", {"departement": ("23",)}),
        ("Bretagne", {"region": ("53",)}),
        ("Alsace", {"departement": ("67", "68")}),
    ],
)
def test_a_territory_is_what_its_filter_keeps(text: str, found: dict[str, tuple[str, ...]]) -> None:
    place = _place(text)
    ((_, facet, values),) = place.filters
    assert around(place) == {facet: values} == found


def test_wider_than_a_place_is_its_region() -> None:
    assert wider(_place("Lannion")) == _place("Bretagne")
    assert wider(_place("Alsace")) == _place("Grand Est")
    assert wider(_place("Bretagne")) is None
    assert wider(_place("Antilles")) is None
