"""The sheets: one page a resource, with its identity card and its neighbours."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup
from sqlmodel import Session

from impact_alliances import urls
from impact_alliances.contact.recipient import reachable
from impact_alliances.db import reading
from impact_alliances.resources import published
from impact_alliances.resources.case import Case
from impact_alliances.resources.fields import sections_of
from impact_alliances.resources.jeudi import Jeudi
from impact_alliances.resources.kinds import BY_PATH, KINDS, Kind, kind_of
from impact_alliances.resources.resource import Resource
from impact_alliances.templating import markdown
from impact_alliances.vocabularies import french
from impact_alliances.vocabularies.matching import slugify
from impact_alliances.vocabularies.terms import ACTEURS
from impact_alliances.web.cards import Card, Told, card_of, told_of
from impact_alliances.web.dependencies import WiredService
from impact_alliances.web.figures import badge
from impact_alliances.web.pages.situating import Situation, situation_of
from impact_alliances.web.pages.vicinity import Vicinity, vicinity_of
from impact_alliances.web.presenting import Fact, Link, Shown, citation, facts_of, shown
from impact_alliances.web.rendering import render
from impact_alliances.web.subjects import came_from

NEIGHBOURS, CITING = 3, 5
WORDS_A_MINUTE = 230
# A kind without one of its own has what all share.
_TEMPLATES = {
    "case": "sheet_case.html",
    "catalyseur": "sheet_catalyseur.html",
    "jeudi": "sheet_jeudi.html",
    "article": "sheet_article.html",
}
# What a case opens on.
_FIRST = "results"
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Section:
    """A part of a sheet: its anchor, heading and safe HTML."""

    anchor: str
    heading: str
    html: Markup


@dataclass(frozen=True)
class Partner:
    """Who does what in an alliance; `figure` is the circle of its profile."""

    name: str
    profile: str
    role: str
    figure: Markup


@dataclass(frozen=True)
class Linked:
    """What the database links a resource to: what it cites, the notes that cite it, the notes
    before and after; and whether somebody can be written to about it.
    """

    cited: tuple[Card, ...]
    cited_in: tuple[Link, ...]
    around: tuple[Link | None, Link | None]
    is_reachable: bool


@dataclass(frozen=True)
class SheetPage:
    """Context of the sheets. `told` is what a card would tell; `trail` is the breadcrumb; `results`
    is what a case opens on, apart from its other sections; `source_url` is the address the sheet
    comes from, if it is one of the web; `around` are the previous and next notes; `demandes`
    lead to the searches that they are; `situation` is where it is, on a small map; `contact_url` is
    the form by which whoever answers for the sheet is written to, if anybody can be.
    """

    kind: Kind
    sheet: Shown
    told: Told
    trail: tuple[Link, ...]
    facts: tuple[Fact, ...]
    situation: Situation | None
    results: Section | None
    sections: tuple[Section, ...]
    partners: tuple[Partner, ...]
    source_url: str
    neighbours: tuple[Card, ...]
    vicinity: Vicinity
    cited: tuple[Card, ...]
    cited_in: tuple[Link, ...]
    around: tuple[Link | None, Link | None]
    demandes: tuple[Link, ...]
    reading_minutes: int
    citation: str
    api_url: str
    picture_url: str
    contact_url: str


def sheet(request: Request, slug: str, service: WiredService) -> HTMLResponse:
    kind = BY_PATH[request.scope["path"].split("/")[1]]
    with reading(service.database) as session:
        resource = published.by_slug(session, kind, slug)
        linked = _linked(session, resource)
    page = _page(request, service, resource, linked)
    return render(request, _TEMPLATES.get(kind.slug, "sheet.html"), page)


for _kind in KINDS.values():
    router.add_api_route(urls.page_at(_kind, "{slug}"), sheet)


def _linked(session: Session, resource: Resource) -> Linked:
    return Linked(
        tuple(_cited(session, resource)),
        tuple(_cited_in(session, resource)),
        _around(session, resource),
        is_reachable=reachable(session, resource) is not None,
    )


def _page(request: Request, service: WiredService, resource: Resource, linked: Linked) -> SheetPage:
    kind = kind_of(resource)
    similar = service.similar_sheets.similar(resource, NEIGHBOURS)
    is_open = service.mailing.is_open and linked.is_reachable
    return SheetPage(
        kind=kind,
        sheet=shown(resource),
        told=told_of(resource),
        trail=(
            Link("Accueil", urls.HOME),
            Link(kind.tab, urls.collection_page(kind)),
            Link(resource.title),
        ),
        facts=tuple(facts_of(resource)),
        situation=situation_of(resource),
        results=next(iter(_sections(resource, [_FIRST])), None),
        sections=tuple(_sections(resource, _others(kind))),
        partners=tuple(_partners(resource)),
        source_url=resource.source_url if resource.source_url.startswith("http") else "",
        neighbours=tuple(card_of(other, why=why) for other, why in similar),
        vicinity=vicinity_of(service, resource),
        cited=linked.cited,
        cited_in=linked.cited_in,
        around=linked.around,
        demandes=tuple(Link(one, urls.search_for(one)) for one in resource.demandes),
        reading_minutes=_minutes(resource),
        citation=citation(resource, service.settings.base_url),
        api_url=urls.api_of(resource),
        picture_url=urls.picture_of(resource),
        contact_url=urls.contact_of(resource, came_from(request)) if is_open else "",
    )


def _minutes(resource: Resource) -> int:
    words = sum(len(text.split()) for text in resource.texts())
    return max(1, round(words / WORDS_A_MINUTE))


def _others(kind: Kind) -> list[str]:
    return [field for field, _ in sections_of(kind.slug) if field != _FIRST]


def _sections(resource: Resource, fields: list[str]) -> list[Section]:
    """The sections of these fields that hold a text, in reading order."""
    headings = dict(sections_of(kind_of(resource).slug))
    texts = [(headings[name], getattr(resource, name)) for name in fields if name in headings]
    return [Section(slugify(heading), heading, markdown(text)) for heading, text in texts if text]


def _partners(resource: Resource) -> list[Partner]:
    partners = resource.partners if isinstance(resource, Case) else []
    return [_partner(str(one["name"]), str(one["profile"]), str(one["role"])) for one in partners]


def _partner(name: str, profile: str, role: str) -> Partner:
    if profile not in ACTEURS:
        return Partner(name, profile, role, Markup())
    return Partner(name, ACTEURS.label_of(profile), role, badge(profile))


def _cited(session: Session, resource: Resource) -> list[Card]:
    """The resources a note cites, in its order."""
    if not isinstance(resource, Jeudi) or not resource.related:
        return []
    return [card_of(one) for one in published.by_ids(session, resource.related)]


def _cited_in(session: Session, resource: Resource) -> list[Link]:
    """The notes that cite this resource, newest first."""
    return [_note_link(note) for note in published.citing(session, resource.id, CITING)]


def _note_link(note: Jeudi) -> Link:
    day = f" ({french.day(note.date)})" if note.date else ""
    return Link(f"{note.title}{day}", urls.page_of(note))


def _around(session: Session, resource: Resource) -> tuple[Link | None, Link | None]:
    """The notes before and after this one."""
    if not isinstance(resource, Jeudi):
        return None, None
    before, after = published.around(session, resource)
    return _titled(before) if before else None, _titled(after) if after else None


def _titled(note: Jeudi) -> Link:
    return Link(note.title, urls.page_of(note))
