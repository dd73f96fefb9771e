"""The list of a kind, newest first, parted by bulletin or by month; and a bulletin of the watch.
Catalyseurs, whom one looks for by place, have a page of their own.
"""

from collections.abc import Sequence
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
from impact_alliances.vocabularies.terms import STRANDS
from impact_alliances.web.cards import Card, card_of
from impact_alliances.web.dependencies import WiredService
from impact_alliances.web.pages.addressing import CATALYSEURS
from impact_alliances.web.pages.archives import (
    Year,
    bulletin_named,
    bulletins_by_year,
    years_of,
)
from impact_alliances.web.presenting import Link
from impact_alliances.web.rendering import render

PER_PAGE = 24
_WATCH = KINDS["article"]
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class CollectionPage:
    """Context of `collection.html`. `groups` part the items by year, month, strand or nothing;
    `years` lead to what came before, under the heading `years_heading`.
    """

    kind: Kind
    heading: str
    introduction: str
    total: str
    groups: tuple[tuple[str, tuple[Card, ...]], ...]
    years_heading: str
    years: tuple[Year, ...]
    search_url: str
    feed_url: str
    previous: Link | None
    following: Link | None
    page_sentence: str


@dataclass(frozen=True)
class _Turned:
    """A page of a list: its number, of how many, in a list of `total` that lives at `path`."""

    path: str
    total: int
    number: int
    pages: int

    @classmethod
    def to(cls, page: str, path: str, total: int) -> "_Turned":
        """The page of that number. Raises `NotFound`."""
        pages = max(1, -(-total // PER_PAGE))
        number = int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 0
        if not 1 <= number <= pages:
            raise NotFound(f"La page {page[:20]} n’existe pas : cette liste en compte {pages}.")
        return cls(path, total, number, pages)

    @property
    def first(self) -> int:
        """How many items come before those of this page."""
        return (self.number - 1) * PER_PAGE

    def link(self, label: str, number: int) -> Link | None:
        """Another page, if there is one."""
        if not 1 <= number <= self.pages:
            return None
        return Link(label, urls.with_parameters(self.path, [("page", str(number))]))


def collection(request: Request, service: WiredService, page: str = "1") -> HTMLResponse:
    kind = BY_PATH[request.scope["path"].strip("/")]
    with reading(service.database) as session:
        turned = _Turned.to(page, urls.collection_page(kind), published.count(session, kind))
        items = published.newest(session, kind, PER_PAGE, turned.first)
        years = bulletins_by_year(session) if kind is _WATCH else ()
    if kind is not _WATCH:
        years = years_of(service.finder, kind)
    return render(request, "collection.html", _page(kind, kind.heading, items, turned, years))


@router.get(urls.bulletin_page("{name}"))
def bulletin(request: Request, service: WiredService, name: str, page: str = "1") -> HTMLResponse:
    with reading(service.database) as session:
        total = published.bulletins(session).get(name, 0)
        if not total:
            raise NotFound("La veille n’a pas de bulletin de ce nom : ils sont tous dans sa liste.")
        turned = _Turned.to(page, urls.bulletin_page(name), total)
        items = published.of_bulletin(session, name, PER_PAGE, turned.first)
        years = bulletins_by_year(session)
    shown = _page(_WATCH, bulletin_named(name), items, turned, years)
    return render(request, "collection.html", shown)


def to_search(request: Request) -> RedirectResponse:
    """Where cases are listed, for whoever shortens the address of one."""
    kind = BY_PATH[request.scope["path"].strip("/")]
    return RedirectResponse(urls.collection_page(kind), HTTPStatus.MOVED_PERMANENTLY)


for _kind in KINDS.values():
    if urls.is_search(_kind):
        router.add_api_route(f"/{_kind.path}", to_search)
    elif _kind.slug != CATALYSEURS.kind:
        router.add_api_route(urls.collection_page(_kind), collection)


def _page(
    kind: Kind, heading: str, items: Sequence[Resource], turned: _Turned, years: tuple[Year, ...]
) -> CollectionPage:
    is_whole = turned.path == urls.collection_page(kind)
    return CollectionPage(
        kind=kind,
        heading=heading,
        introduction=kind.introduction,
        total=french.counted(turned.total, kind.one, kind.many),
        groups=tuple(
            (name, tuple(card_of(one) for one in group))
            for name, group in groupby(items, _group_of if is_whole else _strand_of)
        ),
        years_heading="Tous les bulletins" if kind is _WATCH else "Année par année",
        years=years,
        search_url=urls.with_parameters(urls.SEARCH, [("kind", kind.slug)]),
        feed_url=urls.feed_of(kind),
        previous=turned.link("Page précédente", turned.number - 1),
        following=turned.link("Page suivante", turned.number + 1),
        page_sentence=f"Page {turned.number} sur {turned.pages}",
    )


def _group_of(resource: Resource) -> str:
    name = getattr(resource, "bulletin", "")
    if name:
        return bulletin_named(name)
    return french.month(resource.date).capitalize() if resource.date else ""


def _strand_of(resource: Resource) -> str:
    return STRANDS.label_of(getattr(resource, "strand", ""))
