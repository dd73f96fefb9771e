"""The sheets: one page a resource, with its identity card and its neighbours."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup
from sqlmodel import Session

from impact_alliances import db, urls
from impact_alliances.resources import reading
from impact_alliances.resources.case import Case
from impact_alliances.resources.fields import sections_of
from impact_alliances.resources.jeudi import Jeudi
from impact_alliances.resources.kinds import BY_PATH, KINDS, Kind, kind_of
from impact_alliances.resources.resource import Resource
from impact_alliances.templating import markdown
from impact_alliances.vocabularies import french
from impact_alliances.vocabularies.matching import slugify
from impact_alliances.vocabularies.terms import ACTEURS
from impact_alliances.web.dependencies import WiredService
from impact_alliances.web.presenting import Fact, Link, Shown, citation, facts_of, meta_of, shown
from impact_alliances.web.rendering import render

NEIGHBOURS, CONTACTS, CITING = 3, 2, 5
WORDS_A_MINUTE = 230
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Section:
    """A part of a sheet: its anchor, heading and safe HTML."""

    anchor: str
    heading: str
    html: Markup


@dataclass(frozen=True)
class Neighbour:
    """Another sheet, and why it is shown."""

    title: str
    url: str
    reason: str


@dataclass(frozen=True)
class Partner:
    """Who does what in an alliance."""

    name: str
    profile: str
    role: str


@dataclass(frozen=True)
class Linked:
    """What the database links a resource to: what it cites, the notes that cite it, the notes
    before and after.
    """

    cited: tuple[Neighbour, ...]
    cited_in: tuple[Link, ...]
    around: tuple[Link | None, Link | None]


@dataclass(frozen=True)
class SheetPage:
    """Context of `sheet.html`. `trail` is the breadcrumb; `around` are the previous and next
    notes.
    """

    kind: Kind
    sheet: Shown
    trail: tuple[Link, ...]
    meta: tuple[str, ...]
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...]
    partners: tuple[Partner, ...]
    neighbours: tuple[Neighbour, ...]
    contacts: tuple[Neighbour, ...]
    cited: tuple[Neighbour, ...]
    cited_in: tuple[Link, ...]
    around: tuple[Link | None, Link | None]
    reading_minutes: int
    citation: str
    api_url: str


def sheet(request: Request, slug: str, service: WiredService) -> HTMLResponse:
    kind = BY_PATH[request.scope["path"].split("/")[1]]
    with db.reading(service.database) as session:
        resource = reading.by_slug(session, kind, slug)
        linked = _linked(session, resource)
    return render(request, "sheet.html", _page(service, kind, resource, linked))


for _kind in KINDS.values():
    router.add_api_route(urls.page_at(_kind, "{slug}"), sheet)


def _linked(session: Session, resource: Resource) -> Linked:
    return Linked(
        tuple(_cited(session, resource)),
        tuple(_cited_in(session, resource)),
        _around(session, resource),
    )


def _page(service: WiredService, kind: Kind, resource: Resource, linked: Linked) -> SheetPage:
    similar = service.similar_sheets.similar(resource, NEIGHBOURS)
    is_case = isinstance(resource, Case)
    contacts = service.similar_sheets.nearby_catalyseurs(resource, CONTACTS) if is_case else []
    return SheetPage(
        kind=kind,
        sheet=shown(resource),
        trail=(
            Link("Accueil", urls.HOME),
            Link(kind.tab, urls.collection_page(kind)),
            Link(resource.title),
        ),
        meta=tuple(meta_of(resource)),
        facts=tuple(facts_of(resource)),
        sections=tuple(_sections(resource)),
        partners=tuple(_partners(resource)),
        neighbours=tuple(
            Neighbour(other.title, urls.page_of(other), why) for other, why in similar
        ),
        contacts=tuple(Neighbour(other.title, urls.page_of(other), why) for other, why in contacts),
        cited=linked.cited,
        cited_in=linked.cited_in,
        around=linked.around,
        reading_minutes=max(
            1, round(sum(len(text.split()) for text in resource.texts()) / WORDS_A_MINUTE)
        ),
        citation=citation(resource, service.settings.base_url),
        api_url=urls.api_of(resource),
    )


def _sections(resource: Resource) -> list[Section]:
    sections = sections_of(kind_of(resource).slug)
    texts = [(heading, getattr(resource, field)) for field, heading in sections]
    return [Section(slugify(heading), heading, markdown(text)) for heading, text in texts if text]


def _partners(resource: Resource) -> list[Partner]:
    partners = resource.partners if isinstance(resource, Case) else []
    return [
        Partner(
            one["name"], ACTEURS.label_of(one["profile"]) if one["profile"] else "", one["role"]
        )
        for one in partners
    ]


def _cited(session: Session, resource: Resource) -> list[Neighbour]:
    """The resources a note cites, in its order."""
    if not isinstance(resource, Jeudi) or not resource.related:
        return []
    found = reading.by_ids(session, resource.related)
    return [Neighbour(one.title, urls.page_of(one), kind_of(one).one) for one in found]


def _cited_in(session: Session, resource: Resource) -> list[Link]:
    """The notes that cite this resource, newest first."""
    return [_note_link(note) for note in reading.citing(session, resource.id, CITING)]


def _note_link(note: Jeudi) -> Link:
    day = f" ({french.day(note.date)})" if note.date else ""
    return Link(f"{note.title}{day}", urls.page_of(note))


def _around(session: Session, resource: Resource) -> tuple[Link | None, Link | None]:
    """The notes before and after this one."""
    if not isinstance(resource, Jeudi):
        return None, None
    before, after = reading.around(session, resource)
    return _titled(before) if before else None, _titled(after) if after else None


def _titled(note: Jeudi) -> Link:
    return Link(note.title, urls.page_of(note))
