"""The Meilisearch engine keeps the contract, on a real server where there is one. What needs none
is in the files beside.
"""

import json
import re
import shutil
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, delete, update
from sqlmodel import col
from typer.testing import CliRunner

from impact_alliances.cli import app
from impact_alliances.db import make_engine, writing
from impact_alliances.diagnosis import examine
from impact_alliances.embeddings.store import Embedding, StoredVectors, packed
from impact_alliances.engines.documents import SearchDocument, document_of
from impact_alliances.engines.engine import Bar, EngineFailure, Wanted
from impact_alliances.engines.meilisearch.documents import written
from impact_alliances.engines.meilisearch.engine import MeilisearchEngine
from impact_alliances.engines.meilisearch.matches import Allowance
from impact_alliances.engines.meilisearch.server import Breaker, Server
from impact_alliances.engines.meilisearch.writer import MeilisearchWriter
from impact_alliances.meaning.vectors import Standing
from impact_alliances.resources.key import Key
from impact_alliances.resources.kinds import KINDS
from impact_alliances.search.query import SearchQuery
from support.builders import a_case, store
from support.fake_embedder import FakeEmbedder
from support.meilisearch import NoServer, meilisearch_server
from support.service import a_service, settle
from tests.disks import fill, small_disk
from tests.engines.contract import (
    Corpus,
    EngineContract,
    concept,
    documents,
    seen_from,
    vectors_of_corpus,
)
from tests.engines.writer_contract import Make, WriterContract

