"""The page that explains the API and the feeds, drawn from the OpenAPI description, and the site's
notices.
"""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from impact_alliances import urls
from impact_alliances.web.exports import MOST_ROWS
from impact_alliances.web.rendering import render

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Parameter:
    """One parameter of an operation."""

    name: str
    description: str
    values: str


@dataclass(frozen=True)
class Operation:
    """One address of the API."""

    path: str
    summary: str
    description: str
    parameters: tuple[Parameter, ...]


@dataclass(frozen=True)
class ApiPage:
    """Context of `api.html`."""

    operations: tuple[Operation, ...]
    most_rows: int


@dataclass(frozen=True)
class AboutPage:
    """Context of `about.html`."""

    heading: str


@router.get(urls.API_DOCS)
def api(request: Request) -> HTMLResponse:
    paths = request.app.openapi()["paths"]
    operations = tuple(_operation(path, methods["get"]) for path, methods in paths.items())
    return render(request, "api.html", ApiPage(operations, MOST_ROWS))


def _operation(path: str, described: dict[str, Any]) -> Operation:
    parameters = tuple(_parameter(one) for one in described.get("parameters", ()))
    return Operation(
        path, described.get("summary", ""), described.get("description", ""), parameters
    )


def _parameter(described: dict[str, Any]) -> Parameter:
    schema = described.get("schema", {})
    values = schema.get("enum") or schema.get("items", {}).get("enum") or []
    shown = ", ".join(values[:20]) + (f"… ({len(values)} valeurs)" if len(values) > 20 else "")
    return Parameter(described["name"], described.get("description", ""), shown)


@router.get(urls.ABOUT)
def about(request: Request) -> HTMLResponse:
    return render(request, "about.html", AboutPage("À propos de la base"))
