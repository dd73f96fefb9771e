"""Every address the service gives out, for pages, API, feeds and mail alike."""

from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote_plus

from impact_alliances.resources.kinds import KINDS, Kind, kind_of
from impact_alliances.resources.resource import Resource

HOME = "/"
SEARCH, SEARCH_MAP = "/recherche", "/recherche/carte"
ABOUT, ACCESSIBILITY = "/a-propos", "/accessibilite"
API_SEARCH = "/api/search"
API_DOCS = "/api/docs"
PICTURES = "/images/{collection}/{identifier}.png"
MAIL = "/courrier"
CONTACT, CONTACT_ABOUT, CONTACTED = "/contact", "sujet", "transmis"
WISH, WISH_DONE, WISH_LINK = "/ma-fiche/{act}", "/ma-fiche/{act}/fait", "lien"
SITEMAP, SITEMAP_PART = "/sitemap.xml", "/sitemap/{path}-{number:int}.xml"
Pairs = Iterable[tuple[str, str]]


def encoded(pairs: Pairs) -> str:
    """`name=value&…` in the order given."""
    return "&".join(f"{name}={_quoted(value)}" for name, value in pairs)


# A page of results has forty links that all carry the same words.
_quoted = lru_cache(maxsize=256)(quote_plus)


def with_parameters(path: str, pairs: Pairs) -> str:
    """`path`, followed by its parameters if there are any."""
    parameters = encoded(pairs)
    return f"{path}?{parameters}" if parameters else path


def page_of(resource: Resource) -> str:
    """The page of a resource: `/cas/une-epicerie-…`."""
    return f"/{kind_of(resource).path}/{resource.slug}"


def contact_of(resource: Resource, about: str = "") -> str:
    """The form by which whoever stands behind a resource is written to, about a sheet (its id) or
    a search (its address) if one led there: `/catalyseurs/…/contact?sujet=cas-0001`.
    """
    pairs = [(CONTACT_ABOUT, about)] if about else []
    return with_parameters(f"{page_of(resource)}{CONTACT}", pairs)


def contacted_at(kind: Kind, slug: str) -> str:
    """What follows a message that was passed on."""
    return f"{page_at(kind, slug)}{CONTACT}/{CONTACTED}"


def wish_page(act: str, token: str) -> str:
    """The page of a signed link: `/ma-fiche/pause?lien=…`."""
    return with_parameters(WISH.format(act=act), [(WISH_LINK, token)])


def wish_done(act: str) -> str:
    """What follows it once it is done."""
    return WISH_DONE.format(act=act)


def mail_page(number: int) -> str:
    """A message kept by the demonstration: `/courrier/12`."""
    return f"{MAIL}/{number}"


def mail_laid_out(number: int) -> str:
    """The same as its reader sees it: `/courrier/12/mise-en-page`."""
    return f"{mail_page(number)}/mise-en-page"


def sitemap_of(kind: Kind, part: int) -> str:
    """One file of the plan of the site: sheets of that kind."""
    return f"/sitemap/{kind.path}-{part}.xml"


def page_at(kind: Kind, slug: str) -> str:
    """The page of that kind at that slug."""
    return f"/{kind.path}/{slug}"


def is_search(kind: Kind) -> bool:
    """Whether the list of a kind is the search: cases have none of their own."""
    return kind is KINDS["case"]


def collection_page(kind: Kind) -> str:
    """The list of a kind."""
    return with_parameters(SEARCH, [("kind", kind.slug)]) if is_search(kind) else f"/{kind.path}"


def bulletin_page(bulletin: str) -> str:
    """A bulletin of the watch: `/veille/bulletins/2026-T3`."""
    return f"/{KINDS['article'].path}/bulletins/{bulletin}"


def api_of(resource: Resource) -> str:
    """The JSON of a resource: `/api/cases/cas-0001`."""
    return f"/api/{kind_of(resource).collection}/{resource.id}"


def picture_of(resource: Resource) -> str:
    """The picture by which a resource is shared: `/images/cases/cas-0001.png`."""
    return PICTURES.format(collection=kind_of(resource).collection, identifier=resource.id)


def search_with(facet: str, value: str, kind: str = "") -> str:
    """The search of one value of a facet."""
    pairs = [("kind", kind)] if kind else []
    return with_parameters(SEARCH, [*pairs, (facet, value)])


def search_for(text: str) -> str:
    """The search of a text."""
    return with_parameters(SEARCH, [("q", text)])


def feed_of(kind: Kind) -> str:
    """The Atom feed of a kind."""
    return f"/{kind.path}.atom"


def export_of_search(pairs: Pairs, form: str) -> str:
    """The table of a search, `csv` or `xlsx`: the same parameters."""
    return with_parameters(f"{SEARCH}.{form}", pairs)


def feed_of_search(pairs: Pairs) -> str:
    """The Atom feed of a search: the same parameters."""
    return with_parameters(f"{SEARCH}.atom", pairs)