Indexed = tuple[MeilisearchEngine, MeilisearchWriter]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Address and key of a real server."""
    try:
        with meilisearch_server(tmp_path_factory.mktemp("meilisearch")) as found:
            yield found
    except NoServer as none:
        pytest.skip(str(none))


def _made(address: tuple[str, str], database: Engine, index: str) -> Indexed:
    url, key = address
    stored = StoredVectors(database, "axes", 4, tuple(KINDS))
    engine = MeilisearchEngine(Server(url, key, index, 10, Breaker()), "axes")
    return engine, MeilisearchWriter(
        Server(url, key, index, 30, Breaker()), stored, "axes", 4, on_change=engine.refresh
    )


@pytest.fixture(scope="module")
def corpus_index(
    address: tuple[str, str], _sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Indexed]:
    """The corpus, indexed once for the tests that only read."""
    path = tmp_path_factory.mktemp("corpus") / "base.sqlite3"
    shutil.copyfile(_sqlite_template, path)
    database = make_engine(f"sqlite:///{path}")
    with writing(database) as session:
        session.add_all(vectors_of_corpus())
    made = _made(address, database, f"essai-{uuid.uuid4().hex[:8]}")
    made[1].rebuild(documents())
    yield made
    made[1].drop()
    database.dispose()


class TestMeilisearchEngine(EngineContract):
    """The contract, on a server."""

    @pytest.fixture
    def indexed(self, corpus_index: Indexed) -> Indexed:
        """The corpus on the server."""
        return corpus_index


class TestMeilisearchWriter(WriterContract):
    """The contract of writers, on a server."""

    @pytest.fixture
    def make(self, address: tuple[str, str], database: Engine) -> Iterator[Make]:
        index = f"essai-{uuid.uuid4().hex[:8]}"
        yield lambda: _made(address, database, index)[1]
        _made(address, database, index)[1].drop()

    @pytest.fixture
    def poison(self) -> SearchDocument:
        """The server takes no key so long."""
        return document_of(a_case(id="x" * 600))


@pytest.fixture
def indexed(address: tuple[str, str], database: Engine) -> Iterator[Indexed]:
    """The corpus on the server, for tests that change it."""
    with writing(database) as session:
        session.add_all(vectors_of_corpus())
    made = _made(address, database, f"essai-{uuid.uuid4().hex[:8]}")
    made[1].rebuild(documents())
    yield made
    made[1].drop()


def test_a_document_put_twice_is_there_once(indexed: Indexed) -> None:
    """Indexing is idempotent."""
    engine, writer = indexed
    writer.apply([document_of(Corpus.bus)], [])
    writer.apply([document_of(Corpus.bus)], [])
    assert engine.counts(Wanted(), []).total == 5


def test_a_removed_document_and_its_words_leave_at_once(indexed: Indexed) -> None:
    """Engines of other processes see it within a second, ours at once."""
    engine, writer = indexed
    assert engine.frequencies(["bus"]) == (5, {"bus": 2})
    writer.apply([], [Key("case", "bus")])
    assert engine.frequencies(["bus"]) == (4, {"bus": 1})


def test_a_rebuild_switches_and_leaves_nothing_beside(indexed: Indexed) -> None:
    """The former index is dropped."""
    engine, writer = indexed
    writer.rebuild(iter([[document_of(a_case(id="seul"))]]))
    assert engine.counts(Wanted(), []).total == 1
    assert _indexes(writer) == [writer._server.index]
    assert writer.is_ready()


def test_a_rebuild_that_fails_leaves_the_index_in_use_and_is_gone_on_with(indexed: Indexed) -> None:
    """What it had sent is not sent again; what has left the base since does not come back."""
    engine, writer = indexed
    one, two, three = (document_of(a_case(id=identifier)) for identifier in ("un", "deux", "trois"))

    def broken() -> Iterator[list[SearchDocument]]:
        yield [one, two]
        raise OSError("disque plein")

    with pytest.raises(OSError, match="plein"):
        writer.rebuild(broken())
    assert engine.counts(Wanted(), []).total == 5
    (beside,) = [uid for uid in _indexes(writer) if uid != writer._server.index]
    before = _indexed_at(writer, beside)
    writer.rebuild(iter([[one], [three]]))
    assert _indexes(writer) == [writer._server.index]
    after = _indexed_at(writer, writer._server.index)
    assert after.keys() == {"case-un", "case-trois"}
    assert after["case-un"] == before["case-un"]


def _indexed_at(writer: MeilisearchWriter, index: str) -> dict[str, int]:
    asked = {"fields": ["id", "indexed_at"], "limit": 100}
    found = writer._server.client().http.post(f"indexes/{index}/documents/fetch", asked)["results"]
    return {one["id"]: one["indexed_at"] for one in found}


def test_a_rebuild_waits_for_what_a_killed_one_had_asked(indexed: Indexed) -> None:
    """Documents still in the server's queue would land after we had looked at what is there."""
    _, writer = indexed
    beside = writer._created()
    client = writer._server.client()
    for number in range(4):
        client.index(beside).add_documents([_sent(f"attente{number}")])
    client.index(beside).add_documents([_sent("retire")])
    writer.rebuild(iter([[document_of(a_case(id="un"))]]))
    assert writer.fingerprints().keys() == {Key("case", "un")}


def _sent(identifier: str) -> dict[str, object]:
    return written(document_of(a_case(id=identifier)), None, "axes")


def test_a_rebuild_begun_with_other_settings_is_begun_again(indexed: Indexed) -> None:
    """Half an index of another model is of no use."""
    _, writer = indexed
    client = writer._server.client()
    uid = f"{writer._beside}ancien"
    writer._tasks.done(lambda _: client.create_index(uid, {"primaryKey": "id"}))
    writer.rebuild(documents())
    assert _indexes(writer) == [writer._server.index]
    assert len(writer.fingerprints()) == 5


def test_a_refused_document_does_not_hold_back_the_others(
    indexed: Indexed, caplog: pytest.LogCaptureFixture
) -> None:
    """It is reported by name."""
    engine, writer = indexed
    added = [document_of(a_case(id=identifier)) for identifier in ("un", "x" * 600, "deux")]
    writer.apply(added, [])
    assert engine.counts(Wanted(), []).total == 7
    assert "case:xxx" in caplog.text
    assert writer.fingerprints().keys() >= {
        Key("case", "un"),
        Key("case", "deux"),
        Key("catalyseur", "awa"),
    }


