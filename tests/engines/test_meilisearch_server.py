"""A server that is slow, gone, wrong or full: always our own failure, in French, and never long to
wait for.
"""

import datetime as dt
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlmodel import select

from impact_alliances.db import writing
from impact_alliances.diagnosis import examine, parts
from impact_alliances.embeddings.store import StoredVectors
from impact_alliances.engines.documents import document_of
from impact_alliances.engines.engine import Bar, EngineFailure, Wanted
from impact_alliances.engines.meilisearch import tasks
from impact_alliances.engines.meilisearch.engine import MeilisearchEngine
from impact_alliances.engines.meilisearch.server import Breaker, Hanging, OutOfReach, Server
from impact_alliances.engines.meilisearch.settings import embedder_name, index_settings
from impact_alliances.engines.meilisearch.writer import MeilisearchWriter
from impact_alliances.engines.patience import left_of, one_wait
from impact_alliances.indexing.lateness import BEHIND, Lateness
from impact_alliances.resources.case import Case
from impact_alliances.resources.changes import Change
from impact_alliances.resources.key import Key
from impact_alliances.resources.resource import RETIRED, now
from impact_alliances.search.query import SearchQuery
from impact_alliances.search.titles_only import NO_INDEX, TitlesOnly
from impact_alliances.wiring import SPARE_ANSWERED, make_service
from support.builders import a_case, store
from support.fake_embedder import FakeEmbedder
from support.service import a_service
from tests.clock import Clock
from tests.engines.contract import concept
from tests.engines.scripted import Reply, error, scripted, search_result, task

HIT = {
    "id": "case-bus",
    "title_line": " bus ",
    "title_length": 1,
    "text_line": " bus  car ",
    "text_length": 2,
    "words_line": " cars ",
    "demandes_line": "",
    "demandes_length": 0,
    "fragilite": ["mobilite"],
}
HIT |= {"date_order": 7}


def _door(url: str, timeout_s: float = 10, breaker: Breaker | None = None) -> Server:
    return Server(url, "cle", "base", timeout_s, breaker or Breaker())


def _engine(url: str, **options: Any) -> MeilisearchEngine:
    return MeilisearchEngine(_door(url, **options), "axes")


def _writer(url: str, database: Engine) -> MeilisearchWriter:
    return MeilisearchWriter(_door(url), StoredVectors(database, "axes", 4, ("case",)), "axes", 4)


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(delay_s=0.5), "injoignable ou trop lent"),
        (Reply(resets=True), "injoignable"),
        (
            Reply(error("too_many_search_requests", "system"), status=503),
            "injoignable ou trop lent",
        ),
        (Reply(b"<html>Bad gateway</html>", status=502, content_type="text/html"), "injoignable"),
        (
            Reply(b"<html>Bienvenue</html>", content_type="text/html"),
            "n’est pas celle d’un serveur Meilisearch",
        ),
        (
            Reply(b"<html>Perdu</html>", status=404, content_type="text/html"),
            "n’est pas celle d’un serveur Meilisearch",
        ),
        (Reply({"unexpected": 1}), "n’est pas celle d’un serveur Meilisearch"),
        (Reply({"results": []}), "n’est pas celle d’un serveur Meilisearch"),
        (Reply({"results": [{"hits": [{}]}]}), "n’est pas celle d’un serveur Meilisearch"),
        (Reply(b""), "n’est pas celle d’un serveur Meilisearch"),
        (Reply(error("index_not_found"), status=400), "reindex"),
        (Reply(error("invalid_search_filter"), status=400), r"invalid_search_filter.*reindex"),
        (Reply(error("invalid_api_key", "auth"), status=403), "IMPACT_MEILISEARCH_KEY"),
        (
            Reply(error("missing_authorization_header", "auth"), status=401),
            "IMPACT_MEILISEARCH_KEY",
        ),
    ],
)
def test_a_fault_is_a_sentence_that_says_what_to_do(reply: Reply, said: str) -> None:
    """No exception of the client's ever goes through."""
    with scripted(lambda *_: reply) as server:
        # Patient with all but the one that must wait in vain: a busy machine is slow to answer too.
        timeout_s = 0.2 if reply.delay_s else 10
        with pytest.raises(EngineFailure, match=said):
            _engine(server.url, timeout_s=timeout_s).page(Wanted(), "date", 0, 5)
        with pytest.raises(EngineFailure, match=said):
            _engine(server.url, timeout_s=timeout_s).counts(Wanted(), ["kind"])


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "127.0.0.1:7700", "ftp://x", "http://"])
def test_an_address_where_nothing_answers_is_a_failure(database: Engine, url: str) -> None:
    """Refused, or no address at all."""
    with pytest.raises(EngineFailure, match="IMPACT_MEILISEARCH_URL"):
        _engine(url).frequencies(["bus"])


