"""The four cards, one a kind: what each tells of a sheet in a list, a search or beside another
sheet.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
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

# Fragilités named on a card, areas on a person's.
CHIPS, AREAS = 3, 2
# Signs of a result on a card: one sentence, about two lines.
RESULT_CHARS = 170
_SENTENCE = re.compile(r"(?<=[.!?…])\s+(?=[A-ZÀ-ÖØ-Þ«\d])")
_MARKS = re.compile(r"[*_`#>]|\[|\]\([^)]*\)")
# « 1 200 », « 6,2 », « 71 % » with their spaces; a year, or the day of one, is no result.
_NUMBER = re.compile(r"\d+(?:[ \u00a0\u202f]\d{3})*(?:,\d+)?(?:[ \u00a0\u202f]?%)?")
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True)
class Chip:
    """A fragilité as a card names it: its label, and the hue of its group."""

    label: str
    hue: str


@dataclass(frozen=True, kw_only=True)
class Card:
    """What every card tells. `text` is the extract that answers the words, else the summary; `why`
    is the reason it is there.
    """

    kind: str
    title: str
    url: str
    text: str
    why: str


@dataclass(frozen=True, kw_only=True)
class CaseCard(Card):
    """A case: who did it together, where, since when, what it achieved (safe HTML, its figures
    marked).
    """

    figure: Markup
    alliance: str
    place: str
    year: str
    result: Markup
    chips: tuple[Chip, ...]


@dataclass(frozen=True, kw_only=True)
class PersonCard(Card):
    """A catalyseur: the initials stand where others have a picture; `title` is the name."""

    initials: str
    role: str
    organisation: str
    area: str


@dataclass(frozen=True, kw_only=True)
class NoteCard(Card):
    """A Jeudi: its number, and its day as a leaf of a calendar."""

    number: str
    day: str
    month: str
    iso: str


@dataclass(frozen=True, kw_only=True)
class CuttingCard(Card):
    """An article: where it was read, when, in which strand."""

    source: str
    strand: str
    date: str
    iso: str


def card_of(resource: Resource, text: str | None = None, why: str = "") -> Card:
    """The card of a resource; its summary unless another text is given, safe HTML or plain."""
    shared = {
        "kind": kind_of(resource).slug,
        "title": resource.title,
        "url": urls.page_of(resource),
        "text": resource.summary if text is None else text,
        "why": why,
    }
    return _MADE[type(resource)](resource, shared)


def _case(case: Case, shared: dict[str, Any]) -> Card:
    profiles = profiles_of(case)
    result = result_of(case)
    # The extract may be that very sentence.
    is_told = bool(result) and str(result.striptags())[:40] in Markup(shared["text"]).striptags()  # noqa: S704
    return CaseCard(
        **shared,
        figure=figure(profiles),
        alliance=sentence(profiles),
        place=place_of(case),
        year=str(case.date.year) if case.date else "",
        result=Markup() if is_told else result,
        chips=chips_of(case)[:CHIPS],
    )


def _person(person: Catalyseur, shared: dict[str, Any]) -> Card:
    name = person.name or person.title
    areas = [served(code) for code in person.area[:AREAS]] or [place_of(person)]
    more = ["d’autres territoires"] if len(person.area) > AREAS else []
    remote = ", et à distance" if person.remote else ""
    return PersonCard(
        **{**shared, "title": name},
        initials=initials_of(name),
        role=person.role,
        organisation=person.organisation,
        area=f"{french.listed([*filter(None, areas), *more])}{remote}",
    )


def _note(note: Jeudi, shared: dict[str, Any]) -> Card:
    return NoteCard(
        **shared,
        number=f"n°{french.NO_BREAK_SPACE}{note.number}" if note.number else "",
        day=str(note.date.day) if note.date else "",
        month=french.month(note.date) if note.date else "",
        iso=note.date.isoformat() if note.date else "",
    )


def _cutting(article: Article, shared: dict[str, Any]) -> Card:
    return CuttingCard(
        **shared,
        source=article.source,
        strand=STRANDS.label_of(article.strand) if article.strand else "",
        date=french.day(article.date) if article.date else "",
        iso=article.date.isoformat() if article.date else "",
    )


_MADE: dict[type[Resource], Callable[[Any, dict[str, Any]], Card]] = {
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
