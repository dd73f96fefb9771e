"""A search as a table to keep: all its hits in the order of the page, with what visitors may know
of them and nothing else.
"""

from collections.abc import Sequence
from dataclasses import replace
from threading import BoundedSemaphore
from typing import NamedTuple

from fastapi import APIRouter, Request, Response

from impact_alliances import urls
from impact_alliances.errors import BadQuery
from impact_alliances.geo.origin import Origin
from impact_alliances.importers import tables
from impact_alliances.importers.columns import columns_of, join, write_cell
from impact_alliances.resources.fields import PUBLIC, Field, Type
from impact_alliances.resources.kinds import KIND_TERMS, KINDS, kind_of
from impact_alliances.resources.resource import Resource
from impact_alliances.search.results import distance_told
from impact_alliances.vocabularies import french
from impact_alliances.vocabularies.matching import slugify
from impact_alliances.vocabularies.terms import FACETS
from impact_alliances.web.answering import asked
from impact_alliances.web.dependencies import WiredService
from impact_alliances.web.errors import overloaded
from impact_alliances.web.presenting import place_of, served

# Sheets of one table: any kind but the watch whole, and the watch of a few years.
MOST_ROWS = 2_000
# Tables made at once: a long one takes as long as a hundred searches, and these must go on.
AT_ONCE = 2
# After how many seconds to come back when all of them are in the making.
WAIT_S = 2
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# Signs of the name of a file.
_LONGEST_NAME = 80
_COLUMNS = {name: column for kind in KINDS.values() for name, column in columns_of(kind).items()}
_DISTANCE = Field("distance_km", "Distance (km)", Type.NUMBER)
# What visitors may know and an import takes, whatever the kind; before and after it, what tells the
# rows apart.
_FIELDS = (
    Field("kind", "Type", Type.TERM, vocabulary=KIND_TERMS),
    *{
        field.name: field
        for fields in PUBLIC.values()
        for field in fields
        if field.name in _COLUMNS
    }.values(),
    _DISTANCE,
    Field("page", "Page", Type.URL),
)
_turns = BoundedSemaphore(AT_ONCE)
router = APIRouter(include_in_schema=False)


def export(request: Request, service: WiredService) -> Response:
    if not _turns.acquire(blocking=False):
        return overloaded(request, WAIT_S)
    try:
        return _export(request, service)
    finally:
        _turns.release()


for _form in MEDIA_TYPES:
    router.add_api_route(urls.export_of_search((), _form), export)


def _export(request: Request, service: WiredService) -> Response:
    form = request.scope["path"].rpartition(".")[2]
    query = asked(request)
    total = service.finder.count(query).total
    if total > MOST_ROWS:
        raise BadQuery(too_many(total))
    found = service.finder.resources(replace(query, page=1, par_page=MOST_ROWS))
    name = f"{slugify(query.sentence(total))[:_LONGEST_NAME].strip('-')}.{form}"
    return Response(
        table(found, form, Seen(service.settings.base_url, query.origin)),
        media_type=MEDIA_TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def too_many(total: int) -> str:
    """Why so many sheets do not make one table, and what to do."""
    return (
        f"Un tableau porte au plus {french.number(MOST_ROWS)} fiches, et cette recherche en trouve "
        f"{french.number(total)} : choisissez un type de fiche, une année ou un autre filtre."
    )


class Seen(NamedTuple):
    """From where a table is asked for: the address of the service, and the place from which
    distances are told, if any is.
    """

    base_url: str
    origin: Origin | None = None


def table(resources: Sequence[Resource], form: str, seen: Seen) -> bytes:
    """These resources as a `csv` for programs, with the names and values that an import takes, or
    as an `xlsx` for people, with their French labels; with their distance where one is told.
    """
    kinds = {kind_of(resource).slug for resource in resources}
    told = {field.name for kind in kinds for field in PUBLIC[kind]} | {"kind", "page"}
    told |= {_DISTANCE.name} if seen.origin else set()
    fields = {_header(field, form): field for field in _FIELDS if field.name in told}
    write = _said if form == "xlsx" else _written
    records: list[dict[str, object]] = [
        {header: write(one, field, seen) for header, field in fields.items()} for one in resources
    ]
    return tables.write(form, list(fields), records, lambda _, cell: str(cell))


def _header(field: Field, form: str) -> str:
    return field.label if form == "xlsx" else field.name


def _value(resource: Resource, field: Field, seen: Seen) -> object:
    """What a row holds of a field; None where its kind has none such."""
    if field is _DISTANCE:
        return distance_told(resource, seen.origin) if seen.origin else None
    if field.name == "kind":
        return kind_of(resource).slug
    if field.name == "page":
        return seen.base_url + urls.page_of(resource)
    return getattr(resource, field.name, None)


def _written(resource: Resource, field: Field, seen: Seen) -> str:
    """A cell as an import takes it."""
    value, column = _value(resource, field, seen), _COLUMNS.get(field.name)
    if column:
        return write_cell(column, value)
    return "" if value is None else str(value)


def _said(resource: Resource, field: Field, seen: Seen) -> str:
    """A cell as people read it."""
    value = _value(resource, field, seen)
    if isinstance(value, float):
        return f"{value}".replace(".", ",")
    if value and field.type is Type.COMMUNE:
        return place_of(resource)
    if isinstance(value, list) and field.type is Type.AREA:
        return join([served(code) for code in value])
    vocabulary = FACETS.get(field.facet, field.vocabulary) if field.type is not Type.DATE else None
    if not vocabulary or not value:
        return _written(resource, field, seen)
    values = value if isinstance(value, list) else [value]
    return join([vocabulary.label_of(str(one)) for one in values])
