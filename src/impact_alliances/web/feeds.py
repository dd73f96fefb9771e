"""Atom feeds: of a kind, and of any search (the same parameters as the page)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from fastapi import APIRouter, Request, Response
from feedgenerator import Atom1Feed

from impact_alliances import urls
from impact_alliances.errors import BadQuery
from impact_alliances.resources.kinds import KINDS
from impact_alliances.resources.resource import Resource
from impact_alliances.search.query import SearchQuery, parse
from impact_alliances.templating import markdown
from impact_alliances.web.dependencies import ReadSession, WiredService

ENTRIES = 30
ATOM = "application/atom+xml; charset=utf-8"
router = APIRouter(include_in_schema=False)


@router.get("/recherche.atom")
def search_feed(request: Request, session: ReadSession, service: WiredService) -> Response:
    query, problems = parse(request.query_params.multi_items())
    if problems:
        raise BadQuery(" ".join(problem.sentence for problem in problems[:3]))
    return _feed(request, session, service, query)


@router.get("/catalyseurs.atom")
@router.get("/jeudis.atom")
@router.get("/veille.atom")
@router.get("/cas.atom")
def kind_feed(request: Request, session: ReadSession, service: WiredService) -> Response:
    path = request.url.path.strip("/").removesuffix(".atom")
    kind = next(kind for kind in KINDS.values() if kind.path == path)
    return _feed(request, session, service, SearchQuery().choosing("kind", [kind.slug]))


def _feed(request: Request, session: ReadSession, service: WiredService, query: SearchQuery) -> Response:
    found = service.finder.find(session, replace(query, tri="date", page=1, par_page=ENTRIES))
    base = service.settings.base_url
    feed = Atom1Feed(
        title=f"IMPACT-Alliances : {query.sentence(found.total)}",
        link=base + query.url(),
        description="La base IMPACT-Alliances",
        language="fr",
        feed_url=f"{base}{request.url.path}{'?' + request.url.query if request.url.query else ''}",
        author_name="Observatoire des partenariats",
    )
    _fill(feed, [hit.resource for hit in found.hits], base)
    return Response(feed.writeString("utf-8"), media_type=ATOM)


def _fill(feed: Atom1Feed, resources: Sequence[Resource], base: str) -> None:
    for resource in resources:
        feed.add_item(
            title=resource.title,
            link=base + urls.page_of(resource),
            description=resource.summary,
            content=str(markdown(resource.body or "\n\n".join(resource.texts()))),
            unique_id=f"{base}{urls.api_of(resource)}",
            pubdate=_instant(resource.date),
            updateddate=resource.updated_at,
            categories=[*resource.fragilites, *resource.tags],
        )


def _instant(day: dt.date | None) -> dt.datetime | None:
    return dt.datetime.combine(day, dt.time(), dt.UTC) if day else None