def test_what_is_refused_is_known_to_every_process_until_it_is_taken_or_gone(
    indexed: Indexed, address: tuple[str, str], database: Engine
) -> None:
    """By a change and by a rebuild; its former version does not answer in its place."""
    writer = indexed[1]
    _, other = _made(address, database, writer._server.index)
    long = document_of(a_case(id="x" * 600))
    _spoil(database, "bus", "velo")
    assert other.refused() == {}
    writer.apply([document_of(Corpus.bus), document_of(Corpus.velo), long], [])
    assert other.refused().keys() == {Key("case", "bus"), Key("case", "velo"), long.key}
    assert "invalid" in other.refused()[long.key]
    assert other.fingerprints().keys() == {
        Key("case", "cour"),
        Key("catalyseur", "awa"),
        Key("article", "note"),
    }
    _mend(database)
    other.apply([document_of(Corpus.bus)], [long.key])
    assert writer.refused().keys() == {Key("case", "velo")}
    _spoil(database, "bus")
    other.rebuild(documents())
    assert writer.refused().keys() == {Key("case", "bus")}
    assert Key("case", "bus") not in writer.fingerprints()


def _spoil(database: Engine, *subjects: str) -> None:
    """Give these sheets a vector that no server can read."""
    unreadable = packed(np.full((1, 4), np.nan, dtype=np.float32))
    spoilt = update(Embedding).where(col(Embedding.subject).in_(subjects))
    with writing(database) as session:
        session.execute(spoilt.values(vectors=unreadable))


def _mend(database: Engine) -> None:
    """Give each sheet its own vectors back."""
    with writing(database) as session:
        for row in vectors_of_corpus():
            session.merge(row)


def test_a_changed_document_does_not_keep_its_old_vector(
    indexed: Indexed, database: Engine
) -> None:
    """Its vectors are said to be absent until they are computed."""
    engine, writer = indexed
    with writing(database) as session:
        session.execute(delete(Embedding).where(col(Embedding.subject) == "bus"))
    writer.apply([document_of(Corpus.bus)], [])
    nearest = [key for key, _ in seen_from(engine, [1, 0, 0, 0]).best(5)]
    assert nearest[0] == Key("case", "velo")
    assert Key("case", "bus") not in nearest


def test_settings_that_drifted_ask_for_a_rebuild(indexed: Indexed) -> None:
    """Another model, or a hand on the server."""
    _, writer = indexed
    assert writer.is_ready()
    other = MeilisearchWriter(writer._server, writer._vectors, "autre-modele", 4)
    assert other.drift() == ["embedders"]
    writer._tasks.done(
        lambda client: client.index(writer._server.index).update_settings(
            {"rankingRules": ["words"]}
        )
    )
    assert (writer.drift(), writer.is_ready()) == (["rankingRules"], False)


def test_a_missing_index_is_a_failure_that_names_the_command(
    address: tuple[str, str], database: Engine
) -> None:
    """The reader is told what to run."""
    engine, writer = _made(address, database, "jamais-construit")
    with pytest.raises(EngineFailure, match="reindex"):
        engine.counts(Wanted(), [])
    assert not writer.is_ready()


def test_a_wrong_key_is_a_failure_that_names_the_setting(
    address: tuple[str, str], database: Engine
) -> None:
    """Nothing is rebuilt for that."""
    url, key = address
    if not key:
        pytest.skip("this server asks for no key")
    engine, writer = _made((url, "fausse"), database, "base")
    with pytest.raises(EngineFailure, match="IMPACT_MEILISEARCH_KEY"):
        engine.counts(Wanted(), [])
    with pytest.raises(EngineFailure, match="IMPACT_MEILISEARCH_KEY"):
        writer.is_ready()


