"""What robots read: where they may go, and every sheet there is."""

from collections.abc import Iterable, Sequence
from io import StringIO

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response

from impact_alliances import db, urls
from impact_alliances.errors import NotFound
from impact_alliances.resources import published
from impact_alliances.resources.kinds import BY_PATH, KINDS, Kind
from impact_alliances.web.assets import asset
from impact_alliances.web.dependencies import WiredService
from impact_alliances.web.exports import MEDIA_TYPES
from impact_alliances.web.xml import Xml

# Addresses in one file; search engines take up to 50,000.
PER_FILE = 10_000
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_PAGES = (urls.HOME, urls.ABOUT, urls.ACCESSIBILITY, urls.API_DOCS)
router = APIRouter(include_in_schema=False)


@router.get("/robots.txt")
def robots(service: WiredService) -> PlainTextResponse:
    base = service.settings.base_url
    # Each a whole search: nothing to index, and dear.
    tables = "".join(f"Disallow: {urls.export_of_search((), form)}\n" for form in MEDIA_TYPES)
    return PlainTextResponse(
        f"User-agent: *\nDisallow: /api/\nDisallow: {urls.MAIL}\n{tables}"
        f"Disallow: {urls.SEARCH_MAP}\nAllow: {urls.API_DOCS}\nSitemap: {base}{urls.SITEMAP}\n"
    )


@router.get("/favicon.ico")
def favicon() -> RedirectResponse:
    # For whoever asks without having read a page, where the mark is named.
    return RedirectResponse(asset("logo.svg"), 301)


@router.get(urls.SITEMAP)
def sitemap(service: WiredService) -> Response:
    """The files of the plan: as many a kind as its sheets fill."""
    base = service.settings.base_url
    with db.reading(service.database) as session:
        parts = [
            urls.sitemap_of(kind, part)
            for kind in KINDS.values()
            for part in range(1, 1 + -(-published.count(session, kind) // PER_FILE))
        ]
    return _xml("sitemapindex", "sitemap", [(base + part, "") for part in parts])


@router.get(urls.SITEMAP_PART)
def part(request: Request, path: str, number: int, service: WiredService) -> Response:
    kind = BY_PATH.get(path)
    if kind is None or number < 1:
        raise NotFound("Ce plan du site n’existe pas.")
    base = service.settings.base_url
    with db.reading(service.database) as session:
        sheets = published.addresses(session, kind, PER_FILE, (number - 1) * PER_FILE)
    if not sheets:
        raise NotFound("Ce plan du site n’existe pas.")
    entries = [(base + urls.page_at(kind, slug), day.date().isoformat()) for slug, day in sheets]
    return _xml("urlset", "url", [*_others(base, kind, number), *entries])


def _others(base: str, kind: Kind, number: int) -> Sequence[tuple[str, str]]:
    """The list of the kind; and, told once, the pages of no kind."""
    if number > 1:
        return ()
    pages = _PAGES if kind is next(iter(KINDS.values())) else ()
    return [(base + path, "") for path in (*pages, urls.collection_page(kind))]


def _xml(root: str, name: str, entries: Iterable[tuple[str, str]]) -> Response:
    content = StringIO()
    written = Xml(content, "utf-8")
    written.startDocument()
    written.startElement(root, {"xmlns": _NAMESPACE})
    for address, day in entries:
        written.startElement(name, {})
        written.addQuickElement("loc", address)
        if day:
            written.addQuickElement("lastmod", day)
        written.endElement(name)
    written.endElement(root)
    return Response(content.getvalue(), media_type="application/xml")
