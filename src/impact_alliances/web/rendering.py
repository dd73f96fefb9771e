"""A page, or the block of it that htmx asked for: one template serves both."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, Self

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2.environment import TemplateModule
from jinja2_fragments import render_block
from markupsafe import Markup

from impact_alliances import __version__
from impact_alliances.settings import Settings
from impact_alliances.templating import make_environment
from impact_alliances.vocabularies import french
from impact_alliances.web.assets import asset
from impact_alliances.web.conformity import conformity

_environment = make_environment()
_environment.globals |= {"asset": asset, "conformity": conformity}


@dataclass(frozen=True)
class PrintedSettings:
    """What pages print of the settings, and all that templates get of them: keys stay outside."""

    base_url: str
    demo: bool
    keeps_mail: bool
    editor: str
    contact: str
    contact_link: str
    mail_retention_days: int

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Those of these settings."""
        return cls(**{field.name: getattr(settings, field.name) for field in fields(cls)})


def wants_fragment(request: Request) -> bool:
    """Whether htmx asked for a block; when it restores history it wants the whole page."""
    return "hx-request" in request.headers and "hx-history-restore-request" not in request.headers


def macro(template: str, name: str) -> Callable[..., Markup]:
    """A macro of a template, to be called from here: what it draws is safe HTML."""
    drawing: Callable[..., Markup] = getattr(_module(template), name)
    return drawing


@cache
def _module(template: str) -> TemplateModule:
    return _environment.get_template(template).module


def render(
    request: Request,
    template: str,
    page: Any,
    *,
    block: str | None = None,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> HTMLResponse:
    """The page whose context is the dataclass `page`; only `block` of it for an htmx request."""
    context = context_of(request, page)
    if block and wants_fragment(request):
        html = render_block(_environment, template, block, **context)
    else:
        html = _environment.get_template(template).render(**context)
    # Here for all: templates are written as they are read, and an import leaves plain spaces.
    html = french.typeset(html)
    return HTMLResponse(html, status, {"Vary": "HX-Request", **(headers or {})})


def context_of(request: Request, page: Any) -> dict[str, Any]:
    """What a template gets by name: the fields of the dataclass `page`, and what all pages say."""
    return {
        **{field.name: getattr(page, field.name) for field in fields(page)},
        "path": request.scope["path"],
        "settings": PrintedSettings.of(request.app.state.service.settings),
        "version": __version__,
        "today": dt.date.today(),
    }
