"""Whether the service lives, and whether each of its parts is ready."""

from fastapi import APIRouter, Request, Response

from impact_alliances.diagnosis import parts
from impact_alliances.web.api.schemas import AliveOut, PartOut, ReadyOut
from impact_alliances.web.crowd import Door
from impact_alliances.web.dependencies import WiredService

router = APIRouter(tags=["État du service"])


@router.get("/healthz", summary="Le service est-il vivant ?")
async def alive(request: Request) -> AliveOut:
    """Répond dès que le service écoute, et dit s’il refuse du monde. Ne demande rien à la base."""
    # Asynchronous: it answers though every thread is taken.
    door: Door = request.app.state.door
    return AliveOut(
        shedding=door.is_shedding, in_work=door.in_work, waiting=door.waiting, refused=door.refused
    )


@router.get(
    "/readyz",
    summary="Le service est-il prêt ?",
    responses={503: {"model": ReadyOut, "description": "Une partie manque."}},
)
def ready(service: WiredService, response: Response) -> ReadyOut:
    """La base de données, l’index et le modèle, chacun avec son état ; 503 si l’un des deux
    premiers manque.
    """
    examined = parts(service)
    is_ready = all(part.ok for part in examined if part.essential)
    response.status_code = 200 if is_ready else 503
    return ReadyOut(
        ready=is_ready,
        parts=[PartOut(name=part.name, ok=part.ok, detail=part.detail) for part in examined],
    )
