"""How a search is kept: its hits as a table, and what tells of the next ones."""

from dataclasses import dataclass, replace

from impact_alliances import urls
from impact_alliances.search.query import PER_PAGE
from impact_alliances.search.results import Results
from impact_alliances.web import exports

# How people call each form of a table.
_LABELS = {"xlsx": "Tableau pour Excel ou LibreOffice (XLSX)", "csv": "Tableau CSV"}


@dataclass(frozen=True)
class Table:
    """A search as a table: where it is, and of what type."""

    label: str
    url: str
    media_type: str


@dataclass(frozen=True)
class Keeping:
    """The ways to keep a search. There is no table of a search without hits, nor of one that has so
    many that `too_many` says so.
    """

    tables: tuple[Table, ...]
    too_many: str
    feed_url: str
    json_url: str


def keeping_of(found: Results) -> Keeping:
    """Those of this search, whatever page of it is shown."""
    query = replace(found.query, page=1, par_page=PER_PAGE)
    is_too_many = found.total > exports.MOST_ROWS
    forms = _LABELS if found.total and not is_too_many else ()
    return Keeping(
        tables=tuple(
            Table(
                _LABELS[form], urls.export_of_search(query.pairs(), form), exports.MEDIA_TYPES[form]
            )
            for form in forms
        ),
        too_many=exports.too_many(found.total) if is_too_many else "",
        feed_url=urls.feed_of_search(query.pairs()),
        json_url=query.url(urls.API_SEARCH),
    )
