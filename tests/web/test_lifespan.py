"""The application as it is started: its threads index and read beside the pages, and end with
it.
"""

import gc
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from impact_alliances.app import create_app
from impact_alliances.db import writing
from impact_alliances.locks import Busy
from impact_alliances.migrating import migrate
from impact_alliances.resources.case import Case
from impact_alliances.resources.resource import RETIRED
from impact_alliances.settings import Settings
from impact_alliances.wiring import Service, make_service
from support.builders import a_case, store
from support.fake_embedder import FakeEmbedder

# Longer than anything takes on a busy machine, and shorter than for ever.
HANG_S = 60


def _service(folder: Path, **settings: object) -> Service:
    chosen = Settings(data_dir=folder, _env_file=None, **settings)  # type: ignore[arg-type]
    return make_service(chosen, FakeEmbedder())


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A base of one case that no index holds yet."""
    made = _service(tmp_path)
    migrate(made.database)
    store(made.database, a_case(id="c1", title="Les haies"))
    yield made
    # The application keeps what it read at start out of the collector's way, for good.
    gc.unfreeze()


def _until(is_so: Callable[[], bool]) -> bool:
    """Wait for it."""
    ends = time.monotonic() + HANG_S
    while time.monotonic() < ends:
        if is_so():
            return True
        time.sleep(0.02)
    return False


def _found(client: TestClient, text: str) -> list[str]:
    """What the index answers; nothing while titles answer in its place."""
    answer = client.get("/api/search", params={"q": text, "mode": "keyword"}).json()
    return [] if answer["degraded"] else [hit["id"] for hit in answer["hits"]]


def _threads() -> set[threading.Thread]:
    return {one for one in threading.enumerate() if one.name in ("indexer", "reader", "warming")}


def test_what_is_saved_is_found_while_the_application_runs(service: Service) -> None:
    """By its words, then by its meaning, without a command; and what is withdrawn is not."""
    with TestClient(create_app(service.settings, service)) as client:
        assert _until(lambda: _found(client, "haies") == ["c1"])
        store(service.database, a_case(id="c2", title="Les haies du bocage"))
        assert _until(lambda: sorted(_found(client, "haies")) == ["c1", "c2"])
        assert _until(lambda: service.vectorizer.needs.lacking() == 0)
        assert client.get("/readyz").status_code == 200
        with writing(service.database) as session:
            session.get_one(Case, "c1").status = RETIRED
        assert _until(lambda: _found(client, "haies") == ["c2"])


def test_its_threads_end_with_it_and_leave_the_index_to_the_next(service: Service) -> None:
    """Nobody else keeps the index meanwhile; afterwards anyone may."""
    before, other = _threads(), _service(service.settings.data_dir)
    with TestClient(create_app(service.settings, service)) as client:
        assert _until(lambda: _found(client, "haies") == ["c1"])
        assert {one.name for one in _threads() - before} >= {"indexer", "reader"}
        with pytest.raises(Busy), other.indexer.alone():
            pass
    assert _until(lambda: not _threads() - before)
    with other.indexer.alone():
        assert (other.indexer.pending(), other.indexer.is_sound()) == (0, True)
    other.close()


def test_one_told_not_to_index_leaves_that_to_others(tmp_path: Path) -> None:
    """It answers from what is there."""
    service = _service(tmp_path, run_indexer=False)
    migrate(service.database)
    store(service.database, a_case(id="c1", title="Les haies"))
    before = _threads()
    with TestClient(create_app(service.settings, service)) as client:
        assert client.get("/recherche").status_code == 200
        assert not {one.name for one in _threads() - before} & {"indexer", "reader"}
        assert service.indexer.pending() == 1
    gc.unfreeze()
