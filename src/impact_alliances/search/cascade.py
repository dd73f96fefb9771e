"""Several searchers in the order in which they are preferred: a question goes to the first that can
answer it.
"""

import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

from impact_alliances.engines.engine import EngineFailure, SearchEngine, Wanted
from impact_alliances.engines.patience import one_wait
from impact_alliances.resources.key import Key
from impact_alliances.search.searcher import Searcher

T = TypeVar("T")
_log = logging.getLogger(__name__)


class Cascade:
    """The searchers of a service: the engine that serves, then those kept for when it fails."""

    def __init__(self, searchers: Sequence[Searcher]) -> None:
        self._searchers = searchers

    def ask(self, question: Callable[[Searcher], T]) -> T | None:
        """The answer of the first searcher whose engine works; None when none does. Each engine
        fails once at the most.
        """
        for searcher in self._searchers:
            try:
                with one_wait():
                    return question(searcher)
            except EngineFailure as failure:
                _log.warning("%s", failure)
        return None

    def keys(self, question: Callable[[SearchEngine], list[Key]]) -> list[Key]:
        """The keys that the first engine that works answers; none when none does."""
        return self.ask(lambda searcher: question(searcher.engine)) or []

    def check(self) -> None:
        """Ask the serving engine a question, by the way and with the key of visitors. Raises
        `EngineFailure`.
        """
        self._searchers[0].engine.page(Wanted(), "date", 0, 1)
