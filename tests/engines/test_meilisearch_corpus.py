"""The words of the corpus, as the server counts them, renewed without making anyone wait."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from impact_alliances.engines.engine import EngineFailure
from impact_alliances.engines.meilisearch.corpus import CorpusReader
from impact_alliances.engines.meilisearch.server import Breaker, Server
from tests.clock import Clock
from tests.engines.scripted import Reply, Scripted, scripted, search_result


class ChangingBase:
    """A server whose documents all hold « bus »; `documents` may change, and `gate` holds back a
    whole reading.
    """

    def __init__(self) -> None:
        self.documents = 1
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, _method: str, _path: str, body: Any) -> Reply:
        return Reply({"results": [self._answer(query) for query in body["queries"]]})

    def _answer(self, query: dict[str, Any]) -> dict[str, object]:
        if "sort" in query:
            return search_result({"indexed_at": self.documents}, total=self.documents)
        assert self.gate.wait(10)
        held = {"bus": self.documents}
        facets = dict.fromkeys(
            ("stems", "title", "text", "words", "title_words", "demande_words"), held
        )
        lengths = {"title_length": {"1": self.documents}, "text_length": {"4": self.documents}}
        return search_result(total=self.documents, facets={**facets, **lengths})


def _reader(server: Scripted, clock: Clock) -> CorpusReader:
    return CorpusReader(Server(server.url, "cle", "base", 5, Breaker()), clock)


def _eventually(condition: Callable[[], bool]) -> bool:
    limit = time.monotonic() + 10
    while not condition() and time.monotonic() < limit:
        time.sleep(0.01)
    return condition()


def test_a_changed_corpus_is_read_again_while_searches_go_on_with_the_former() -> None:
    """No search waits for it."""
    base, clock = ChangingBase(), Clock()
    with scripted(base) as server:
        reader = _reader(server, clock)
        assert reader.now().stems == {"bus": 1}
        base.documents = 2
        base.gate.clear()
        clock.now += 5
        assert reader.now().documents == 1
        assert reader.now().documents == 1
        base.gate.set()
        assert _eventually(lambda: reader.now().documents == 2)


def test_the_first_search_after_a_silence_waits_for_the_words_of_today() -> None:
    """However long ago the former were read: nobody looked meanwhile."""
    base, clock = ChangingBase(), Clock()
    with scripted(base) as server:
        reader = _reader(server, clock)
        reader.now()
        base.documents = 2
        clock.now += 60
        assert reader.now().documents == 2


def test_what_this_process_wrote_is_waited_for() -> None:
    """An indexer that has just written sees it at once."""
    base, clock = ChangingBase(), Clock()
    with scripted(base) as server:
        reader = _reader(server, clock)
        reader.now()
        base.documents = 3
        reader.refresh()
        assert (reader.now().documents, reader.now().text.mean_length) == (3, 4.0)


def test_which_documents_hold_a_phrase_is_forgotten_as_soon_as_the_corpus_changes() -> None:
    """Even where its words are read again later, to spare the server."""
    base, clock = ChangingBase(), Clock()
    with scripted(base) as server:
        reader = _reader(server, clock)
        corpus = reader.now()
        corpus.phrases["lien", "social"] = ("case-x",)
        reader._read_at = 1_000
        base.documents = 2
        clock.now += 2
        reader.now()
        assert _eventually(lambda: not corpus.phrases)
        assert reader.now() is corpus


def test_a_first_reading_that_fails_is_a_failure_and_a_later_one_is_not() -> None:
    """Searches that know the words go on, and meet the failure by themselves."""
    base, clock = ChangingBase(), Clock()
    with scripted(base) as server:
        reader = _reader(server, clock)
        reader.now()
        url = server.url
    clock.now += 5
    assert reader.now().documents == 1
    assert _eventually(lambda: not reader._lock.locked())
    with pytest.raises(EngineFailure):
        CorpusReader(Server(url, "cle", "base", 1, Breaker()), clock).now()
