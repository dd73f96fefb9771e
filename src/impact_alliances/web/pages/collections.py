"""The list of a kind, newest first, parted by bulletin or by month."""

from dataclasses import dataclass
from http import HTTPStatus
from itertools import groupby

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from impact_alliances import urls
from impact_alliances.db import reading
from impact_alliances.errors import NotFound
from impact_alliances.resources import published
from impact_alliances.resources.kinds import BY_PATH, KINDS, Kind
from impact_alliances.resources.resource import Resource
from impact_alliances.vocabularies import french
from impact_alliances.web.cards import Card, card_of
from impact_alliances.web.dependencies import WiredService
from impact_alliances.web.presenting import Link
from impact_alliances.web.rendering import render

PER_PAGE = 24
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class CollectionPage:
    """Context of `collection.html`. `groups` part the items by year, month or nothing."""

    kind: Kind
    heading: str
    introduction: str
    total: str
    groups: tuple[tuple[str, tuple[Card, ...]], ...]
    search_url: str
    feed_url: str
    previous: Link | None
    following: Link | None
    page_sentence: str


def collection(request: Request, service: WiredService, page: str = "1") -> HTMLResponse:
    kind = BY_PATH[request.scope["path"].strip("/")]
    with reading(service.database) as session:
        total = published.count(session, kind)
        pages = max(1, -(-total // PER_PAGE))
        number = int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 0
        if not 1 <= number <= pages:
            raise NotFound(f"La page {page[:20]} n’existe pas : cette liste en compte {pages}.")
        items = published.newest(session, kind, PER_PAGE, (number - 1) * PER_PAGE)
    return render(request, "collection.html", _page(kind, list(items), total, number, pages))


def to_search(request: Request) -> RedirectResponse:
    """Where cases are listed, for whoever shortens the address of one."""
    kind = BY_PATH[request.scope["path"].strip("/")]
    return RedirectResponse(urls.collection_page(kind), HTTPStatus.MOVED_PERMANENTLY)


for _kind in KINDS.values():
    if urls.is_search(_kind):
        router.add_api_route(f"/{_kind.path}", to_search)
    else:
        router.add_api_route(urls.collection_page(_kind), collection)


def _page(
    kind: Kind, resources: list[Resource], total: int, number: int, pages: int
) -> CollectionPage:
    path = urls.collection_page(kind)
    return CollectionPage(
        kind=kind,
        heading=kind.heading,
        introduction=kind.introduction,
        total=french.counted(total, kind.one, kind.many),
        groups=tuple(
            (name, tuple(card_of(one) for one in group))
            for name, group in groupby(resources, _group_of)
        ),
        search_url=urls.with_parameters(urls.SEARCH, [("kind", kind.slug)]),
        feed_url=urls.feed_of(kind),
        previous=Link("Page précédente", urls.with_parameters(path, [("page", str(number - 1))]))
        if number > 1
        else None,
        following=Link("Page suivante", urls.with_parameters(path, [("page", str(number + 1))]))
        if number < pages
        else None,
        page_sentence=f"Page {number} sur {pages}",
    )


def _group_of(resource: Resource) -> str:
    bulletin = getattr(resource, "bulletin", "")
    if bulletin:
        year, quarter = bulletin.split("-T")
        ordinal = "1er" if quarter == "1" else f"{quarter}e"
        return f"Bulletin du {ordinal} trimestre {year}"
    return french.month(resource.date).capitalize() if resource.date else ""
