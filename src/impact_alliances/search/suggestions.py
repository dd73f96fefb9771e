"""Sheets to offer whoever has not asked for a whole search: while typing, or at a wrong address."""

from collections.abc import Sequence

from sqlalchemy import Engine

from impact_alliances.db import reading
from impact_alliances.resources.demandes import as_heard
from impact_alliances.resources.key import Key
from impact_alliances.resources.published import load_in_order
from impact_alliances.resources.resource import Resource
from impact_alliances.search.query import SearchQuery
from impact_alliances.search.searcher import Cascade
from impact_alliances.search.titles_only import TitlesOnly
from impact_alliances.text.analysis import clean, words

# Words of a title still being typed that are looked for, the last ones.
MOST_WORDS = 8
# Signs of a wrong address that are looked for.
MOST_SIGNS = 200
# Resources looked at for one demande.
LOOKED_AT = 10


class Suggestions:
    """Finds a few sheets and counts nothing."""

    def __init__(self, database: Engine, cascade: Cascade, titles: TitlesOnly) -> None:
        self._database = database
        self._cascade = cascade
        self._titles = titles

    def titles(self, text: str, limit: int) -> list[Resource]:
        """Published resources whose title holds the words typed so far, the last one perhaps
        unfinished.
        """
        typed = _typed(text)
        return self._loaded(self._cascade.keys(lambda engine: engine.titles(typed, limit)))

    def demandes(self, text: str, limit: int) -> list[str]:
        """Ways of asking that hold the words typed so far, each of another resource; those that
        begin with them first.
        """
        typed = _typed(text)
        # The words may be in several demandes of a resource, and in none of them all.
        found = self._loaded(
            self._cascade.keys(lambda engine: engine.demandes(typed, LOOKED_AT * limit))
        )
        said = (next((one for one in each.demandes if _holds(one, typed)), "") for each in found)
        distinct = list(dict.fromkeys(filter(None, said)))
        return sorted(distinct, key=lambda one: not _begins(one, text))[:limit]

    def nearest(self, text: str, limit: int) -> list[Resource]:
        """The resources that answer `text` best by their words, for a page that does not exist."""
        if not text.strip():
            return []
        query = SearchQuery(q=clean(text)[:MOST_SIGNS], par_page=limit, mode="keyword")
        answer = self._cascade.ask(lambda searcher: searcher.search(query, ()))
        return self._loaded([one.key for one in (answer or self._titles.search(query)).page])

    def _loaded(self, keys: list[Key]) -> list[Resource]:
        with reading(self._database) as session:
            return load_in_order(session, keys)


def _typed(text: str) -> list[str]:
    """The last words typed so far."""
    return [word for word in words(text) if word][-MOST_WORDS:]


def _begins(demande: str, text: str) -> bool:
    return as_heard(demande).startswith(as_heard(text))


def _holds(demande: str, typed: Sequence[str]) -> bool:
    """Whether a text holds these words, the last one perhaps unfinished."""
    held = words(demande)
    *whole, last = typed
    return set(whole) <= set(held) and any(word.startswith(last) for word in held)
