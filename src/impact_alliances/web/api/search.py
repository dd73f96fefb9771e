"""`/api/search`: the same search as the page, as JSON."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from impact_alliances import urls
from impact_alliances.search.parameters import Parameters
from impact_alliances.web.answering import answer, asked
from impact_alliances.web.api.schemas import SearchOut, problem_response
from impact_alliances.web.dependencies import WiredService

router = APIRouter(tags=["Recherche"])


def _described(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter of the model, as OpenAPI describes it."""
    kept = {key: value for key, value in schema.items() if key not in ("title", "description")}
    how = {"style": "form", "explode": True} if schema["type"] == "array" else {}
    return {
        "name": name,
        "in": "query",
        "description": schema["description"],
        "schema": kept,
        **how,
    }


# The endpoint reads the query string itself, with the code that serves pages and feeds; this is its
# description.
PARAMETERS = [
    _described(name, schema)
    for name, schema in Parameters.model_json_schema()["properties"].items()
]


@router.get(
    urls.API_SEARCH,
    summary="Chercher dans la base",
    response_model=SearchOut,
    responses={400: problem_response("Un paramètre est inconnu ou incorrect.")},
    openapi_extra={"parameters": PARAMETERS},
)
def search(request: Request, service: WiredService) -> Response:
    """Cas, catalyseurs, Jeudis et veille, par les mots et par le sens, avec les comptes exacts de
    chaque filtre.
    """
    found = service.finder.find(asked(request))
    service.unmet.note(found)
    # The dictionary has the shape of `SearchOut` (a test holds it to that); validating 200 values
    # again costs 2 ms.
    return JSONResponse(answer(found, service.settings.base_url))