def test_a_hanging_server_costs_its_timeout_once(database: Engine) -> None:
    """Then questions fail at once, and one is let through after the pause."""
    clock = Clock()
    replies = iter([Reply(delay_s=3), Reply({"results": [search_result()]})])
    with scripted(lambda *_: next(replies)) as server:
        engine = _engine(server.url, timeout_s=1, breaker=Breaker(clock))
        started = time.perf_counter()
        for _ in range(50):
            with pytest.raises(EngineFailure):
                engine.page(Wanted(), "date", 0, 5)
        assert (len(server.asked), time.perf_counter() - started < 20) == (1, True)
        clock.now = 5.1
        assert engine.page(Wanted(), "date", 0, 5) == []


def test_the_breaker_lets_one_try_for_all() -> None:
    """And forgets everything at the first success."""
    clock = Clock()
    breaker = Breaker(clock)
    for _ in range(3):
        breaker.check()
        breaker.failed(OutOfReach("non"))
    clock.now = 6
    breaker.check()
    with pytest.raises(OutOfReach, match="quelques secondes"):
        breaker.check()
    breaker.succeeded()
    breaker.check()


def test_a_refused_question_does_not_open_the_breaker(database: Engine) -> None:
    """The server is there: a bug or a key must stay seen."""
    with scripted(lambda *_: Reply(error("invalid_search_filter"), status=400)) as server:
        engine = _engine(server.url)
        for _ in range(5):
            with pytest.raises(EngineFailure, match="invalid_search_filter"):
                engine.page(Wanted(), "date", 0, 5)
        assert len(server.asked) == 5


