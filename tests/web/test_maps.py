"""The map of the home page: every territory, each commune within its own."""

import gzip
import re

import pytest

from impact_alliances.geo.places import gazetteer
from impact_alliances.web.maps import HEIGHT, WIDTH, frames, outline_map

LANNION, CAYENNE, SAINT_DENIS, NOUMEA = "22113", "97302", "97411", "98818"


def points(*codes: str) -> list[tuple[int, int]]:
    """The points of these communes on the map."""
    drawn = str(outline_map(frozenset(codes))).split('class="points"')[1]
    return [(int(x), int(y)) for x, y in re.findall(r"M(-?\d+) (-?\d+)h0", drawn)]


def test_every_territory_is_drawn_within_the_map() -> None:
    """Eleven frames, one large."""
    assert len(frames()) == 11
    for frame in frames():
        x, y = map(int, re.findall(r"M(\d+) (\d+)l", frame.outline)[0])
        for part in re.findall(r"l([^Mz]*)z", frame.outline):
            assert re.fullmatch(r"(?:-?\d+[ -]?)+", part)
        assert 0 <= x <= WIDTH
        assert 0 <= y <= HEIGHT


@pytest.mark.parametrize("code", [LANNION, CAYENNE, SAINT_DENIS, NOUMEA])
def test_a_commune_has_one_point_in_the_frame_of_its_territory(code: str) -> None:
    """Metropolitan France above, the overseas in a row below."""
    ((x, y),) = points(code)
    assert 0 <= x <= WIDTH
    assert (y > 540) == gazetteer().by_code[code].departement.startswith("9")


def test_brest_is_west_of_strasbourg_and_lille_north_of_nice() -> None:
    """The right way up."""
    ((brest, _),), ((strasbourg, _),) = points("29019"), points("67482")
    ((_, lille),), ((_, nice),) = points("59350"), points("06088")
    assert brest < strasbourg
    assert lille < nice


def test_what_is_nowhere_is_passed_over() -> None:
    """No commune, no coordinates."""
    assert points("00000") == points() == []


def test_a_full_map_is_light() -> None:
    """Every commune of France at once; a real one has a thousand."""
    some = sorted(gazetteer().by_code)[::34]
    assert len(gzip.compress(str(outline_map(frozenset(some))).encode())) < 8_000
