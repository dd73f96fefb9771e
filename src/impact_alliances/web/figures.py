"""The figure of an alliance: circles that overlap, one for each profile of its partners.

A profile has a colour and a mark, a small shape drawn where its circle meets no other: whoever does
not see the colours, or prints in black, reads the marks. Pages name the colours of the style
sheet, so that circles follow the scheme of the reader; a picture has its colours inside.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import cos, pi, sin

from markupsafe import Markup

from impact_alliances.resources.case import Case
from impact_alliances.vocabularies import french
from impact_alliances.vocabularies.terms import ACTEURS

# The figure is drawn in a square of this side.
SIDE = 100
# How far from the middle the circles stand, by their number: the more they are, the farther.
_DISTANCES = {1: 0, 2: 17, 3: 19, 4: 21, 5: 23}
_FARTHEST, _ALONE = 26, 40
# For pictures, which know no style sheet; a test holds them equal to it.
COLOURS = {
    "institutions": "#2a4167",
    "associations": "#b84829",
    "collectivites": "#14675b",
    "citoyens": "#ca8127",
    "academiques": "#6c3b92",
    "medias": "#ab8c8a",
    "entreprises": "#3e87d5",
    "fondations": "#8a7e9f",
    "investisseurs": "#46281c",
    "ingenieries": "#799b55",
}
PAPER = "#fffdf9"
# Drawn from the middle of the mark on, twelve wide.
_MARKS = {
    "institutions": "m0-6 6 11h-12z",
    "associations": "m-2-6h4v4h4v4h-4v4h-4v-4h-4v-4h4z",
    "collectivites": "m-5-5h10v10h-10z",
    "citoyens": "m-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z",
    "academiques": "m0-7 6 7-6 7-6-7z",
    "medias": "m-4-6 10 6-10 6z",
    "entreprises": "m-5-6h4v12h-4zm6 0h4v12h-4z",
    "fondations": "m-6 0a6 6 0 1 0 12 0a6 6 0 1 0-12 0zm3 0a3 3 0 1 1 6 0a3 3 0 1 1-6 0z",
    "investisseurs": "m-6-3 3-3 3 3 3-3 3 3-3 3 3 3-3 3-3-3-3 3-3-3 3-3z",
    "ingenieries": "m-6 3a6 6 0 0 1 12 0z",
}


@dataclass(frozen=True)
class Disc:
    """One circle: its profile, its middle, its radius, and the middle of its mark."""

    profile: str
    x: float
    y: float
    radius: float
    mark_x: float
    mark_y: float


def profiles_of(case: Case) -> tuple[str, ...]:
    """The profile of each partner of a case, as many times as it has partners; the profiles it is
    filed under where its partners tell none.
    """
    told = [str(partner.get("profile", "")) for partner in case.partners]
    return tuple(one for one in told if one in ACTEURS) or tuple(
        one for one in case.acteurs if one in ACTEURS
    )


def sentence(profiles: Iterable[str]) -> str:
    """« Une alliance de 3 : collectivité, association, entreprise »; empty without a partner."""
    counts = Counter(profiles)
    named = [_named(profile, count) for profile, count in counts.items()]
    if not named:
        return ""
    return f"Une alliance de {counts.total()}{french.NO_BREAK_SPACE}: {', '.join(named)}"


def _named(profile: str, count: int) -> str:
    term = ACTEURS.by_slug[profile]
    if count == 1:
        return term.one
    return f"{french.number(count)}{french.NO_BREAK_SPACE}{term.phrase.removeprefix('des ')}"


def discs(profiles: Iterable[str]) -> tuple[Disc, ...]:
    """The circles of these profiles, each once, on a ring in the order of the reading grid."""
    present = set(profiles)
    ordered = [term.slug for term in ACTEURS.terms if term.slug in present]
    distance = _DISTANCES.get(len(ordered), _FARTHEST)
    radius = SIDE / 2 - 2 - distance if distance else _ALONE
    to_mark = distance + radius / 2 if distance else 0
    # Two lie side by side, as in the mark of the base; more begin at the top.
    first = pi if len(ordered) == 2 else -pi / 2
    found = []
    for index, profile in enumerate(ordered):
        angle = first + 2 * pi * index / len(ordered)
        found.append(Disc(profile, *_at(angle, distance), radius, *_at(angle, to_mark)))
    return tuple(found)


def _at(angle: float, distance: float) -> tuple[float, float]:
    middle = SIDE / 2
    return round(middle + distance * cos(angle), 1), round(middle + distance * sin(angle), 1)


@lru_cache(maxsize=2_048)
def figure(profiles: tuple[str, ...]) -> Markup:
    """The figure as SVG within a page, silent: its sentence is written beside it. Empty without a
    profile.
    """
    circles = discs(profiles)
    if not circles:
        return Markup()
    drawn = "".join(
        f'<circle fill="var(--a-{one.profile})" cx="{one.x:g}" cy="{one.y:g}" r="{one.radius:g}"/>'
        for one in circles
    )
    # Nothing in it comes from a reader or an editor.
    return Markup(  # noqa: S704
        f'<svg class="alliance" viewBox="0 0 {SIDE} {SIDE}" aria-hidden="true" '
        f'focusable="false">{drawn}<path d="{_marks(circles)}"/></svg>'
    )


@lru_cache(maxsize=len(_MARKS))
def badge(profile: str) -> Markup:
    """The circle of one profile with its mark, to stand before the name of a partner."""
    # Nothing in it comes from a reader or an editor.
    return Markup(  # noqa: S704
        '<svg class="alliance" viewBox="0 0 24 24" aria-hidden="true" focusable="false">'
        f'<circle fill="var(--a-{profile})" cx="12" cy="12" r="12"/>'
        f'<path d="M12 12{_MARKS[profile]}"/></svg>'
    )


def picture(profiles: Iterable[str]) -> str:
    """The same for a picture: the inside of an SVG, its colours within."""
    circles = discs(profiles)
    drawn = "".join(
        f'<circle fill="{COLOURS[one.profile]}" style="mix-blend-mode:multiply" cx="{one.x:g}" '
        f'cy="{one.y:g}" r="{one.radius:g}"/>'
        for one in circles
    )
    return f'{drawn}<path fill="{PAPER}" d="{_marks(circles)}"/>'


def _marks(circles: Iterable[Disc]) -> str:
    return "".join(f"M{one.mark_x:g} {one.mark_y:g}{_MARKS[one.profile]}" for one in circles)