def test_a_fault_of_ours_is_not_told_as_one_of_the_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes up as it is, and the server is not left alone for it."""

    def faulty(*_: object) -> object:
        raise KeyError("une faute à nous")

    monkeypatch.setattr("impact_alliances.engines.meilisearch.questions.key_of_id", faulty)
    with scripted(lambda *_: Reply({"results": [search_result({"id": "case-bus"})]})) as server:
        engine = _engine(server.url)
        for _ in range(4):
            with pytest.raises(KeyError):
                engine.page(Wanted(), "date", 0, 5)
        assert len(server.asked) == 4


def test_the_cause_of_an_answer_that_is_not_the_servers_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """With its traceback: the sentence alone would send whoever runs the service astray."""
    with (
        scripted(
            lambda *_: Reply({"results": [{"hits": [{}], "estimatedTotalHits": 1}]})
        ) as server,
        pytest.raises(OutOfReach),
    ):
        _engine(server.url).page(Wanted(), "date", 0, 5)
    assert caplog.records[-1].exc_info


def test_to_count_reads_no_document(database: Engine) -> None:
    """Neither of the set nor of those freed of a filter."""

    def reply(_: str, path: str, body: Any) -> Reply:
        return Reply({"results": [_answer(query) for query in body["queries"]]})

    with scripted(reply) as server:
        engine = _engine(server.url)
        wanted = Wanted(bar=Bar((concept("bus"),), 1.0), filters={"kind": ("case",)})
        assert engine.counts(wanted, ["kind"]).total == 1
        (_, _, body) = server.asked[-1]
    assert [query["limit"] for query in body["queries"]] == [0, 0]


def test_counts_and_candidates_come_in_one_round_trip(database: Engine) -> None:
    """The members of the set are read with its counts; words and lengths are remembered."""

    def reply(_: str, path: str, body: Any) -> Reply:
        assert path == "/multi-search"
        return Reply({"results": [_answer(query) for query in body["queries"]]})

    with scripted(reply) as server:
        engine = _engine(server.url)
        bus = (concept("bus", weight=2.0),)
        wanted = Wanted(bar=Bar(bus, 1.0), filters={"kind": ("case",)})
        assert engine.frequencies(["bus", "velo"]) == (1, {"bus": 1, "velo": 0})
        before = len(server.asked)
        matches = engine.matches(wanted, ["kind", "fragilite"])
        (found,) = matches.candidates(bus, 10)
        assert len(server.asked) == before + 1
    assert (matches.total, matches.facets) == (
        1,
        {"kind": {"case": 1, "article": 2}, "fragilite": {"mobilite": 1}},
    )
    assert (found.key, found.covered, found.date_order, found.fragilites) == (
        Key("case", "bus"),
        2.0,
        7,
        ("mobilite",),
    )
    assert found.lexical == pytest.approx(0.719205, abs=1e-5)


def _answer(query: dict[str, Any]) -> dict[str, object]:
    if "stems" in query.get("facets", ()):
        distribution = {
            "stems": {"bus": 1, "car": 1},
            "title": {"bus": 1},
            "text": {"bus": 1, "car": 1},
            "words": {"bus": 1},
        }
        lengths = {
            "title_length": {"1": 1},
            "text_length": {"2": 1},
            "demandes_length": {"0": 1},
        }
        return search_result(total=1, facets={**distribution, **lengths})
    if "sort" in query:
        return search_result({"indexed_at": 5})
    if query["facets"] == ["kind"]:
        return search_result(total=3, facets={"kind": {"case": 1, "article": 2}})
    return search_result(HIT, facets={"fragilite": {"mobilite": 1}})


# -- writing -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (error("no_space_left_on_device", "system"), "disque du serveur"),
        (error("internal", "internal"), "voyez son journal"),
        (error("index_not_found"), "reindex"),
    ],
)
def test_a_failed_task_is_a_failure_though_the_client_says_nothing(
    database: Engine, fault: dict[str, str], said: str
) -> None:
    """The batch stays in the outbox."""
    with (
        _writing(lambda _: task(2, "failed", fault)) as server,
        pytest.raises(EngineFailure, match=said),
    ):
        _writer(server.url, database).apply([document_of(a_case())], [])


def test_one_bad_document_is_found_by_halves_and_named(
    database: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    """The seven others are in."""
    put: list[bytes] = []

    def ended(content: bytes) -> dict[str, object]:
        if b'"case-c5"' in content:
            return task(2, "failed", error("invalid_document_id"))
        put.append(content)
        return task(2)

    with _writing(ended) as server:
        _writer(server.url, database).apply(
            [document_of(a_case(id=f"c{index}")) for index in range(8)], []
        )
    assert sum(content.count(b"\n") + 1 for content in put if content) == 7
    assert "case:c5" in caplog.text


def _writing(ended: Any) -> Any:
    last: list[bytes] = [b""]

    def reply(method: str, path: str, body: Any) -> Reply:
        if method == "GET" and path.startswith("/tasks/"):
            return Reply(ended(last[0]))
        if method == "GET":
            return Reply({"results": []})
        last[0] = body if isinstance(body, bytes) else b""
        return Reply(task(2, "enqueued"), status=202)

    return scripted(reply)


class _Time:
    """A clock that only sleep moves, by a quarter of a minute each time."""

    def __init__(self) -> None:
        self._now = 0.0

    def monotonic(self) -> float:
        return self._now

    def sleep(self, _: float) -> None:
        self._now += 15.0


def test_a_server_heard_meanwhile_may_be_out_of_reach_again(
    monkeypatch: pytest.MonkeyPatch, database: Engine
) -> None:
    """A long task is waited for as long as the server is heard from time to time."""
    monkeypatch.setattr(tasks, "time", _Time())
    states = iter([task(2, "processing"), task(2, "processing"), None, task(2)])

    def reply(method: str, path: str, _: Any) -> Reply:
        if method == "GET" and path.startswith("/tasks/"):
            said = next(states, task(2))
            return Reply(said) if said else Reply(resets=True)
        return Reply(task(2), status=202)

    with scripted(reply) as server:
        ended = tasks.Tasks(_door(server.url)).ended(lambda client: client.delete_index("base"))
    assert ended.status == "succeeded"


def test_an_unreachable_server_asks_for_no_rebuild(database: Engine) -> None:
    """Its index may be sound: `is_ready` fails rather than saying no."""
    with pytest.raises(EngineFailure, match="injoignable"):
        _writer("http://127.0.0.1:1", database).is_ready()


def test_a_server_without_our_index_is_not_ready(database: Engine) -> None:
    """Nor is one with other settings."""
    with scripted(lambda *_: Reply(error("index_not_found"), status=404)) as server:
        assert not _writer(server.url, database).is_ready()
    settings = index_settings("axes", 4)
    with scripted(lambda *_: Reply({**settings, "rankingRules": ["words"]})) as server:
        assert _writer(server.url, database).drift() == ["rankingRules"]
    with scripted(lambda *_: Reply(settings)) as server:
        assert _writer(server.url, database).is_ready()


@pytest.mark.parametrize(
    ("version", "recent"),
    [
        ("1.50.0", True),
        ("1.13.3", True),
        ("1.12.8", False),
        ("2.0.0", True),
        ("?", False),
        ("", True),
    ],
)
def test_old_servers_are_named(version: str, recent: bool) -> None:
    """Vectors were an experiment before 1.13."""
    assert MeilisearchWriter.is_recent(version) is recent


# -- the whole service ---------------------------------------------------------------------------


@pytest.mark.parametrize(("spare", "said"), [(True, SPARE_ANSWERED), (False, NO_INDEX)])
def test_the_spare_index_or_else_titles_answer_while_the_server_is_gone(
    tmp_path: Path, spare: bool, said: str
) -> None:
    """And the state of the service says why; with a spare index it is ready all the same."""
    made = a_service(
        tmp_path, a_case(id="x", title="Les haies du bocage"), a_case(id="y", title="Le lavoir")
    )
    away = {
        "search_engine": "meilisearch",
        "meilisearch_url": "http://127.0.0.1:1",
        "meilisearch_spare": spare,
    }
    gone = make_service(made.settings.model_copy(update=away), made.embedder)
    found = gone.finder.find(SearchQuery(q="haies", mode="keyword"))
    suggested = gone.suggestions.titles("hai", 5)
    assert ([hit.resource.id for hit in found.hits], found.degraded) == (["x"], said)
    assert [one.id for one in suggested] == (["x"] if spare else [])
    (index,) = [part for part in parts(gone) if part.name == "index"]
    assert (index.ok, index.essential) == (False, not spare)
    assert "IMPACT_MEILISEARCH_URL" in index.detail
    gone.close()
    made.close()


def test_a_save_during_an_outage_reaches_the_spare_index_and_stays_in_the_outbox(
    tmp_path: Path,
) -> None:
    """It is found at once, and the server will have it once it is back."""
    made = a_service(tmp_path, a_case(id="x", title="Les haies du bocage"))
    away = {"search_engine": "meilisearch", "meilisearch_url": "http://127.0.0.1:1"}
    gone = make_service(made.settings.model_copy(update=away), made.embedder)
    assert gone.spare_indexer
    for resource in (a_case(id="z", title="La halle"), a_case(id="y", title="Le lavoir")):
        with pytest.raises(OutOfReach):
            gone.indexer.step()
        store(gone.database, resource)
    gone.spare_indexer.catch_up()
    assert [
        hit.resource.id for hit in gone.finder.find(SearchQuery(q="lavoir", mode="keyword")).hits
    ] == ["y"]
    assert (gone.indexer.pending(), gone.spare_indexer.pending()) == (2, 0)
    gone.close()
    made.close()


def test_an_outage_is_told_once_by_the_indexer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not at each of its tries."""
    monkeypatch.setattr("impact_alliances.indexing.indexer.IDLE_S", 0.01)
    made = a_service(tmp_path, a_case(id="x", title="Les haies du bocage"))
    gone = make_service(
        made.settings.model_copy(
            update={"search_engine": "meilisearch", "meilisearch_url": "http://127.0.0.1:1"}
        ),
        made.embedder,
    )
    store(gone.database, a_case(id="y", title="Le lavoir"))
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    gone.indexer.run(stop)
    told = [one.message for one in caplog.records if "Les modifications attendent" in one.message]
    # As it is found, and as it is known afterwards.
    assert 1 <= len(told) <= 2
    assert len(set(told)) == len(told)
    assert "Traceback" not in caplog.text
    gone.close()
    made.close()