def test_the_two_keys_of_the_page_are_enough(address: tuple[str, str], database: Engine) -> None:
    """One that only searches our index, and one that writes. Bound to an index, the latter could
    not see the task of a switch.
    """
    url, key = address
    if not key:
        pytest.skip("this server asks for no key")
    index = f"essai-{uuid.uuid4().hex[:8]}"
    page = (Path(__file__).parents[2] / "docs/meilisearch.md").read_text(encoding="utf-8")
    first, second = (json.loads(asked) for asked in re.findall(r"--data '(.*?)'", page))
    assert (first["indexes"], second["indexes"]) == (["base*"], ["*"])
    searching = _key(url, key, f"{index}*", first["actions"])
    writing_ = _key(url, key, "*", [one for one in second["actions"] if one != "version"])
    engine, _ = _made((url, searching), database, index)
    _, writer = _made((url, writing_), database, index)
    writer.rebuild(documents())
    writer.apply([], [Key("case", "bus")])
    assert (
        engine.counts(Wanted(), ["kind"]).total,
        len(writer.fingerprints()),
        writer.is_ready(),
    ) == (4, 4, True)
    assert writer.is_recent(writer.version())
    assert (writer.version(), _made(address, database, index)[1].version() != "") == ("", True)
    writer.drop()
    with pytest.raises(EngineFailure, match="IMPACT_MEILISEARCH_KEY"):
        _made((url, searching), database, index)[1].apply([], [Key("case", "bus")])


def _key(url: str, master: str, indexes: str, actions: list[str]) -> str:
    asked = {"actions": actions, "indexes": [indexes], "expiresAt": None}
    return str(Server(url, master, "base", 10, Breaker()).client().http.post("keys", asked)["key"])


def test_several_threads_search_while_another_writes(indexed: Indexed) -> None:
    """Each call has a client of its own."""
    engine, writer = indexed
    bus = (concept("bus"),)
    wanted = Wanted(bar=Bar(bus, 1.0))

    def search(_: int) -> tuple[int, int]:
        matches = engine.matches(wanted, ["kind"])
        return matches.total, len(matches.candidates(bus, 10))

    with ThreadPoolExecutor(6) as pool:
        found = pool.map(search, range(120))
        writer.apply([document_of(a_case(id="autre", title="Sans rapport"))], [])
        assert set(found) == {(2, 2)}


def test_phrases_of_three_stems_and_their_exclusion_are_exact(indexed: Indexed) -> None:
    """Two pairs apart do not make the three."""
    engine, writer = indexed
    texts = {"a": "jardin potager commun", "b": "jardin potager puis potager commun"}
    writer.apply(
        [document_of(a_case(id=identifier, title=text)) for identifier, text in texts.items()], []
    )
    phrase = (("jardin", "potager", "commun"),)
    assert engine.page(Wanted(phrases=phrase), "date", 0, 9) == [Key("case", "a")]
    assert engine.counts(Wanted(excluded=phrase), []).total == 6


