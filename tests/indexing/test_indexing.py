"""The indexer, and what it does about damage, documents that cannot be taken and a disk that is
full.
"""

import random
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlmodel import select

from impact_alliances.db import reading, writing
from impact_alliances.diagnosis import Part, examine
from impact_alliances.embeddings.embedder import Vectors
from impact_alliances.embeddings.store import Embedding, packed
from impact_alliances.engines.engine import EngineFailure
from impact_alliances.meaning.passages import passages_of
from impact_alliances.migrating import migrate
from impact_alliances.resources.case import Case
from impact_alliances.resources.changes import Change
from impact_alliances.resources.resource import RETIRED
from impact_alliances.search.query import SearchQuery
from impact_alliances.settings import Settings
from impact_alliances.wiring import Service, make_service
from support.builders import a_case, store
from support.damage import files_of, harm
from support.fake_embedder import FakeEmbedder
from support.service import a_service, settle
from tests.disks import fill, small_disk
from tests.waiting import until

LONE_SURROGATE = "\ud800"


@pytest.fixture
def service(tmp_path: Path) -> Service:
    """Three cases, indexed."""
    return a_service(
        tmp_path, *(a_case(id=f"c{number}", title=f"Les haies {number}") for number in range(3))
    )


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
def test_a_sheet_that_cannot_be_indexed_holds_back_no_other(
    service: Service, is_rebuilt: bool
) -> None:
    """It is told by doctor, who asks for no rebuild; mended, it is found."""
    store(
        service.database,
        a_case(id="poison", title="Les haies folles", odd=[LONE_SURROGATE]),
        a_case(id="c3", title="Les haies 3"),
    )
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


def test_a_rebuild_that_fails_leaves_what_was_saved_waiting(service: Service) -> None:
    """Emptied before the new index is there, the outbox would say that all is found."""
    store(service.database, a_case(id="c3", title="Les haies 3"))
    folder = service.settings.index_dir
    folder.rename(folder.with_name("aside"))
    folder.write_text("")
    with pytest.raises(EngineFailure):
        service.indexer.rebuild()
    assert service.indexer.pending() == 1
    folder.unlink()
    service.indexer.rebuild()
    assert (service.indexer.pending(), _total(service, "haies")) == (0, 4)


def test_doctor_says_what_waits_and_what_takes_it_in(service: Service) -> None:
    """Not to rebuild: nothing is wrong with the index."""
    store(service.database, a_case(id="c3", title="Les haies 3"))
    found = _part(service, "accord index et base")
    assert (found.ok, found.mend) == (False, "impact-alliances worker --once")
    assert "1\u00a0modification en attente" in found.detail
    settle(service)
    assert _part(service, "accord index et base").ok


@pytest.mark.parametrize("is_rebuilt", [False, True])
def test_what_is_withdrawn_leaves_no_vector(service: Service, is_rebuilt: bool) -> None:
    """It would be among the nearest for ever, and the corpus would be compared with it."""
    with writing(service.database) as session:
        session.get_one(Case, "c0").status = RETIRED
    if is_rebuilt:
        service.indexer.rebuild()
    settle(service)
    with reading(service.database) as session:
        kept = session.exec(select(Embedding.subject).where(Embedding.kind == "case")).all()
    assert sorted(kept) == ["c1", "c2"]