def test_each_use_sends_its_key_and_asks_for_no_compression() -> None:
    """One client a call: two threads on one client spoil each other's headers."""
    server = _door("http://127.0.0.1:7700/")
    one, other = server.client(), server.client()
    assert one.http.headers is not other.http.headers
    assert (one.config.url, one.http.headers["Authorization"]) == (
        "http://127.0.0.1:7700",
        "Bearer cle",
    )
    assert one.http.headers["Accept-Encoding"] == "identity"


# -- said by doctor and /readyz ------------------------------------------------------------------


def _state_of(tmp_path: Path, reply: Any) -> Any:
    """What is said of the index, and the whole examination, of a service on that server."""
    made = a_service(tmp_path, a_case(id="x"))
    with scripted(reply) as server:
        where = {
            "search_engine": "meilisearch",
            "meilisearch_url": server.url,
            "meilisearch_spare": False,
        }
        there = make_service(made.settings.model_copy(update=where), made.embedder)
        found = (
            {part.name: part for part in parts(there)},
            {part.name: part for part in examine(there)},
        )
        there.close()
    made.close()
    return found


def test_a_wrong_search_key_is_said_though_the_other_key_is_right(tmp_path: Path) -> None:
    """Visitors search with the first, the indexer writes with the second."""

    def reply(_: str, path: str, __: Any) -> Reply:
        if path == "/multi-search":
            return Reply(error("invalid_api_key", "auth"), status=403)
        is_settings = path.endswith("/settings")
        return Reply(
            index_settings(embedder_name(FakeEmbedder.name), FakeEmbedder.dimensions)
            if is_settings
            else {"results": []}
        )

    for found in _state_of(tmp_path, reply):
        assert (found["index"].ok, "IMPACT_MEILISEARCH_KEY" in found["index"].detail) == (
            False,
            True,
        )


