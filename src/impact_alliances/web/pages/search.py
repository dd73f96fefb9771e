"""The search page: everything the template prints is prepared here, links and labels finished."""

from dataclasses import dataclass, replace
from itertools import groupby

from fastapi import APIRouter, Request
from fastapi.responses import Response

from impact_alliances import urls
from impact_alliances.geo.territories import Place
from impact_alliances.resources.kinds import Kind, kind_of
from impact_alliances.search.query import FILTERS, REFUSALS, SORTS, SearchQuery
from impact_alliances.search.results import BY_MEANING, BY_NAME, BY_PLACE, BY_WORDS, Hit, Results
from impact_alliances.text.analysis import stems
from impact_alliances.vocabularies import french
from impact_alliances.vocabularies.terms import FRAGILITES
from impact_alliances.web.cards import Card, card_of
from impact_alliances.web.dependencies import WiredService
from impact_alliances.web.pages.addressing import EVERYTHING, Asked, SearchAddress
from impact_alliances.web.pages.facets import Counted, FacetView, counted, facets_of
from impact_alliances.web.pages.keeping import Keeping, keeping_of
from impact_alliances.web.pages.place_field import (
    Hint,
    PlaceField,
    place_chips,
    place_field_of,
    place_hints,
)
from impact_alliances.web.pages.reliefs import reliefs_of
from impact_alliances.web.presenting import Link, away
from impact_alliances.web.rendering import render

# Words of the visitor told as the reason of a hit.
MOST_WORDS_TOLD = 4
# Hits of each kind where all kinds are together.
OF_EACH_KIND = 3
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Tab:
    """One kind, with its count."""

    label: str
    count: int
    url: str
    is_current: bool


@dataclass(frozen=True)
class PageLink:
    """A page of results by its number, or by its place before (`rel` is `prev`) or after this one
    (`next`). An empty label is a gap.
    """

    label: str
    url: str = ""
    rel: str = ""


@dataclass(frozen=True)
class Group:
    """Cards of one kind among those of others, and where the rest of that kind is, if there is any;
    `heading` is empty where all are of one list.
    """

    slug: str
    heading: str
    cards: tuple[Card, ...]
    more: Link | None


@dataclass(frozen=True)
class SearchPage:
    """Context of `search.html` and of its block `recherche`. The search is asked at the path
    `action`.
    """

    action: str
    query: SearchQuery
    place: PlaceField
    title: str
    sentence: str
    announcement: str
    notices: tuple[str, ...]
    hints: tuple[Hint, ...]
    tabs: tuple[Tab, ...]
    facets: tuple[FacetView, ...]
    chips: tuple[Link, ...]
    clear_url: str
    hidden: tuple[tuple[str, str], ...]
    sorts: tuple[tuple[str, str, bool], ...]
    groups: tuple[Group, ...]
    pages: tuple[PageLink, ...]
    page_sentence: str
    reliefs: tuple[Link, ...]
    nothing: str
    neighbours: tuple[Card, ...]
    filters_count: int
    results_button: str
    back_label: str
    keeping: Keeping
    canonical: str


@router.get(urls.SEARCH)
def search(request: Request, service: WiredService) -> Response:
    asked = Asked.of(request, EVERYTHING)
    if asked.elsewhere:
        return asked.elsewhere
    _, page = answered(service, asked, EVERYTHING)
    headers = pushed(request, asked.url(EVERYTHING))
    return render(request, "search.html", page, block="recherche", headers=headers)


def answered(service: WiredService, asked: Asked, at: SearchAddress) -> tuple[Results, SearchPage]:
    """What answers what is asked at that address, and its page."""
    found, notices = _found(service, asked.query)
    service.unmet.note(found)
    reliefs = reliefs_of(service, found, at)
    told = replace(asked, notices=(*asked.notices, *notices))
    return found, present(found, told, at, reliefs)


