"""`/api/search`: the same search as the page, as JSON."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from impact_alliances import urls
from impact_alliances.errors import BadQuery
from impact_alliances.resources.kinds import kind_of
from impact_alliances.search.finding import Facet, Found, Hit
from impact_alliances.search.query import (
    FILTERS,
    LONGEST_TEXT,
    MODES,
    MOST_PER_PAGE,
    SORTS,
    SearchQuery,
    parse,
)
from impact_alliances.vocabularies.terms import Vocabulary
from impact_alliances.web.api.schemas import SearchOut, problem_response
from impact_alliances.web.dependencies import WiredService
from impact_alliances.web.presenting import place_of

router = APIRouter(tags=["Recherche"])


def _filter_parameter(name: str, vocabulary: Vocabulary) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    if vocabulary.terms:
        schema["enum"] = [term.slug for term in vocabulary.terms]
    else:
        schema["pattern"] = "^[0-9]{4}$"
    return {
        "name": name,
        "in": "query",
        "description": f"{vocabulary.label}. Répétable : plusieurs valeurs élargissent, les "
        "filtres "
        "s’ajoutent ; libellés acceptés.",
        "schema": {"type": "array", "items": schema},
        "style": "form",
        "explode": True,
    }


def _parameter(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _choice(values: Any, default: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(values), "default": default}


# The endpoint reads the query string itself, with the code that serves pages and feeds; this is its
# description.
PARAMETERS = [
    _parameter(
        "q",
        'Le besoin ou les mots cherchés. « "expression exacte" » doit y être ; « -mot » l’exclut.',
        {"type": "string", "maxLength": LONGEST_TEXT, "example": "ma commune n’a plus de médecin"},
    ),
    *(_filter_parameter(name, vocabulary) for name, vocabulary in FILTERS.items()),
    _parameter(
        "tri",
        "L’ordre ; par pertinence s’il y a un texte, sinon par date.",
        _choice(SORTS, "pertinence"),
    ),
    _parameter(
        "page",
        "La page, à partir de 1.",
        {"type": "integer", "minimum": 1, "maximum": 1_000_000, "default": 1},
    ),
    _parameter(
        "par_page",
        "Fiches par page.",
        {"type": "integer", "minimum": 1, "maximum": MOST_PER_PAGE, "default": 20},
    ),
    _parameter("mode", "Par les mots, par le sens, ou les deux.", _choice(MODES, "hybrid")),
    _parameter(
        "correction",
        "« non » cherche les mots tels qu’ils sont écrits.",
        _choice(("oui", "non"), "oui"),
    ),
    _parameter("synonymes", "« non » cherche sans les synonymes.", _choice(("oui", "non"), "oui")),
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
    query, problems = parse(request.query_params.multi_items())
    if problems:
        detail = " ".join(problem.sentence for problem in problems[:3])
        raise BadQuery(detail, [problem.as_dict() for problem in problems])
    found = service.finder.find(query)
    # The dictionary has the shape of `SearchOut` (a test holds it to that); validating 200 values
    # again costs 2 ms.
    return JSONResponse(answer(found, service.settings.base_url))


def answer(found: Found, base_url: str) -> dict[str, Any]:
    """The JSON of an answer, for the API and for `impact-alliances search --json`."""
    query = found.query
    return {
        "query": {"q": query.q, "sentence": query.sentence(found.total)},
        "total": found.total,
        "page": query.page,
        "per_page": query.par_page,
        "pages": found.pages,
        "took_ms": found.took_ms,
        "mode": query.mode,
        "degraded": found.degraded,
        "corrections": [{"typed": typed, "used": used} for typed, used in found.corrections],
        "synonyms": {word: list(names) for word, names in found.understanding.synonyms},
        "evoked": list(found.evoked),
        "hits": [_hit(hit, base_url) for hit in found.hits],
        "facets": {facet.name: _facet(query, facet, base_url) for facet in found.facets},
    }


def _hit(hit: Hit, base_url: str) -> dict[str, Any]:
    resource = hit.resource
    return {
        "kind": kind_of(resource).slug,
        "id": resource.id,
        "url": base_url + urls.page_of(resource),
        "title": resource.title,
        "excerpt_html": str(hit.excerpt_html),
        "score": hit.score,
        "matched_by": list(hit.matched_by),
        "fragilites": resource.fragilites,
        "acteurs": resource.acteurs,
        "echelon": resource.echelon,
        "region": resource.region,
        "departement": resource.departement,
        "place": place_of(resource),
        "date": resource.date.isoformat() if resource.date else None,
    }


def _facet(query: SearchQuery, facet: Facet, base_url: str) -> list[dict[str, Any]]:
    addresses = query.toggles(
        facet.name, [value for value, _, _ in facet.values], base_url + urls.API_SEARCH
    )
    label_of = FILTERS[facet.name].label_of
    return [
        {
            "value": value,
            "label": label_of(value),
            "count": count,
            "selected": selected,
            "url": addresses[value],
        }
        for value, count, selected in facet.values
    ]