def test_a_full_disk_is_told_as_such_and_not_as_a_missing_index(tmp_path: Path) -> None:
    """The index could not even be made: rebuilding it would fail again."""

    def reply(method: str, path: str, _: Any) -> Reply:
        if method == "DELETE":
            return Reply(task(4, "enqueued"), status=202)
        if path.startswith("/tasks"):
            waited = {
                **task(3, "failed", error("index_not_found")),
                "indexUid": "base-beside-nothing",
            }
            full = error(
                "internal", "internal", "MDB_MAP_FULL: No space left on device (os error 28)"
            )
            return Reply({"results": [waited, task(2, "failed", full), task(1)]})
        if path == "/version":
            return Reply({"pkgVersion": "1.50.0", "commitSha": "", "commitDate": ""})
        return Reply(error("index_not_found"), status=404)

    quick, whole = _state_of(tmp_path, reply)
    for part in (quick["index"], whole["index"], whole["serveur de recherche"]):
        assert (part.ok, "plein" in part.detail, part.mend) == (False, True, "")


def test_a_full_disk_said_at_once_is_no_outage(database: Engine) -> None:
    """Whatever the status of the answer."""
    with scripted(
        lambda *_: Reply(error("no_space_left_on_device", "system"), status=507)
    ) as server:
        with pytest.raises(EngineFailure, match="plein") as failed:
            _engine(server.url).page(Wanted(), "date", 0, 5)
        assert not isinstance(failed.value, OutOfReach)


# -- one wait for each visitor -------------------------------------------------------------------


