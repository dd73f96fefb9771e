"""The facets of a page of results: the values to tick, first those that matter."""

from collections.abc import Container
from dataclasses import dataclass

from impact_alliances.search.query import FILTERS, SearchQuery
from impact_alliances.search.results import Facet, Results
from impact_alliances.vocabularies.matching import fold
from impact_alliances.web.pages.addressing import SHOW_WHOLE, SearchAddress

# Values of a facet shown before « Voir les autres ».
FIRST_VALUES = 6
# A list longer than this gets a field that narrows it, and is in alphabetical order: nobody finds
# a département by its number of sheets.
LONG_LIST = 20
# A value, its number of hits, whether it is chosen.
Counted = tuple[str, int, bool]


@dataclass(frozen=True)
class Value:
    """A facet value to tick."""

    id: str
    value: str
    label: str
    count: int
    selected: bool


@dataclass(frozen=True)
class FacetView:
    """A facet to show: its first values or all of them, and how many are left for whoever asks.

    Where some are left, `whole_url` shows them all, and `next_id` is the first that one then sees.
    `is_long` when they want a field to narrow them.
    """

    name: str
    label: str
    values: tuple[Value, ...]
    is_whole: bool
    is_long: bool
    left: int
    whole_url: str
    next_id: str


def counted(found: Results, name: str) -> tuple[Counted, ...]:
    """The values of the facet of that name."""
    return next(facet.values for facet in found.facets if facet.name == name)


def facets_of(found: Results, whole: Container[str], at: SearchAddress) -> tuple[FacetView, ...]:
    """The facets of these results, but for the kind, which is chosen elsewhere; those named in
    `whole` with all their values. `at` is where more of them are shown.
    """
    return tuple(
        _facet_view(facet, found.query, whole, at)
        for facet in found.facets
        if facet.name != "kind" and facet.values
    )


def _facet_view(
    facet: Facet, query: SearchQuery, whole: Container[str], at: SearchAddress
) -> FacetView:
    is_short = len(facet.values) <= FIRST_VALUES + 1
    is_whole, is_long = facet.name in whole, len(facet.values) > LONG_LIST
    shown, hidden = _parted(facet, is_whole=is_short or is_whole)
    label_of = FILTERS[facet.name].label_of
    if is_whole and is_long:
        shown.sort(key=lambda one: fold(label_of(one[0])))
    return FacetView(
        name=facet.name,
        label=FILTERS[facet.name].label,
        values=tuple(
            Value(_box(facet, value), value, label_of(value), count, selected)
            for value, count, selected in shown
        ),
        is_whole=is_whole and not is_short,
        is_long=is_whole and is_long,
        left=len(hidden),
        whole_url=at.of(query, (SHOW_WHOLE, facet.name)) if hidden else "",
        next_id=_box(facet, hidden[0][0]) if hidden else "",
    )


def _parted(facet: Facet, *, is_whole: bool) -> tuple[list[Counted], list[Counted]]:
    """The values to show and those left: the first ones, and whatever is chosen. A value keeps its
    place when it is ticked: the eye is on it.
    """
    shown: list[Counted] = []
    hidden: list[Counted] = []
    for place, one in enumerate(facet.values):
        (shown if is_whole or place < FIRST_VALUES or one[2] else hidden).append(one)
    return shown, hidden


def _box(facet: Facet, value: str) -> str:
    """The id of the box to tick for a value."""
    return f"f-{facet.name}-{value}"