def pushed(request: Request, url: str) -> dict[str, str]:
    """The header by which htmx takes the clean address of a search for a step of the visit."""
    # A facet that is unfolded is none: « back » leads to the search before.
    is_unfolding = request.headers.get("hx-target", "").startswith("filtre-")
    return {} if is_unfolding else {"HX-Push-Url": url}


def _found(service: WiredService, query: SearchQuery) -> tuple[Results, list[str]]:
    """What answers; the last page, and a notice, in place of one past the end."""
    found = _answer(service, query)
    last = _last_page(found)
    if query.page <= last:
        return found, []
    pages = french.counted(last, "page", "pages")
    shown = "la voici" if last == 1 else "voici la dernière"
    asked = french.number(query.page)
    notice = f"La page {asked} n’existe pas : cette recherche compte {pages}, {shown}."
    return _answer(service, query.at(last)), [notice]


def _answer(service: WiredService, query: SearchQuery) -> Results:
    """The page of one kind; of all kinds together, what comes first in each."""
    if query.values("kind"):
        return service.finder.find(query)
    return service.finder.overview(query, OF_EACH_KIND)


def _is_overview(found: Results) -> bool:
    """Whether the hits are the first ones of several kinds: each of them has its own pages."""
    return not found.query.values("kind") and sum(count > 0 for _, count, _ in _kinds(found)) > 1


def _kinds(found: Results) -> tuple[Counted, ...]:
    return counted(found, "kind")


def _last_page(found: Results) -> int:
    return 1 if _is_overview(found) else found.pages


def present(
    found: Results, asked: Asked, at: SearchAddress, reliefs: tuple[Link, ...]
) -> SearchPage:
    """The page that answers what is asked at that address."""
    query, sentence = found.query, found.sentence
    place = place_field_of(query, asked.placing, at)
    return SearchPage(
        action=at.path,
        query=query,
        place=place,
        title=f"{sentence}{_page_of(found)} — IMPACT-Alliances",
        sentence=sentence,
        announcement=place.said or f"{sentence}{_page_of(found)}.",
        notices=(*asked.notices, *((found.degraded,) if found.degraded else ())),
        hints=_hints(found, at),
        tabs=() if at.kind else _tabs(found),
        facets=facets_of(found, asked.whole, at),
        chips=(*place_chips(query, at), *_chips(query, at)),
        clear_url=at.of(query.without_filters()) if _filters_count(query) else "",
        hidden=_hidden(query, at),
        sorts=_sorts(query),
        groups=_groups(found),
        pages=_pages(found, at),
        page_sentence=f"Page {query.page} sur {_last_page(found)}",
        reliefs=reliefs,
        nothing=_nothing(found),
        neighbours=tuple(map(_neighbour, found.neighbours or ())),
        filters_count=_filters_count(query),
        results_button=f"Voir {french.counted(found.total, 'résultat', 'résultats')}",
        back_label=_back_to(found.total),
        keeping=keeping_of(found),
        canonical=at.of(query),
    )


def _nothing(found: Results) -> str:
    """What is said in place of hits."""
    if found.neighbours is not None:
        return "Aucun de ces mots n’est dans la base."
    count = _filters_count(found.query)
    asked = f"ces {count} critères" if count > 1 else "ce critère" if count else "ces mots"
    return f"Aucune fiche ne réunit {asked}."


def _filters_count(query: SearchQuery) -> int:
    facets = sum(len(values) for facet, values in query.filters if facet != "kind")
    return facets + bool(query.rayon) + bool(query.comme)


def _back_to(total: int) -> str:
    return f"Retour aux {french.number(total)} résultats" if total > 1 else "Retour au résultat"


def _page_of(found: Results) -> str:
    """« , page 2 sur 12 », said from the second page on."""
    number = found.query.page
    return f", page {number} sur {_last_page(found)}" if number > 1 else ""


def _sorts(query: SearchQuery) -> tuple[tuple[str, str, bool], ...]:
    """The orders to offer. The one a search has by itself goes without a value: typing a text then
    sorts by relevance.
    """
    needs = {"pertinence": query.q, "distance": query.near}
    offered = [name for name in SORTS if needs.get(name, True)]
    return tuple(
        ("" if name == query.usual_sort else name, SORTS[name], name == query.sort)
        for name in offered
    )


