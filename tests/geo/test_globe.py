"""Distances on the globe, one by one and many at once."""

import math
import random
from collections.abc import Iterator

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic

from impact_alliances.geo.globe import (
    MAINLAND,
    NOWHERE,
    Communes,
    between,
    everywhere,
    nearest_commune,
    number_of,
    placed,
    point_at,
    span_of,
)
from impact_alliances.geo.origin import Origin
from impact_alliances.geo.places import UnknownPlace, gazetteer

LANNION, MORLAIX, AJACCIO, CAYENNE = "22113", "29151", "2A004", "97302"
SAINT_MARTIN, SAINT_BARTHELEMY, BASSE_TERRE = "97801", "97701", "97105"
KERGUELEN = "98412"
Degrees = tuple[float, float]


def _pairs() -> Iterator[tuple[Degrees, Degrees]]:
    """A thousand pairs of points: of communes, of anywhere, and astride the antimeridian."""
    chance = random.Random(1)
    located = [one for one in gazetteer().by_code.values() if one.latitude is not None]
    for _ in range(500):
        one, other = chance.sample(located, 2)
        yield (one.latitude or 0, one.longitude or 0), (other.latitude or 0, other.longitude or 0)
    for _ in range(300):
        yield _anywhere(chance), _anywhere(chance)
    for _ in range(200):
        latitude, _ = _anywhere(chance)
        east, west = chance.uniform(170, 180), chance.uniform(-180, -170)
        yield (latitude, east), (latitude + chance.uniform(-5, 5), west)


def _anywhere(chance: random.Random) -> Degrees:
    return math.degrees(math.asin(chance.uniform(-0.99, 0.99))), chance.uniform(-180, 180)


def test_distances_are_those_of_the_ellipsoid_within_six_in_a_thousand() -> None:
    """As an independent library measures them, both hemispheres and the antimeridian included."""
    pairs = list(_pairs())
    assert len(pairs) == 1_000
    for one, other in pairs:
        km = Geodesic.WGS84.Inverse(*one, *other)["s12"] / 1000
        assert between(point_at(*one), point_at(*other)) == pytest.approx(km, rel=0.006)


def test_many_distances_at_once_are_those_of_one_by_one() -> None:
    origin = Origin.of(LANNION)
    codes = ["", LANNION, MORLAIX, AJACCIO, CAYENNE, "99999", "zz", KERGUELEN, "2a004"]
    spans = origin.spans(Communes.of(codes))
    for code, span in zip(codes, spans.tolist(), strict=True):
        km = origin.distance_to(code)
        assert span == (math.inf if km is None else pytest.approx(span_of(km), rel=1e-9))
    assert np.isfinite(spans).tolist() == [False, True, True, True, *[False] * 5]


@pytest.mark.parametrize("near", [LANNION, "48.7312,-3.4523", CAYENNE, SAINT_MARTIN])
@pytest.mark.parametrize("reach", [10, 100])
def test_within_reach_are_all_those_that_are_no_further(near: str, reach: float) -> None:
    origin = Origin.of(near)
    measured = {code: origin.distance_to(code) for code in gazetteer().by_code}
    found = origin.within(reach, everywhere())
    assert set(found) == {code for code, km in measured.items() if km is not None and km <= reach}
    assert len(found) == len(set(found))


def test_nothing_is_near_across_a_sea() -> None:
    """Corsica is of the mainland; Guadeloupe and what was a part of it are three."""
    assert round(Origin.of(LANNION).distance_to(AJACCIO) or 0) == 1215
    assert Origin.of(CAYENNE).distance_to(LANNION) is None
    islands = (BASSE_TERRE, SAINT_MARTIN, SAINT_BARTHELEMY)
    for here in islands:
        told = [there for there in islands if Origin.of(here).distance_to(there) is not None]
        assert told == [here]


def test_where_a_point_is_not_known_nothing_is_measured() -> None:
    kerguelen = Origin.of(KERGUELEN)
    assert kerguelen.distance_to(KERGUELEN) is None
    assert kerguelen.within(100, everywhere()) == ()
    assert placed(KERGUELEN) == placed("") == (NOWHERE, None)
    assert placed(LANNION)[0] == MAINLAND


def test_a_point_is_near_its_commune() -> None:
    """It is told as near it, and measured from where it is."""
    origin = Origin.of("48.7360,-3.4570")
    assert (origin.text, origin.commune.code) == ("48.736,-3.457", LANNION)
    assert (origin.label, origin.beside) == ("Lannion (22300)", "près de Lannion (22300)")
    assert 0 < (origin.distance_to(LANNION) or 0) < 2
    assert nearest_commune(point_at(-12.78, 45.23))[0].departement == "976"


def test_in_a_large_town_a_point_is_in_an_arrondissement() -> None:
    """The point of Paris is further from its edges than those of the communes beyond."""
    nation = Origin.of("48.8484,2.3959")
    assert (nation.commune.code, nation.commune.town) == ("75112", "75056")
    assert Origin.of("75112").distance_to("75056") == pytest.approx(4, abs=2)


@pytest.mark.parametrize(
    ("code", "complement"),
    [(LANNION, "de Lannion (22300)"), ("76351", "du Havre (76600)"), ("32013", "d’Auch (32000)")],
)
def test_a_place_is_said_after_how_far_it_is(code: str, complement: str) -> None:
    assert Origin.of(code).complement.startswith(complement)


@pytest.mark.parametrize("text", ["", "Lannion", "2211", "48.7;-3.4", "1e1,2", "51.5,-0.1", "95,2"])
def test_what_is_no_place_of_france_is_refused(text: str) -> None:
    with pytest.raises(UnknownPlace, match="code INSEE"):
        Origin.of(text)


def test_a_number_tells_one_code() -> None:
    numbers = [number_of(code) for code in gazetteer().by_code]
    assert len(set(numbers)) == len(numbers)
    assert number_of("") == number_of("2a004") == number_of("naïve") == 0 not in numbers
