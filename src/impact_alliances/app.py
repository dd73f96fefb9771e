"""The web application, read as a list: what is mounted, in which order, and what runs beside it."""

import gc
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from anyio import to_thread
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from impact_alliances import __version__
from impact_alliances.geo.places import gazetteer
from impact_alliances.settings import Settings
from impact_alliances.web import errors, exports, feeds
from impact_alliances.web.admission import Addresses, Bodies, Heads, Hosts
from impact_alliances.web.api import health, reference, resources
from impact_alliances.web.api import search as api_search
from impact_alliances.web.api.schemas import problem_response
from impact_alliances.web.assets import Assets
from impact_alliances.web.compression import Compression
from impact_alliances.web.crowd import Door, Turns
from impact_alliances.web.fonts import Fonts
from impact_alliances.web.pages import (
    accessibility,
    catalyseurs,
    collections,
    contact,
    courrier,
    documentation,
    home,
    pictures,
    plan,
    search,
    search_map,
    sheets,
    wishes,
)
from impact_alliances.web.rates import Rates
from impact_alliances.web.security import SecurityHeaders
from impact_alliances.wiring import Service, make_service

_DESCRIPTION = """
Tout ce que montre le site est ouvert ici : la même recherche, les mêmes fiches, les mêmes comptes.

Les erreurs sont des documents `application/problem+json` (RFC 9457), en français,
qui disent quoi corriger.
"""


# The routes, those of pages first.
_PARTS = (
    home,
    search,
    search_map,
    feeds,
    exports,
    collections,
    catalyseurs,
    sheets,
    contact,
    wishes,
    pictures,
    documentation,
    accessibility,
    courrier,
    plan,
    health,
    api_search,
    reference,
    resources,
)


class Site(FastAPI):
    """FastAPI within the headers of security: what the outermost handler of errors answers carries
    them too.
    """

    def build_middleware_stack(self) -> ASGIApp:
        return SecurityHeaders(super().build_middleware_stack())


def create_app(settings: Settings, service: Service | None = None) -> FastAPI:
    """The application of these settings; tests may pass a service already wired."""
    wired = service or make_service(settings)
    app = Site(
        title="Base IMPACT-Alliances",
        version=__version__,
        description=_DESCRIPTION,
        openapi_url="/api/openapi.json",
        # Said once for all: FastAPI would promise a 422 of its own shape where we answer 400 with a
        # problem document.
        responses={
            "4XX": problem_response("Demande refusée."),
            503: problem_response("Indisponible pour l’instant."),
        },
        docs_url=None,
        redoc_url=None,
        # Ours, in `errors`, is relative: an address made from the Host sent would lead wherever the
        # sender wishes.
        redirect_slashes=False,
        lifespan=_lifespan,
    )
    app.state.service = wired
    app.state.door = Door(settings.capacity)
    _guard(app, settings)
    errors.install(app)
    app.state.fonts = Fonts(settings.data_dir / "fonts")
    app.mount("/static", Assets(app.state.fonts), name="static")
    for part in _PARTS:
        app.include_router(part.router)
    return app


def _guard(app: FastAPI, settings: Settings) -> None:
    """What a request passes before it meets a page. The last one added is met first."""
    app.add_middleware(Compression)
    app.add_middleware(Turns, door=app.state.door)
    app.add_middleware(Bodies, most_bytes=settings.max_body_bytes)
    app.add_middleware(Rates, most=settings.requests_a_minute)
    app.add_middleware(Addresses)
    # What any visitor may read, any page may ask for; nothing here goes by cookies.
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET", "HEAD"],
        allow_headers=["*"],
        expose_headers=["Retry-After"],
    )
    app.add_middleware(Hosts, allowed=settings.hosts)
    app.add_middleware(Heads)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Run the indexer beside the pages, unless another process does."""
    service: Service = app.state.service
    to_thread.current_default_thread_limiter().total_tokens = service.settings.capacity.threads
    stop = threading.Event()
    # The tables read at start live as long as the process: sparing the collector from walking them
    # keeps answers even.
    gazetteer()
    gc.collect()
    gc.freeze()
    # The index of its own folder is kept by every service; what all share, by those told to.
    kept = [
        indexer
        for indexer in service.indexers
        if indexer is not service.indexer or service.settings.run_indexer
    ]
    threads = [_started("indexer", indexer.keep, stop) for indexer in kept]
    threads.append(_started("unmet", service.unmet.keep_counting, stop))
    threads.append(_started("postman", service.postman.keep, stop))
    _started("warming", service.warm)
    _started("fonts", app.state.fonts.make)
    if service.settings.search_engine == "meilisearch" and service.spare is None:
        _started("titles", service.titles.keep_warm, stop)
    yield
    stop.set()
    for thread in threads:
        thread.join(timeout=0.5)
    service.close()


def _started(name: str, work: Callable[..., None], *given: object) -> threading.Thread:
    """A thread that does this work beside the pages, and dies with the process."""
    thread = threading.Thread(target=work, args=given, name=name, daemon=True)
    thread.start()
    return thread