def _hints(found: Results, at: SearchAddress) -> tuple[Hint, ...]:
    """What was done to the visitor's words, each with the way to refuse it, and what the need seems
    to touch.
    """
    query = found.query
    hints = place_hints(query)
    if found.corrections:
        used = french.listed([french.quoted(used) for _, used in found.corrections])
        typed = french.listed([french.quoted(typed) for typed, _ in found.corrections])
        refuse = Link(f"Chercher plutôt {typed}", at.of(replace(query, correction=False, page=1)))
        hints.append((f"Résultats pour {used}.", (refuse,)))
    hints += _place_hints(found, at)
    if found.synonyms:
        others = ", ".join(name for _, names in found.synonyms for name in names)
        words = french.listed([french.quoted(word) for word, _ in found.synonyms])
        refuse = Link(f"Chercher seulement {words}", at.of(replace(query, synonymes=False, page=1)))
        hints.append((f"Nous avons aussi cherché : {others}.", (refuse,)))
    evoked = [slug for slug in found.evoked if slug not in query.values("fragilite")]
    if evoked and query.q and found.total:
        links = tuple(
            Link(FRAGILITES.label_of(slug), at.of(query.choosing("fragilite", [slug])))
            for slug in evoked
        )
        hints.append(("Votre besoin semble toucher :", links))
    return tuple(hints)


def _place_hints(found: Results, at: SearchAddress) -> list[Hint]:
    """The place read in the text, with the ways to keep to it, to mean another one, or none; or the
    places that may have been meant.
    """
    query, reading = found.query, found.reading
    others = tuple(
        Link(
            f"plutôt {other.label}" if reading.place else other.label,
            at.of(replace(query, q=text, page=1)),
        )
        for other, text in reading.others
    )
    if not reading.place:
        name = f"{french.quoted(query.q)} est aussi un lieu :"
        return [(name, others)] if others else []
    by_date = "Lieu compris," if query.sort != "pertinence" else ""
    first = "Ce qui est" if found.is_only_a_place else by_date or "De préférence"
    if reading.missed:
        first = f"Rien {reading.missed.said} ni alentour. {first}"
    refuse = Link("n’y voir aucun lieu", at.of(replace(query, lieu=False, page=1)))
    links = (*_kept_to(found, reading.place, at), *others, refuse)
    return [(f"{first} {reading.place.surroundings} :", links)]


def _kept_to(found: Results, place: Place, at: SearchAddress) -> tuple[Link, ...]:
    """The filters that keep what is there, and nothing else; none that is chosen."""
    is_all = found.is_only_a_place
    kept = replace(found.query, q="" if is_all else found.reading.rest)
    return tuple(
        Link(
            "en faire un filtre" if is_all and said == place.said else f"seulement {said}",
            at.of(kept.choosing(facet, values)),
        )
        for said, facet, values in place.filters
        if not set(values) <= set(found.query.values(facet))
    )


def _tabs(found: Results) -> tuple[Tab, ...]:
    kinds, chosen = _kinds(found), found.query.values("kind")
    whole = sum(count for _, count, _ in kinds)
    tabs = [Tab("Tout", whole, found.query.choosing("kind", []).url(), not chosen)]
    for value, count, _ in kinds:
        url = found.query.choosing("kind", [value]).url()
        tabs.append(Tab(FILTERS["kind"].label_of(value), count, url, chosen == (value,)))
    return tuple(tabs)


def _chips(query: SearchQuery, at: SearchAddress) -> tuple[Link, ...]:
    return tuple(
        Link(FILTERS[facet].label_of(value), at.of(query.toggled(facet, value)))
        for facet, values in query.filters
        if facet != "kind"
        for value in values
    )


