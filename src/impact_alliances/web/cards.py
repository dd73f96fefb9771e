"""The four cards, one a kind: what each tells of a sheet in a list, a search or beside another
sheet.
"""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape

from impact_alliances import urls
from impact_alliances.resources.article import Article
from impact_alliances.resources.case import Case
from impact_alliances.resources.catalyseur import Catalyseur
from impact_alliances.resources.jeudi import Jeudi
from impact_alliances.resources.kinds import kind_of
from impact_alliances.resources.resource import Resource
from impact_alliances.vocabularies import french
from impact_alliances.vocabularies.matching import slugify
from impact_alliances.vocabularies.terms import FRAGILITES, STRANDS
from impact_alliances.web.figures import figure, profiles_of, sentence
from impact_alliances.web.presenting import place_of, served
from impact_alliances.web.rendering import macro

# Fragilités named on a card, areas on a person's.
CHIPS, AREAS = 3, 2
# Cards drawn that are kept: the sheets that are found most.
KEPT = 2_048
# Signs of a result on a card: one sentence, about two lines.
RESULT_CHARS = 170
# Signs by which an extract is known to say the result.
_SAME = 40
_SENTENCE = re.compile(r"(?<=[.!?…])\s+(?=[A-ZÀ-ÖØ-Þ«\d])")
_MARKS = re.compile(r"[*_`#]|^>|\[|\]\([^)]*\)")
# « 1 200 », « 6,2 », « 71 % » with their spaces; a year, or a day of a month, is no result.
_MONTH = rf"(?:er)?[ \u00a0](?:{'|'.join(french.MONTHS)})"
_NUMBER = re.compile(
    rf"\b\d+(?:[ \u00a0\u202f]\d{{3}})*(?:,\d+)?(?:[ \u00a0\u202f]?%|\b)(?!{_MONTH})"
)
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True)
class Chip:
    """A fragilité as a card names it: its label, and the hue of its group."""

    label: str
    hue: str


@dataclass(frozen=True)
class CaseTold:
    """Of a case: who did it together, where, since when, what it achieved (safe HTML, its figures
    marked).
    """

    title: str
    url: str
    figure: Markup
    alliance: str
    place: str
    year: str
    result: Markup
    chips: tuple[Chip, ...]


@dataclass(frozen=True)
class PersonTold:
    """Of a catalyseur: the initials stand where others have a picture; `title` is the name, `area`
    the territories, and `is_remote` whether they work from afar too.
    """

    title: str
    url: str
    initials: str
    role: str
    organisation: str
    area: str
    is_remote: bool
    chips: tuple[Chip, ...]


@dataclass(frozen=True)
class NoteTold:
    """Of a Jeudi: its number, and its day as a leaf of a calendar."""

    title: str
    url: str
    number: str
    date: dt.date | None


@dataclass(frozen=True)
class CuttingTold:
    """Of an article: where it was read, when, in which strand."""

    title: str
    url: str
    source: str
    strand: str
    date: dt.date | None


@dataclass(frozen=True)
class PlainTold:
    """Of a kind that has no card of its own: what it is, where and when."""

    title: str
    url: str
    one: str
    place: str
    date: dt.date | None


Told = CaseTold | PersonTold | NoteTold | CuttingTold | PlainTold


@dataclass(frozen=True)
class Card:
    """A card to print, as safe HTML: its head, its title and what stands under it, how far it is,
    the text that answers the words or the summary, what follows it, the reason why it is there, and
    where its person is written to.
    """

    kind: str
    head: Markup
    title: Markup
    url: str
    under: Markup
    away: str
    text: str
    result: Markup
    foot: Markup
    why: str
    contact_url: str = ""


@dataclass(frozen=True)
class _Version:
    """A resource as it was at one moment: what its card tells is drawn once."""

    kind: str
    id: str
    updated_at: dt.datetime
    title: str
    summary: str
    resource: Resource = field(compare=False)


@dataclass(frozen=True)
class _Drawn:
    """The parts of a card that no search changes, and what its title says."""

    title: str
    url: str
    head: Markup
    under: Markup
    result: Markup
    foot: Markup


def card_of(
    resource: Resource,
    text: str | None = None,
    why: str = "",
    highlighted: Callable[[str], Markup] = escape,
    away: str = "",
) -> Card:
    """The card of a resource; its summary unless another text is given, safe HTML or plain.
    `highlighted` makes safe HTML of its title; `away` says how far it is, where that is asked.
    """
    kind = kind_of(resource).slug
    version = _Version(
        kind, resource.id, resource.updated_at, resource.title, resource.summary, resource
    )
    drawn = _drawn(version)
    shown = resource.summary if text is None else text
    # The extract may be that very sentence.
    is_said = drawn.result and drawn.result.striptags()[:_SAME] in escape(shown).striptags()
    return Card(
        kind=kind,
        head=drawn.head,
        title=highlighted(drawn.title),
        url=drawn.url,
        under=drawn.under,
        away=away,
        text=shown,
        result=Markup() if is_said else drawn.result,
        foot=drawn.foot,
        why=why,
    )


