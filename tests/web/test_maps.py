"""The map of France: every territory, each commune within its own."""

import gzip
import math
import re
from itertools import pairwise

import pytest

from impact_alliances.geo.nearness import distance
from impact_alliances.geo.outlines import CLOSE, COUNTRY, VIGNETTE, outlines
from impact_alliances.geo.places import gazetteer
from impact_alliances.vocabularies.terms import DEPARTEMENTS
from impact_alliances.web.maps.panels import panel_of, panels, spot_of
from impact_alliances.web.maps.views import HEIGHT, WIDTH
from impact_alliances.web.maps.vignettes import vignette

LANNION, CAYENNE, SAINT_DENIS, NOUMEA = "22113", "97302", "97411", "98818"


def place(code: str) -> tuple[float, float]:
    """Where a commune is drawn."""
    spot = spot_of(gazetteer().by_code[code])
    assert spot
    return spot


def is_within(longitude: float, latitude: float, ring: list[tuple[float, float]]) -> bool:
    """Whether a ring goes round a point."""
    crossed = 0
    for (ax, ay), (bx, by) in pairwise([*ring, ring[0]]):
        if (ay > latitude) != (by > latitude):
            crossed += longitude < ax + (latitude - ay) * (bx - ax) / (by - ay)
    return crossed % 2 == 1


def test_a_commune_is_in_the_outline_of_its_departement() -> None:
    """Most of them, at any detail: the coast is simplified."""
    for detail, least in ((VIGNETTE, 0.9), (COUNTRY, 0.95), (CLOSE, 0.97)):
        within = total = 0
        for commune in list(gazetteer().by_code.values())[::37]:
            if commune.longitude is None or commune.latitude is None:
                continue
            rings = outlines(detail)[commune.departement]
            within += any(is_within(commune.longitude, commune.latitude, list(r)) for r in rings)
            total += 1
        assert within / total > least, detail


def test_every_territory_is_drawn_apart_within_the_map() -> None:
    """Eleven panels, that hold all départements but the two that nobody lives in."""
    drawn = [code for panel in panels() for code in panel.codes]
    assert len(panels()) == 11
    assert set(DEPARTEMENTS.by_slug) - set(drawn) == {"984", "989"}
    assert len(drawn) == len(set(drawn)) == 107
    for panel in panels():
        for code in panel.codes:
            for ring in outlines(CLOSE)[code]:
                assert all(panel.holds(*panel.place(*point)) for point in ring)
        assert 0 <= panel.left < panel.left + panel.width <= WIDTH
        assert 0 <= panel.top < panel.top + panel.height <= HEIGHT


@pytest.mark.parametrize("code", [LANNION, CAYENNE, SAINT_DENIS, NOUMEA])
def test_a_commune_stands_in_the_panel_of_its_territory_and_no_other(code: str) -> None:
    """Metropolitan France above, the others below."""
    holding = [panel for panel in panels() if panel.holds(*place(code))]
    assert holding == [panel_of(gazetteer().by_code[code].departement)]


def test_brest_is_west_of_strasbourg_and_lille_north_of_nice() -> None:
    """The right way up."""
    assert place("29019")[0] < place("67482")[0]
    assert place("59350")[1] < place("06088")[1]


@pytest.mark.parametrize(
    ("one", "other"), [("29019", "67482"), ("59350", "13055"), ("06088", "64024")]
)
def test_metropolitan_france_keeps_its_distances(one: str, other: str) -> None:
    """From end to end, whichever way: within one part in a hundred of the great circle."""
    communes = gazetteer().by_code
    drawn = math.dist(place(one), place(other)) / panels()[0].scale
    assert drawn == pytest.approx(distance(communes[one], communes[other]), rel=0.01)


def test_the_small_map_is_light_and_passes_over_what_is_nowhere() -> None:
    """Every commune of France at once; a real one has a thousand."""
    some = sorted(gazetteer().by_code)[::34]
    assert len(gzip.compress(str(vignette(frozenset(some))).encode())) < 10_000
    assert re.findall("h0", str(vignette(frozenset(["00000", "98411"])))) == []