def test_a_search_waits_once_for_all_its_questions() -> None:
    """Answers that come just in time, one after the other, would add up."""
    with scripted(lambda *_: Reply({"results": [search_result()]}, delay_s=0.4)) as server:
        door = _door(server.url, timeout_s=1)

        def five_times() -> None:
            for _ in range(5):
                door.search([{}])

        with one_wait(), pytest.raises(OutOfReach):
            five_times()
        assert len(server.asked) <= 3


def test_a_wait_inside_another_one_does_not_begin_anew() -> None:
    """Each searcher that is tried would have all the patience of the visitor."""
    with one_wait():
        time.sleep(0.05)
        with one_wait():
            assert left_of(10) < 9.96
        assert left_of(10) < 9.96
    assert left_of(10) == 10


def test_no_visitor_waits_to_know_whether_the_server_is_back() -> None:
    """It is asked aside, until it is."""
    is_back = threading.Event()
    breaker = Breaker(pause_s=0.01)
    breaker.probe = is_back.is_set
    breaker.failed(Hanging("non"))
    for _ in range(20):
        with pytest.raises(OutOfReach, match="quelques secondes"):
            breaker.check()
        time.sleep(0.005)
    is_back.set()
    for _ in range(1_000):
        with suppress(OutOfReach):
            breaker.check()
            return
        time.sleep(0.01)
    raise AssertionError


def test_titles_are_warm_before_the_outage(tmp_path: Path) -> None:
    """The first search of an outage reads no whole sheet but those of its page."""
    made = a_service(
        tmp_path, *(a_case(id=f"c{number}", title=f"Halle {number}") for number in range(30))
    )
    titles = TitlesOnly(made.database)
    titles.warm()
    asked: list[str] = []
    event.listen(made.database, "before_cursor_execute", lambda *given: asked.append(given[2]))
    assert titles.search(SearchQuery(q="halle")).counts.total == 30
    assert asked
    assert not any("summary" in statement for statement in asked)
    made.close()


def test_what_is_withdrawn_is_forgotten(tmp_path: Path) -> None:
    """A service that runs for months would else remember every sheet it ever had."""
    made = a_service(tmp_path, a_case(id="c1", title="Halle"), a_case(id="c2", title="Halle"))
    titles = TitlesOnly(made.database)
    titles.warm()
    with writing(made.database) as session:
        session.get_one(Case, "c2").status = RETIRED
    titles.warm()
    assert [key.id for key in titles._known] == ["c1"]
    assert titles.search(SearchQuery(q="halle")).counts.total == 1
    made.close()


def test_titles_are_read_once_for_all_who_come_within_a_second(tmp_path: Path) -> None:
    """An outage has visitors in numbers; what is saved meanwhile is found a second later."""
    made = a_service(tmp_path, *(a_case(id=f"c{number}", title="Halle") for number in range(3)))
    clock = Clock()
    titles = TitlesOnly(made.database, clock)
    asked: list[str] = []
    event.listen(made.database, "before_cursor_execute", lambda *given: asked.append(given[2]))
    totals = []
    for moment in (0.0, 0.5, 0.9, 1.0):
        clock.now = moment
        totals.append(titles.search(SearchQuery(q="halle")).counts.total)
        if not moment:
            asked.clear()
            store(made.database, a_case(id="c3", title="La halle"))
    assert totals == [3, 3, 3, 4]
    assert sum("FROM case_study" in statement for statement in asked) == 2
    made.close()


# -- an index that is behind ---------------------------------------------------------------------


def test_an_index_that_is_behind_says_so(tmp_path: Path) -> None:
    """A search that may lack a saved sheet never keeps silent about it."""
    made = a_service(tmp_path, a_case(id="x", title="Les haies"))
    ask = SearchQuery(q="haies", mode="keyword")
    assert made.finder.find(ask).degraded is None
    store(made.database, a_case(id="y"))
    with writing(made.database) as session:
        session.exec(select(Change)).one().at = now() - dt.timedelta(minutes=1)
    behind = Lateness(lambda: made.indexer.outbox)
    assert behind.sentence() == BEHIND
    made.indexer.catch_up()
    assert Lateness(lambda: made.indexer.outbox).sentence() is None
    made.close()
