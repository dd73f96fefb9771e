"""What a visitor came from and writes about: a sheet or a search of the site, in words.

It is told by a parameter, or by where the browser says the visitor was; it is shown before it is
sent, and may be left out.
"""

from urllib.parse import parse_qsl, unquote, urlsplit

from fastapi import Request
from sqlalchemy.exc import SQLAlchemyError

from impact_alliances import urls
from impact_alliances.contact.wording import Subject
from impact_alliances.db import reading
from impact_alliances.errors import Refusal
from impact_alliances.resources import published
from impact_alliances.resources.kinds import BY_PATH, KINDS, kind_of
from impact_alliances.resources.published import Moved
from impact_alliances.resources.resource import Resource
from impact_alliances.search.parameters import parse
from impact_alliances.vocabularies import french
from impact_alliances.wiring import Service

# An address of ours is no longer, nor has more parameters.
LONGEST = 4_000
_MOST_PARAMETERS = 100
_SAID = {"case": "le cas", "catalyseur": "la fiche de", "jeudi": "la note", "article": "l’article"}


def came_from(request: Request) -> str:
    """What the visitor came from, as `subject_of` reads it: the parameter, else the page of ours
    that led here.
    """
    given = request.query_params.get(urls.CONTACT_ABOUT, "")
    return (given or _referring(request))[:LONGEST]


def _referring(request: Request) -> str:
    """The path of the page that led here, if it is one of this site."""
    try:
        before = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return ""
    if before.netloc != request.headers.get("host") or not _tells(before.path, before.query):
        return ""
    return f"{before.path}?{before.query}" if before.query else before.path


def _tells(path: str, query: str) -> bool:
    """Whether a page of that address is a search or a sheet."""
    folder, _, slug = path.removeprefix("/").partition("/")
    is_sheet = folder in BY_PATH and bool(slug) and "/" not in slug
    return is_sheet or (bool(query) and _lists(path) is not None)


def _lists(path: str) -> str | None:
    """The kind that a page of searches lists, empty for all of them; None for another page."""
    if path == urls.SEARCH:
        return ""
    return next((slug for slug, one in KINDS.items() if urls.collection_page(one) == path), None)


def subject_of(service: Service, given: str) -> Subject:
    """The sheet of that id or path, or the search of that address; nothing where it is none of
    ours.
    """
    try:
        address = urlsplit(given.removeprefix(service.settings.base_url))
        return _search(address.path, address.query) or _sheet(service, address.path) or Subject()
    except (ValueError, SQLAlchemyError):
        # What cannot be read is nothing one writes about; a database that is down is told
        # elsewhere.
        return Subject()


def _search(path: str, query: str) -> Subject | None:
    """That of a search, at the address that we give it ourselves."""
    kind = _lists(path)
    if kind is None or not query:
        return None
    pairs = parse_qsl(query, max_num_fields=_MOST_PARAMETERS)
    asked, _ = parse([*pairs, *([("kind", kind)] if kind else [])])
    # « 2 cas sur la mobilité », without its number.
    words = asked.sentence(2).partition(french.NO_BREAK_SPACE)[2]
    return Subject(f"la recherche : {words}", asked.at(1).url(), is_search=True)


def _sheet(service: Service, path: str) -> Subject | None:
    with reading(service.database) as session:
        _, _, rest = path.partition("/")
        folder, _, slug = rest.partition("/")
        if folder in BY_PATH and slug:
            try:
                found = [published.by_slug(session, BY_PATH[folder], unquote(slug))]
            except (Refusal, Moved):
                found = []
        else:
            found = published.by_ids(session, [path]) if path and "/" not in path else []
    return _told(found[0]) if found else None


def _told(resource: Resource) -> Subject:
    said = _SAID.get(kind_of(resource).slug, kind_of(resource).one)
    title = resource.title if resource.IS_PERSON else french.quoted(resource.title)
    return Subject(f"{said} {title}", urls.page_of(resource))
