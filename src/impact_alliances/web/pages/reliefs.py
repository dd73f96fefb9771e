"""The ways out of an empty result: what is found when a filter, or several, are given up. How near
to a place, and of what size, are filters too.
"""

from itertools import combinations

from impact_alliances.search.query import FILTERS, SearchQuery
from impact_alliances.search.results import Results
from impact_alliances.vocabularies import french
from impact_alliances.web.dependencies import WiredService
from impact_alliances.web.pages.addressing import SearchAddress
from impact_alliances.web.pages.place_field import bounds_told, without
from impact_alliances.web.presenting import Link

# Each way out is a count of its own: of more filters than these, the first are tried.
MOST_FILTERS = 5
# Ways out that help; more are a list to read.
MOST_RELIEFS = 4


def reliefs_of(service: WiredService, found: Results, at: SearchAddress) -> tuple[Link, ...]:
    """For an empty result, what is found without one filter; where nothing is, without two, three…

    The ways that give up as few filters as can be, those that find most first. None while the
    engine is in trouble: each costs a question.
    """
    if found.total or found.degraded:
        return ()
    filters = _filters(found.query, at)[:MOST_FILTERS]
    for given_up in range(1, len(filters) + 1):
        reliefs = _without(service, found.query, list(combinations(filters, given_up)), at)
        if reliefs:
            return reliefs[:MOST_RELIEFS]
    return ()


def _filters(query: SearchQuery, at: SearchAddress) -> list[str]:
    """What may be given up: all but the kind that goes without saying, and the place itself, that
    leaves nothing out.
    """
    bounds = [name for name in bounds_told(query) if name != "near"]
    return [*bounds, *(facet for facet, _ in query.filters if facet != "kind" or not at.kind)]


def _without(
    service: WiredService, query: SearchQuery, choices: list[tuple[str, ...]], at: SearchAddress
) -> tuple[Link, ...]:
    counted = []
    for filters in choices:
        freed = query
        for name in filters:
            freed = freed.choosing(name, []) if name in FILTERS else without(freed, name)
        total = service.finder.count(freed).total
        if total:
            counted.append((total, filters, freed))
    counted.sort(key=lambda one: -one[0])
    return tuple(
        Link(f"Sans {_said(query, filters)} : {_results(total)}", at.of(freed))
        for total, filters, freed in counted
    )


def _results(total: int) -> str:
    return french.counted(total, "résultat", "résultats")


def _said(query: SearchQuery, filters: tuple[str, ...]) -> str:
    """« « Santé » ni « Local » »; values of one facet are alternatives, told by « ou »."""
    return " ni ".join(_values(query, name) for name in filters)


def _values(query: SearchQuery, name: str) -> str:
    if name not in FILTERS:
        return french.quoted(bounds_told(query)[name])
    labels = [french.quoted(FILTERS[name].label_of(value)) for value in query.values(name)]
    return french.listed(labels, "ou")
