"""The indexer, and what it does about damage, documents that cannot be taken and a disk that is full."""

import random
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.builders import a_case, store
from tests.search.damage import files_of, harm
from tests.service import a_service, settle

from impact_alliances.db import writing
from impact_alliances.diagnosis import Part, examine
from impact_alliances.resources.case import Case
from impact_alliances.search.engine import EngineFailure
from impact_alliances.search.query import SearchQuery
from impact_alliances.wiring import Service

LONE_SURROGATE = "\ud800"


@pytest.fixture
def service(tmp_path: Path) -> Service:
    """Three cases, indexed."""
    return a_service(tmp_path, *(a_case(id=f"c{number}", title=f"Les haies {number}") for number in range(3)))


def _part(service: Service, name: str) -> Part:
    return next(part for part in examine(service) if part.name == name)


def _total(service: Service, text: str) -> int:
    found = service.finder.find(SearchQuery(q=text, mode="keyword"))
    assert found.degraded is None
    return found.total


def _damage(service: Service) -> str:
    file = next(file for file in files_of(service.settings.index_dir) if file.suffix == ".idx")
    harm(service.settings.index_dir, "overwrite_most", file, random.Random(1))
    return file.name


def test_doctor_names_the_damaged_files_and_the_command(service: Service) -> None:
    """Though every document can still be read."""
    assert _part(service, "index").ok
    name = _damage(service)
    found = _part(service, "index")
    assert (found.ok, found.mend) == (False, "impact-alliances reindex")
    assert name in found.detail


def test_the_indexer_mends_a_damaged_index_by_itself(service: Service) -> None:
    """At its next look; searches are right before, meanwhile and after."""
    _damage(service)
    assert _total(service, "haies") == 3
    assert service.indexer.step()
    assert _part(service, "index").ok
    assert _total(service, "haies") == 3


@pytest.mark.parametrize("is_rebuilt", [False, True])
def test_a_sheet_that_cannot_be_indexed_holds_back_no_other(service: Service, is_rebuilt: bool) -> None:
    """It is told by doctor, who asks for no rebuild; mended, it is found."""
    store(service.database, a_case(id="poison", title="Les haies folles", odd=[LONE_SURROGATE]), a_case(id="c3", title="Les haies 3"))
    if is_rebuilt:
        service.indexer.rebuild()
    settle(service)
    assert service.indexer.pending() == 0
    assert _total(service, "haies") == 4
    found = _part(service, "accord index et base")
    assert (found.ok, found.mend) == (False, "")
    assert "case:poison" in found.detail
    with writing(service.database) as session:
        case = session.get(Case, "poison")
        assert case is not None
        case.odd = ["3"]
    settle(service)
    assert _total(service, "haies") == 5
    assert _part(service, "accord index et base").ok


def test_a_sheet_that_leaves_the_index_when_it_cannot_be_taken_any_more(service: Service) -> None:
    """Its former text is found no more: the index says nothing that the database does not."""
    with writing(service.database) as session:
        case = session.get(Case, "c0")
        assert case is not None
        case.odd = [LONE_SURROGATE]
    settle(service)
    assert _total(service, "haies") == 2


def test_a_rebuild_that_fails_is_not_tried_again_at_once(service: Service) -> None:
    """On a full disk it would fail each time, and costs all it costs; what was saved waits."""
    _damage(service)
    folder = service.settings.index_dir
    folder.rename(folder.with_name("aside"))
    folder.write_text("")
    with pytest.raises(EngineFailure, match=str(folder)):
        service.indexer.step()
    service.indexer._rebuild_at += 1_000
    with pytest.raises(EngineFailure, match=str(folder)):
        service.indexer.step()
    folder.unlink()
    with pytest.raises(EngineFailure, match=str(folder)):
        service.indexer.step()
    service.indexer._rebuild_at = 0
    assert service.indexer.step()
    assert _total(service, "haies") == 3


def test_an_indexer_whose_index_cannot_be_written_goes_on(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    """It tells once what is wrong, and does what waits as soon as it can."""
    folder = service.settings.index_dir
    folder.rename(folder.with_name("aside"))
    folder.write_text("")
    store(service.database, a_case(id="c3", title="Les haies 3"))
    stop = threading.Event()
    thread = threading.Thread(target=service.indexer.run, args=(stop,))
    thread.start()
    assert _until(lambda: str(folder) in caplog.text)
    folder.unlink()
    assert _until(lambda: service.indexer.pending() == 0)
    stop.set()
    thread.join()
    assert _total(service, "haies") == 4
    assert caplog.text.count(str(folder)) == 1


def _until(is_so: Callable[[], bool]) -> bool:
    """Wait for it, a minute at the most."""
    pause = threading.Event()
    return any(is_so() or pause.wait(0.05) for _ in range(1_200))