@lru_cache(maxsize=KEPT)
def _drawn(version: _Version) -> _Drawn:
    told = told_of(version.resource)
    return _Drawn(
        title=told.title,
        url=told.url,
        head=_part("plain" if isinstance(told, PlainTold) else version.kind, "head", told),
        under=_part(version.kind, "under", told)
        if isinstance(told, CaseTold | PersonTold)
        else Markup(),
        result=told.result if isinstance(told, CaseTold) else Markup(),
        foot=_part(version.kind, "foot", told)
        if isinstance(told, CaseTold | PersonTold)
        else Markup(),
    )


def _part(kind: str, name: str, told: Told) -> Markup:
    return macro("_cards.html", f"{kind}_{name}")(told)


def told_of(resource: Resource) -> Told:
    """What a card tells of a resource beside its text."""
    return _TOLD.get(type(resource), _plain)(resource)


def _case(case: Case) -> CaseTold:
    profiles = profiles_of(case)
    return CaseTold(
        title=case.title,
        url=urls.page_of(case),
        figure=figure(profiles),
        alliance=sentence(profiles),
        place=place_of(case),
        year=str(case.date.year) if case.date else "",
        result=result_of(case),
        chips=chips_of(case)[:CHIPS],
    )


def _person(person: Catalyseur) -> PersonTold:
    name = person.name or person.title
    areas = [served(code) for code in person.area[:AREAS]] or [place_of(person)]
    more = ["d’autres territoires"] if len(person.area) > AREAS else []
    return PersonTold(
        title=name,
        url=urls.page_of(person),
        initials=initials_of(name),
        role=person.role,
        organisation=person.organisation,
        area=french.listed([*filter(None, areas), *more]),
        is_remote=person.remote,
        chips=chips_of(person)[:CHIPS],
    )


def _note(note: Jeudi) -> NoteTold:
    number = f"n°{french.NO_BREAK_SPACE}{note.number}" if note.number else ""
    return NoteTold(note.title, urls.page_of(note), number, note.date)


def _cutting(article: Article) -> CuttingTold:
    strand = STRANDS.label_of(article.strand) if article.strand else ""
    return CuttingTold(article.title, urls.page_of(article), article.source, strand, article.date)


def _plain(resource: Resource) -> PlainTold:
    one = kind_of(resource).one
    return PlainTold(resource.title, urls.page_of(resource), one, place_of(resource), resource.date)


_TOLD: dict[type[Resource], Callable[[Any], Told]] = {
    Case: _case,
    Catalyseur: _person,
    Jeudi: _note,
    Article: _cutting,
}


def chips_of(resource: Resource) -> tuple[Chip, ...]:
    """The fragilités of a resource, each with the hue of its group."""
    return tuple(
        Chip(FRAGILITES.label_of(slug), hue_of(FRAGILITES.by_slug[slug].group))
        for slug in resource.fragilites
        if slug in FRAGILITES
    )


@lru_cache
def hue_of(group: str) -> str:
    """The class of a group of fragilités: « Fragilités sociales » has the hue `sociales`."""
    return slugify(group).rpartition("-")[2]


def initials_of(name: str) -> str:
    """« CF » of « Colin Favreuil »: the first letters of the first and of the last word."""
    words = [word for word in name.split() if word[0].isalpha()]
    return "".join(word[0].upper() for word in dict.fromkeys([*words[:1], *words[-1:]]))


def result_of(case: Case) -> Markup:
    """The first sentence of the results that has a figure, its figures marked; empty without
    one.
    """
    for part in _SENTENCE.split(_MARKS.sub("", case.results[:1_000])):
        if any(not _YEAR.fullmatch(found) for found in _NUMBER.findall(part)):
            # Whole, or not at all: half a result would say something else.
            return _with_figures(part.strip()) if len(part) <= RESULT_CHARS else Markup()
    return Markup()


def _with_figures(text: str) -> Markup:
    parts, position = [], 0
    for found in _NUMBER.finditer(text):
        if not _YEAR.fullmatch(found.group()):
            parts += [escape(text[position : found.start()]), Markup("<b>"), escape(found.group())]
            parts.append(Markup("</b>"))
            position = found.end()
    return Markup().join([*parts, escape(text[position:])])