def test_an_indexer_whose_index_cannot_be_written_goes_on(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    """It tells once what is wrong, and does what waits as soon as it can."""
    folder = service.settings.index_dir
    folder.rename(folder.with_name("aside"))
    folder.write_text("")
    store(service.database, a_case(id="c3", title="Les haies 3"))
    stop = threading.Event()
    thread = threading.Thread(target=service.indexer.run, args=(stop,))
    thread.start()
    assert until(lambda: str(folder) in caplog.text)
    folder.unlink()
    assert until(lambda: service.indexer.pending() == 0)
    stop.set()
    thread.join()
    assert _total(service, "haies") == 4
    assert caplog.text.count(str(folder)) == 1


def test_what_leaves_the_base_is_forgotten_by_one_statement(tmp_path: Path) -> None:
    """Forty sheets retired at once, whatever models read them; the others keep their vectors."""
    made = a_service(tmp_path, *(a_case(id=f"r{number}") for number in range(41)))
    with writing(made.database) as session:
        session.add(Embedding(kind="case", subject="r0", model="un autre", text_hash=""))
        for number in range(40):
            session.get_one(Case, f"r{number}").status = RETIRED
    asked: list[str] = []
    event.listen(made.database, "before_cursor_execute", lambda *given: asked.append(given[2]))
    made.indexer.catch_up()
    assert sum(one.startswith("DELETE FROM embedding") for one in asked) == 1
    with reading(made.database) as session:
        rows = session.exec(select(Embedding.subject).where(Embedding.kind == "case")).all()
    assert list(rows) == ["r40"]
    made.close()


class Stuck(FakeEmbedder):
    """A model that stays in a text until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.reads, self.is_let_go = threading.Event(), threading.Event()

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.reads.set()
        self.is_let_go.wait(60)
        return super().embed_passages(texts)


@pytest.fixture
def stuck(service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A service whose indexer runs, its model stuck in the text of a case just saved."""
    monkeypatch.setattr("impact_alliances.indexing.indexer.IDLE_S", 0.01)
    monkeypatch.setattr("impact_alliances.indexing.indexer.TURN_S", 0.01)
    monkeypatch.setattr("impact_alliances.indexing.vectorizer.LOOK_EVERY_S", 0.1)
    monkeypatch.setattr("impact_alliances.indexing.vectorizer.END_S", 0.01)
    model, stop = Stuck(), threading.Event()
    made = make_service(service.settings, model)
    store(made.database, a_case(id="long", title="Un texte qui retient le modèle"))
    thread = threading.Thread(target=made.indexer.keep, args=(stop,))
    thread.start()
    assert model.reads.wait(60)
    yield made
    model.is_let_go.set()
    assert until(lambda: not made.vectorizer.needs.lacking())
    stop.set()
    thread.join()
    made.close()


def test_a_lost_index_is_rebuilt_while_the_model_is_stuck(
    stuck: Service, caplog: pytest.LogCaptureFixture
) -> None:
    """The loss is told once, and so is its end."""
    assert until(lambda: stuck.indexer.pending() == 0)
    folder = stuck.settings.index_dir
    folder.rename(folder.with_name("aside"))
    assert until(lambda: "Index de recherche reconstruit." in caplog.text)
    assert _total(stuck, "haies") == 3
    assert (
        caplog.text.count("manque ou est abîmé")
        == caplog.text.count("Index de recherche reconstruit.")
        == 1
    )
    assert stuck.vectorizer.needs.lacking() > 0


def _kept_for(made: Service, seconds: float) -> None:
    stop = threading.Event()
    keeping = threading.Thread(target=made.indexer.keep, args=(stop,))
    keeping.start()
    stop.wait(seconds)
    stop.set()
    keeping.join()


def test_a_full_disk_is_told_once_in_a_sentence(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """However often the indexer tries again; the trace is for `--verbose`."""
    with small_disk(tmp_path / "disk", 2):
        made = make_service(Settings(data_dir=tmp_path / "disk", embedder="none"))
        migrate(made.database)
        filler = fill(tmp_path / "disk")
        _kept_for(made, 3)
        assert caplog.text.count("Le disque est plein") == len(caplog.messages) == 1
        assert "Traceback" not in caplog.text
        filler.unlink()
        _kept_for(made, 1)
        assert made.indexer.is_sound()
        made.close()


def test_a_first_start_warns_of_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """An index that never was is not lost."""
    made = make_service(Settings(data_dir=tmp_path, embedder="none"))
    migrate(made.database)
    assert made.indexer.step()
    assert made.indexer.is_sound()
    assert caplog.messages == []
    made.close()


def test_what_is_saved_is_found_while_the_model_is_stuck(stuck: Service) -> None:
    store(stuck.database, a_case(id="c3", title="Les haies 3"))
    assert until(lambda: stuck.indexer.pending() == 0)
    assert _total(stuck, "haies") == 4
    assert stuck.vectorizer.needs.lacking() > 0


def test_one_thread_reads_at_a_time(stuck: Service) -> None:
    """An indexer that took its lock back meets there its former reader, still stuck."""
    assert stuck.vectorizer.embed_some() == 0


def test_a_text_changed_while_it_is_read_does_not_get_the_vectors_of_the_former_one(
    stuck: Service,
) -> None:
    """They would stay for good: nothing would tell that they lack."""
    with writing(stuck.database) as session:
        session.get_one(Case, "long").title = "Un titre tout autre"
        session.add(Change(kind="case", resource_id="long"))
    assert until(lambda: stuck.indexer.pending() == 0)
    model = stuck.embedder
    assert isinstance(model, Stuck)
    model.is_let_go.set()
    assert until(lambda: not stuck.vectorizer.needs.lacking())
    with reading(stuck.database) as session:
        row = session.get_one(Embedding, ("case", "long", FakeEmbedder.name))
        texts = passages_of(session.get_one(Case, "long"))
    assert row.vectors == packed(texts.combined(FakeEmbedder().embed_passages(texts.texts)))


def test_doctor_tells_a_demande_that_two_sheets_share(tmp_path: Path) -> None:
    """It tells neither from the other. Nothing is broken: the examination is passed."""
    made = a_service(
        tmp_path,
        a_case(id="x", demandes=["Plus de car !", "à pied"]),
        a_case(id="y", demandes=["plus de CAR"]),
        a_case(id="z", demandes=["à pied"], status="draft"),
    )
    (told,) = [part for part in examine(made) if part.name == "demandes"]
    assert told.ok
    assert told.detail == (
        "3\u00a0demandes, dont 1\u00a0est dans deux fiches, à distinguer "
        "(case:x et case:y : plus de CAR)."
    )
    made.close()
