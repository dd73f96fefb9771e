"""What was published before, year by year: the Jeudis of a year, the bulletins of the watch."""

from dataclasses import dataclass
from itertools import groupby

from sqlmodel import Session

from impact_alliances import urls
from impact_alliances.resources import published
from impact_alliances.resources.kinds import Kind
from impact_alliances.search.finding import Finder
from impact_alliances.search.query import SearchQuery
from impact_alliances.vocabularies import french
from impact_alliances.web.presenting import Link


@dataclass(frozen=True)
class Year:
    """A year, and where its sheets are: all in one place, or quarter by quarter."""

    label: str
    links: tuple[Link, ...]


def years_of(finder: Finder, kind: Kind) -> tuple[Year, ...]:
    """The years of a kind, the last one first, each with its number of sheets and their search."""
    query = SearchQuery().choosing("kind", [kind.slug])
    counts = finder.count(query, ["annee"]).facets["annee"]
    return tuple(
        Year(year, (_sheets_of(kind, year, count),))
        for year, count in sorted(counts.items(), reverse=True)
    )


def _sheets_of(kind: Kind, year: str, count: int) -> Link:
    told = french.counted(count, kind.one, kind.many)
    return Link(told, urls.search_with("annee", year, kind.slug))


def bulletins_by_year(session: Session) -> tuple[Year, ...]:
    """The bulletins of the watch, the last year first, each with its number of articles."""
    by_year = groupby(published.bulletins(session).items(), lambda one: one[0].partition("-")[0])
    return tuple(
        Year(year, tuple(_bulletin(name, count) for name, count in reversed(list(bulletins))))
        for year, bulletins in by_year
    )


def _bulletin(name: str, count: int) -> Link:
    """« T3 (68) »."""
    quarter = name.partition("-")[2]
    return Link(f"{quarter} ({french.number(count)})", urls.bulletin_page(name))


def bulletin_named(name: str) -> str:
    """« Bulletin du 3e trimestre 2024 », from `2024-T3`."""
    year, quarter = name.split("-T")
    ordinal = "1er" if quarter == "1" else f"{quarter}e"
    return f"Bulletin du {ordinal} trimestre {year}"