def test_a_large_set_is_read_in_its_most_promising_part(
    indexed: Indexed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What holds most of the weight, what says it in its title and what is near; the rest follows
    by date.
    """
    monkeypatch.setattr(
        "impact_alliances.engines.meilisearch.matches.ALLOWED",
        Allowance(at_once=0, most=1, promising=300),
    )
    two = (concept("bus", weight=2.0), concept("medecin", weight=1.0))
    wanted = Wanted(bar=Bar(two, 1.0), near=(Key("case", "cour"),))
    found = {one.key: one.covered for one in indexed[0].matches(wanted, []).candidates(two, 10)}
    assert found[Key("case", "bus")] == 3.0
    assert {Key("article", "note"), Key("case", "cour")} <= found.keys()


def test_a_set_larger_than_was_read_at_once_is_read_whole(
    indexed: Indexed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first members come with the counts, the others when they are scored, none twice."""
    engine, _ = indexed
    two = (concept("bus", weight=2.0), concept("medecin", weight=1.0))
    wanted = Wanted(bar=Bar(two, 1.0))
    expected = sorted(engine.matches(wanted, []).candidates(two, 10))
    for base in (100, 1):
        monkeypatch.setattr(
            "impact_alliances.engines.meilisearch.matches.ALLOWED",
            Allowance(at_once=2, most=10, promising=1),
        )
        monkeypatch.setattr("impact_alliances.engines.meilisearch.matches.LARGE_BASE", base)
        matches = engine.matches(wanted, [])
        assert matches.total == 4
        assert sorted(matches.candidates(two, 10)) == expected


def test_a_whole_service_answers_by_words_and_by_meaning(
    address: tuple[str, str], tmp_path: Path
) -> None:
    """Vectors computed after the words are sent to the server too, and doctor finds nothing
    wrong.
    """
    url, key = address
    chosen: dict[str, Any] = {
        "search_engine": "meilisearch",
        "meilisearch_url": url,
        "meilisearch_key": SecretStr(key),
        "meilisearch_timeout_s": 10,
    }
    index = f"essai-{uuid.uuid4().hex[:8]}"
    made = a_service(
        tmp_path,
        a_case(id="x", title="Les haies"),
        a_case(id="y", title="Le lavoir"),
        meilisearch_index=index,
        **chosen,
    )
    try:
        found = made.finder.find(SearchQuery(q="les haies"))
        assert (found.degraded, [hit.resource.id for hit in found.hits]) == (None, ["x"])
        meaning, vector = made.meanings.now(), FakeEmbedder().embed_query("les haies")
        engine = made.cascade._searchers[0].engine
        matrix, _ = meaning.vectors._now()
        assert matrix is not None
        standing = Standing(matrix, vector, lambda _: {})
        assert [key for key, _ in engine.neighbours(vector, standing, meaning.model).best(5)] == [
            Key("case", "x"),
            Key("case", "y"),
        ]
        assert made.indexer.pending() == 0
        assert [part for part in examine(made) if not part.ok and part.name != "disque"] == []
    finally:
        made.writer.drop()  # type: ignore[attr-defined]
        made.close()


def test_embed_leaves_nothing_to_wait_for_any_index(
    address: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Vectors are news to the spare index too: doctor would find changes that wait for it."""
    url, key = address
    index = f"essai-{uuid.uuid4().hex[:8]}"
    where: dict[str, Any] = {"meilisearch_url": url, "meilisearch_key": SecretStr(key)}
    made = a_service(
        tmp_path, a_case(id="x"), search_engine="meilisearch", meilisearch_index=index, **where
    )
    store(made.database, a_case(id="y", title="Le lavoir"))
    monkeypatch.setattr("impact_alliances.commands.index.ready", lambda: made)
    said = CliRunner().invoke(app, ["embed"])
    assert (said.exit_code, [indexer.pending() for indexer in made.indexers]) == (0, [0, 0])
    made.writer.drop()  # type: ignore[attr-defined]
    made.close()


def test_a_full_disk_of_the_server_is_told_as_such_and_all_is_indexed_once_there_is_room(
    tmp_path: Path,
) -> None:
    """By whatever writes and by doctor; the questions are still answered."""
    with small_disk(tmp_path / "disk", 30), ExitStack() as stack:
        try:
            url, key = stack.enter_context(meilisearch_server(tmp_path / "disk", is_ours=True))
        except NoServer as none:
            pytest.skip(str(none))
        on_server: dict[str, Any] = {"search_engine": "meilisearch", "meilisearch_url": url}
        patient: dict[str, Any] = {"meilisearch_key": SecretStr(key), "meilisearch_timeout_s": 10}
        made = a_service(tmp_path, a_case(id="x", title="Les haies"), **on_server, **patient)
        stack.callback(made.close)
        filler = fill(tmp_path / "disk")
        store(made.database, *(a_case(id=f"y{number}") for number in range(50)))
        for write in (made.indexer.catch_up, made.indexer.rebuild):
            with pytest.raises(EngineFailure, match="plein"):
                write()
        (said,) = [part for part in examine(made) if part.name == "serveur de recherche"]
        assert (said.ok, "plein" in said.detail) == (False, True)
        found = made.finder.find(SearchQuery(q="haies", mode="keyword"))
        assert [hit.resource.id for hit in found.hits] == ["x"]
        filler.unlink()
        settle(made)
        assert [part for part in examine(made) if not part.ok and part.name != "disque"] == []


def _indexes(writer: MeilisearchWriter) -> list[str]:
    known = writer._server.client().get_raw_indexes({"limit": 1000})["results"]  # type: ignore[call-overload]
    return [one["uid"] for one in known if one["uid"].startswith(writer._server.index)]
