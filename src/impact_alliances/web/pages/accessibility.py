"""The declaration that the law asks of a public site: how far it meets the RGAA, and whom to turn
to.
"""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from impact_alliances import urls
from impact_alliances.web.conformity import Conformity, conformity
from impact_alliances.web.rendering import render

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class DeclarationPage:
    """Context of `accessibility.html`."""

    declared: Conformity


@router.get(urls.ACCESSIBILITY)
def declaration(request: Request) -> HTMLResponse:
    return render(request, "accessibility.html", DeclarationPage(conformity()))
