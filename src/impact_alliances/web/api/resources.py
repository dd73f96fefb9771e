"""The resources one by one, and their neighbours."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse

from impact_alliances import urls
from impact_alliances.db import reading
from impact_alliances.resources import published
from impact_alliances.resources.kinds import BY_COLLECTION, Collection, kind_of
from impact_alliances.web.api.schemas import SimilarOut, problem_response
from impact_alliances.web.api.sheets import SheetOut
from impact_alliances.web.dependencies import WiredService
from impact_alliances.web.presenting import public

router = APIRouter(tags=["Fiches"])
NEIGHBOURS, LONGEST_IDENTIFIER = 6, 64
Identifier = Annotated[
    str,
    Path(
        description="Identifiant stable de la fiche.",
        examples=["cas-0001"],
        max_length=LONGEST_IDENTIFIER,
    ),
]
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: problem_response("Adresse mal formée."),
    404: problem_response("Aucune fiche publiée de cet identifiant."),
    410: problem_response("Fiche retirée."),
}


@router.get(
    "/api/{collection}/{identifier}",
    summary="Une fiche",
    response_model=SheetOut,
    responses=_PROBLEMS,
)
def resource(collection: Collection, identifier: Identifier, service: WiredService) -> JSONResponse:
    """Tout ce qu’un visiteur peut lire d’une fiche. Les coordonnées des catalyseurs n’y sont
    jamais.
    """
    with reading(service.database) as session:
        sheet = published.by_id(session, BY_COLLECTION[collection], identifier)
    # Public by the table of fields; a test holds it to the shape of `SheetOut`.
    return JSONResponse(public(sheet, service.settings.base_url))


@router.get(
    "/api/{collection}/{identifier}/similar",
    summary="Les fiches voisines",
    response_model=list[SimilarOut],
    responses=_PROBLEMS,
)
def similar(
    collection: Collection, identifier: Identifier, service: WiredService
) -> list[SimilarOut]:
    """Les fiches du même type les plus proches par le sens, chacune avec sa raison."""
    with reading(service.database) as session:
        sheet = published.by_id(session, BY_COLLECTION[collection], identifier)
    near = service.similar_sheets.similar(sheet, NEIGHBOURS)
    base = service.settings.base_url
    return [
        SimilarOut(
            kind=kind_of(other).slug,
            id=other.id,
            url=base + urls.page_of(other),
            title=other.title,
            reason=why,
        )
        for other, why in near
    ]
