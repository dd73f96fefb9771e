"""The search of last resort, while the index is out of reach: words of the title, straight from the database."""

from collections import Counter

from sqlmodel import Session, col, select

from impact_alliances.resources.kinds import KINDS
from impact_alliances.resources.reading import load
from impact_alliances.resources.resource import PUBLISHED, Resource
from impact_alliances.search.analysis import STOP_WORDS
from impact_alliances.search.analysis import words as words_of
from impact_alliances.search.documents import facets_of, key_of
from impact_alliances.search.engine import Counts
from impact_alliances.search.query import SearchQuery
from impact_alliances.search.ranking import Ranked
from impact_alliances.search.searcher import Answer
from impact_alliances.search.understanding import Understanding

NO_INDEX = "La recherche avancée est momentanément indisponible : résultats par les mots du titre seulement."

Light = tuple[Resource, dict[str, tuple[str, ...]]]


def search(session: Session, query: SearchQuery) -> Answer:
    """The answer to `query`: the resources whose title holds all of its words, newest first."""
    wanted = [word for word in words_of(query.q) if word not in STOP_WORDS]
    texts = [(resource, facets_of(resource)) for resource in _holding(session, wanted)]
    kept = [resource for resource, facets in texts if _passes(facets, query)]
    kept.sort(key=lambda resource: (-(resource.date.toordinal() if resource.date else 0), key_of(resource)))
    first = (query.page - 1) * query.par_page
    page = [Ranked(key_of(resource), 0.0, bool(query.q), False) for resource in kept[first : first + query.par_page]]
    return Answer(Counts(len(kept), _counted(texts, query)), page, Understanding(query.q), (), NO_INDEX)


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
