"""Atom feeds: of a kind, and of any search (the same parameters as the page)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import TextIO

from fastapi import APIRouter, Request, Response
from feedgenerator import Atom1Feed
from markupsafe import escape

from impact_alliances import urls
from impact_alliances.resources.kinds import BY_PATH, KINDS
from impact_alliances.resources.resource import Resource
from impact_alliances.search.query import SearchQuery
from impact_alliances.templating import markdown
from impact_alliances.web.answering import asked
from impact_alliances.web.dependencies import WiredService
from impact_alliances.web.xml import Xml

ENTRIES = 30
ATOM = "application/atom+xml; charset=utf-8"
router = APIRouter(include_in_schema=False)


class Atom(Atom1Feed):  # type: ignore[misc]
    """An Atom feed that is well-formed whatever its texts."""

    def write(self, outfile: TextIO, encoding: str) -> None:
        handler = Xml(outfile, encoding, short_empty_elements=True)
        handler.startDocument()
        handler.startElement("feed", self.root_attributes())
        self.add_root_elements(handler)
        self.write_items(handler)
        handler.endElement("feed")


@router.get("/recherche.atom")
def search_feed(request: Request, service: WiredService) -> Response:
    query = asked(request)
    return _feed(service, query, urls.feed_of_search(query.pairs()))


def kind_feed(request: Request, service: WiredService) -> Response:
    kind = BY_PATH[request.scope["path"].strip("/").removesuffix(".atom")]
    query = asked(request).choosing("kind", [kind.slug])
    others = [pair for pair in query.pairs() if pair[0] != "kind"]
    return _feed(service, query, urls.with_parameters(urls.feed_of(kind), others))


for _kind in KINDS.values():
    router.add_api_route(urls.feed_of(_kind), kind_feed)


def _feed(service: WiredService, query: SearchQuery, address: str) -> Response:
    found = service.finder.find(replace(query, tri="date", page=1, par_page=ENTRIES))
    base = service.settings.base_url
    feed = Atom(
        title=f"IMPACT-Alliances : {found.sentence}",
        link=base + query.url(),
        description="La base IMPACT-Alliances",
        language="fr",
        feed_url=base + address,
        author_name="Observatoire des partenariats",
    )
    _fill(feed, [hit.resource for hit in found.hits], base)
    return Response(feed.writeString("utf-8"), media_type=ATOM)


def _fill(feed: Atom, resources: Sequence[Resource], base: str) -> None:
    for resource in resources:
        feed.add_item(
            title=resource.title,
            link=base + urls.page_of(resource),
            # The summary is told as HTML: what looks like markup in it is text.
            description=str(escape(resource.summary)),
            content=str(markdown(resource.body or "\n\n".join(resource.texts()))),
            unique_id=f"{base}{urls.api_of(resource)}",
            pubdate=_instant(resource.date),
            updateddate=resource.updated_at,
            categories=[*resource.fragilites, *resource.tags],
        )


def _instant(day: dt.date | None) -> dt.datetime | None:
    return dt.datetime.combine(day, dt.time(), dt.UTC) if day else None
