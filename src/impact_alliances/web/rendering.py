"""A page, or the block of it that htmx asked for: one template serves both."""

from collections.abc import Callable
from dataclasses import fields
from functools import cache
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2.environment import TemplateModule
from jinja2_fragments import render_block
from markupsafe import Markup

from impact_alliances import __version__
from impact_alliances.templating import make_environment
from impact_alliances.web.assets import asset

_environment = make_environment()
_environment.globals["asset"] = asset


def wants_fragment(request: Request) -> bool:
    """Whether htmx asked for a block; when it restores history it wants the whole page."""
    return "hx-request" in request.headers and "hx-history-restore-request" not in request.headers


def macro(template: str, name: str) -> Callable[..., Markup]:
    """A macro of a template, to be called from here: what it draws is safe HTML."""
    found: Callable[..., Markup] = getattr(_module(template), name)
    return found


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
    context = {field.name: getattr(page, field.name) for field in fields(page)}
    context |= {
        "path": request.scope["path"],
        "settings": request.app.state.service.settings,
        "version": __version__,
    }
    if block and wants_fragment(request):
        html = render_block(_environment, template, block, **context)
    else:
        html = _environment.get_template(template).render(**context)
    return HTMLResponse(html, status, {"Vary": "HX-Request", **(headers or {})})
