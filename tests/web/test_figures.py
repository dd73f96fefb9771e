"""The figure of an alliance: its circles, its sentence, and colours that everyone tells apart."""

import itertools
import re

import numpy as np
import pytest

from impact_alliances.vocabularies.terms import ACTEURS, FRAGILITES
from impact_alliances.web.assets import STATIC
from impact_alliances.web.cards import hue_of
from impact_alliances.web.figures import (
    COLOURS,
    PAPER,
    SIDE,
    Disc,
    discs,
    figure,
    picture,
    profiles_of,
    sentence,
)
from support.builders import a_case

STYLE = (STATIC / "style.css").read_text(encoding="utf-8")
PROFILES = tuple(ACTEURS.by_slug)
# How who sees all colours, and who lacks one of the three cones (Machado and others, 2009), see
# linear red, green and blue.
EYES = {
    "all": np.eye(3),
    "no red": np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]),
    "no green": np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]),
    "no blue": np.array([[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]]),
}
XYZ = np.array([[0.4125, 0.3576, 0.1804], [0.2127, 0.7152, 0.0722], [0.0193, 0.1192, 0.9503]])


def linear(colour: str) -> np.ndarray:
    """Linear red, green and blue of `#rrggbb`."""
    signs = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(signs <= 0.04045, signs / 12.92, ((signs + 0.055) / 1.055) ** 2.4)


def lab(seen: np.ndarray) -> np.ndarray:
    """The same as lightness and two opponent colours, where a distance of 2 is just seen."""
    ratio = (XYZ @ np.clip(seen, 0, 1)) / np.array([0.9505, 1, 1.0888])
    x, y, z = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, as the guidelines count it."""
    light = [float(XYZ[1] @ linear(colour)) + 0.05 for colour in (one, other)]
    return max(light) / min(light)


def colours(prefix: str) -> list[dict[str, str]]:
    """The colours `--prefix-name` of the style sheet: in light, in dark."""
    found = re.findall(rf"--{prefix}-([a-z]+): (#[0-9a-f]{{6}});", STYLE)
    half = len(found) // 2
    return [dict(found[:half]), dict(found[half:])]


def papers() -> list[str]:
    """The colours a card is drawn on: in light, in dark."""
    return re.findall(r"--feuille: (#[0-9a-f]{6});", STYLE)


def overlap(one: Disc, other: Disc) -> bool:
    """Whether two circles meet."""
    return (one.x - other.x) ** 2 + (one.y - other.y) ** 2 < (one.radius + other.radius) ** 2


@pytest.mark.parametrize("number", range(1, 11))
def test_circles_stay_within_and_each_meets_its_neighbours(number: int) -> None:
    """Whatever the number of profiles."""
    found = discs(PROFILES[:number])
    assert [one.profile for one in found] == list(PROFILES[:number])
    for one in found:
        assert one.radius <= min(one.x, one.y, SIDE - one.x, SIDE - one.y)
    for one, following in itertools.pairwise([*found, found[0]]):
        assert overlap(one, following)


@pytest.mark.parametrize("number", range(2, 11))
def test_a_mark_stands_where_its_circle_meets_no_other(number: int) -> None:
    """There it is read on one colour."""
    found = discs(PROFILES[:number])
    for one, other in itertools.permutations(found, 2):
        distance = (one.mark_x - other.x) ** 2 + (one.mark_y - other.y) ** 2
        assert distance > other.radius**2, (one.profile, other.profile)


def test_every_profile_has_a_mark_of_its_own() -> None:
    """Told apart without any colour."""
    marks = {re.sub(r"M[\d.]+ [\d.]+", "", str(figure((one,)))) for one in PROFILES}
    alone = {str(figure((one,))).split(' d="')[1] for one in PROFILES}
    assert len(marks) == len(alone) == 10


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("eyes", EYES)
def test_ten_colours_are_told_apart_by_every_eye(scheme: int, eyes: str) -> None:
    """Each from each, in both schemes; 12 is six times what is just seen."""
    seen = {name: lab(EYES[eyes] @ linear(one)) for name, one in colours("a")[scheme].items()}
    assert set(seen) == set(PROFILES)
    for one, other in itertools.combinations(seen, 2):
        assert np.linalg.norm(seen[one] - seen[other]) > 12, (one, other)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_circles_stand_out_from_the_paper_and_hues_too(scheme: int) -> None:
    """Three to one, as for whatever carries a meaning."""
    groups = {hue_of(term.group) for term in FRAGILITES.terms}
    assert set(colours("h")[scheme]) == groups
    for name, colour in (colours("a")[scheme] | colours("h")[scheme]).items():
        assert contrast(colour, papers()[scheme]) >= 3, name


def test_pictures_have_the_colours_of_the_style_sheet() -> None:
    """One table of colours, written where each can read it."""
    assert colours("a")[0] == COLOURS
    assert papers()[0] == PAPER
    assert COLOURS["medias"] in picture(["medias", "entreprises"])


def test_the_figure_is_said_in_words() -> None:
    """As many as there are partners; those of one profile are counted together."""
    assert sentence(()) == ""
    assert sentence(("medias",)) == "Une alliance de 1\u00a0: média"
    assert (
        sentence(("collectivites", "associations", "entreprises"))
        == "Une alliance de 3\u00a0: collectivité, association, entreprise"
    )
    assert (
        sentence(("associations", "entreprises", "associations"))
        == "Une alliance de 3\u00a0: 2\u00a0associations, entreprise"
    )


def test_profiles_come_from_partners_else_from_the_grid() -> None:
    """A partner without a profile tells nothing; a case without partners still has its actors."""
    partners = [
        {"name": "Mairie", "profile": "collectivites", "role": ""},
        {"name": "Voisins", "profile": "", "role": ""},
    ]
    assert profiles_of(a_case(partners=partners)) == ("collectivites",)
    assert profiles_of(a_case(partners=[], acteurs=["medias"])) == ("medias",)
    assert figure(profiles_of(a_case(partners=[], acteurs=[]))) == ""
