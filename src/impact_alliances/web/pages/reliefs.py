"""The ways out of an empty result: what is found when a filter, or several, are given up."""

from itertools import combinations

from impact_alliances.search.query import FILTERS, SearchQuery
from impact_alliances.search.results import Results
from impact_alliances.vocabularies import french
from impact_alliances.web.dependencies import WiredService
from impact_alliances.web.pages.addressing import SearchAddress
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
    given_up_here = (facet for facet, _ in found.query.filters if facet != "kind" or not at.kind)
    facets = list(given_up_here)[:MOST_FILTERS]
    for given_up in range(1, len(facets) + 1):
        reliefs = _without(service, found.query, list(combinations(facets, given_up)), at)
        if reliefs:
            return reliefs[:MOST_RELIEFS]
    return ()


def _without(
    service: WiredService, query: SearchQuery, choices: list[tuple[str, ...]], at: SearchAddress
) -> tuple[Link, ...]:
    counted = []
    for facets in choices:
        freed = query
        for facet in facets:
            freed = freed.choosing(facet, [])
        total = service.finder.count(freed).total
        if total:
            counted.append((total, facets, freed))
    counted.sort(key=lambda one: -one[0])
    return tuple(
        Link(f"Sans {_said(query, facets)} : {_results(total)}", at.of(freed))
        for total, facets, freed in counted
    )


def _results(total: int) -> str:
    return french.counted(total, "résultat", "résultats")


def _said(query: SearchQuery, facets: tuple[str, ...]) -> str:
    """« « Santé » ni « Local » »; values of one facet are alternatives, told by « ou »."""
    return " ni ".join(_values(query, facet) for facet in facets)


def _values(query: SearchQuery, facet: str) -> str:
    labels = [french.quoted(FILTERS[facet].label_of(value)) for value in query.values(facet)]
    return french.listed(labels, "ou")
