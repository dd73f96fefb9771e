"""The search of last resort, while the index is out of reach: words of the title, straight from the database."""

from collections import Counter

from sqlmodel import Session, col, select

from impact_alliances.resources.kinds import KINDS
from impact_alliances.resources.reading import load
from impact_alliances.resources.resource import PUBLISHED, Resource
from impact_alliances.search.analysis import STOP_WORDS
from impact_alliances.search.analysis import words as words_of
from impact_alliances.search.documents import facets_of, key_of
from impact_alliances.search.query import SearchQuery

Light = tuple[Resource, dict[str, tuple[str, ...]]]


def search(session: Session, query: SearchQuery) -> tuple[int, list[Resource], dict[str, dict[str, int]]]:
    """The total, the page of resources (newest first) and the disjunctive facet counts of `query`."""
    wanted = [word for word in words_of(query.q) if word not in STOP_WORDS]
    texts = [(resource, facets_of(resource)) for resource in _holding(session, wanted)]
    kept = [resource for resource, facets in texts if _passes(facets, query)]
    kept.sort(key=lambda resource: (-(resource.date.toordinal() if resource.date else 0), key_of(resource)))
    first = (query.page - 1) * query.par_page
    return len(kept), kept[first : first + query.par_page], _counted(texts, query)


def _holding(session: Session, wanted: list[str]) -> list[Resource]:
    keys = []
    for kind in KINDS.values():
        rows = session.exec(select(kind.table.id, kind.table.title).where(col(kind.table.status) == PUBLISHED))
        keys += [(kind.slug, identifier) for identifier, title in rows if set(wanted) <= set(words_of(title))]
    return list(load(session, keys).values())


def _passes(facets: dict[str, tuple[str, ...]], query: SearchQuery, apart_from: str = "") -> bool:
    return all(name == apart_from or set(values) & set(facets[name]) for name, values in query.filters)


def _counted(texts: list[Light], query: SearchQuery) -> dict[str, dict[str, int]]:
    if not texts:
        return {}
    return {name: Counter(value for _, facets in texts if _passes(facets, query, name) for value in facets[name]) for name in texts[0][1]}