def _hidden(query: SearchQuery, at: SearchAddress) -> tuple[tuple[str, str], ...]:
    """What the form must carry along though no field shows it."""
    shown = {*FILTERS, "q", "near", "rayon", "tri", "page"} - {"kind"}
    return tuple(
        (name, value)
        for name, value in at.pairs(query)
        if name not in shown and name not in REFUSALS
    )


def _groups(found: Results) -> tuple[Group, ...]:
    """The hits kind after kind, each with the way to the others of its kind; all together where
    they are a page of one list.
    """
    if not found.hits:
        return ()
    if not _is_overview(found):
        return (Group("", "", tuple(card_of_hit(hit, found) for hit in found.hits), None),)
    counts = {value: count for value, count, _ in _kinds(found)}
    parted = groupby(found.hits, lambda hit: kind_of(hit.resource))
    return tuple(
        _group(
            found.query,
            kind,
            tuple(card_of_hit(hit, found) for hit in hits),
            counts[kind.slug],
        )
        for kind, hits in parted
    )


def _group(query: SearchQuery, kind: Kind, cards: tuple[Card, ...], count: int) -> Group:
    told = french.counted(count, kind.one, kind.many)
    rest = Link(f"Voir les {told}", query.choosing("kind", [kind.slug]).url())
    return Group(kind.slug, kind.tab, cards, rest if count > len(cards) else None)


def card_of_hit(hit: Hit, found: Results) -> Card:
    """The card of a hit: what answers, how far it is, and why it is there."""
    why, far = _why(hit, found.reading.place), away(hit.resource, hit.distance_km, found.origin)
    return card_of(hit.resource, hit.excerpt_html, why, hit.highlighted, far)


def _neighbour(hit: Hit) -> Card:
    """A card without a reason: nothing of what was typed is in it."""
    return card_of(hit.resource, hit.excerpt_html, "", hit.highlighted)


def _why(hit: Hit, place: Place | None) -> str:
    """Why a hit is there, in a mayor's words: « Répond à : « plus de bus » », « Parle de : bus »,
    « Même besoin… », « Près de Lannion ».
    """
    said = _why_asked(hit)
    if not place or BY_PLACE not in hit.matched_by:
        return said
    where = place.said if hit.nearness == 1 else place.beside
    return f"{said} · {where}" if said else f"{where[0].upper()}{where[1:]}"


def _why_asked(hit: Hit) -> str:
    if BY_NAME in hit.matched_by:
        return "Exactement ce que vous avez écrit"
    if hit.demande:
        return f"Répond à : {french.quoted(hit.demande)}"
    if BY_WORDS in hit.matched_by:
        said = french.listed(_words_told(hit)[:MOST_WORDS_TOLD])
        return f"Parle de : {said}" if said else "Contient vos mots"
    return "Même besoin, dit autrement" if BY_MEANING in hit.matched_by else ""


def _words_told(hit: Hit) -> list[str]:
    """The words marked, each in the first of its forms: « médecin » says « médecins » too."""
    told: dict[tuple[str, ...], str] = {}
    for word in hit.marked:
        told.setdefault(tuple(stems(word)), word.lower())
    return list(told.values())


def _pages(found: Results, at: SearchAddress) -> tuple[PageLink, ...]:
    """The pages to offer: the one before, first, last, those around, the one after."""
    query, last = found.query, _last_page(found)
    if last == 1:
        return ()
    links = _numbered(query, last, at)
    if query.page > 1:
        links.insert(0, PageLink("Précédente", at.of(query.at(query.page - 1)), "prev"))
    if query.page < last:
        links.append(PageLink("Suivante", at.of(query.at(query.page + 1)), "next"))
    return tuple(links)


def _numbered(query: SearchQuery, last: int, at: SearchAddress) -> list[PageLink]:
    """First, last, and those around, with a gap where some are left out."""
    here = query.page
    wanted = sorted({1, last, *range(max(1, here - 2), min(last, here + 2) + 1)})
    links: list[PageLink] = []
    for before, page in zip([0, *wanted], wanted, strict=False):
        if page - before > 1:
            links.append(PageLink(""))
        links.append(PageLink(str(page), at.of(query.at(page))))
    return links
