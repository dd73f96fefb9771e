"""Which model answers while another one, newly chosen, reads the base."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlmodel import select

from impact_alliances.db import reading, writing
from impact_alliances.embeddings.embedder import Embedder, EmbedderUnavailable, Vectors
from impact_alliances.embeddings.store import Embedding, StoredVectors, packed, unpacked
from impact_alliances.meaning.grid import NO_GRID
from impact_alliances.meaning.meanings import NO_MODEL, Anchors, Meaning, Meanings
from impact_alliances.meaning.passages import FRAGILITE
from impact_alliances.resources.case import Case
from impact_alliances.resources.key import Key
from impact_alliances.search.interpreting import NO_VECTORS
from impact_alliances.search.query import SearchQuery
from impact_alliances.search.results import Results
from impact_alliances.vocabularies.terms import FRAGILITES
from impact_alliances.wiring import Service, make_service
from support.builders import a_case, store
from support.fake_embedder import FakeEmbedder
from support.service import a_service, settle
from tests.clock import Clock
from tests.waiting import until


class OtherModel(FakeEmbedder):
    """Another model, of other dimensions, that knows that a doctor is a generalist."""

    name = "fake/other-32"
    dimensions = 32

    def __init__(self) -> None:
        super().__init__({"medecin": "generaliste"})


def _two_models(folder: Path) -> tuple[Service, Service]:
    """The same base before and after another model was chosen."""
    cases = [
        a_case(id="x", title="Les haies"),
        a_case(id="y", title="Le généraliste"),
        a_case(id="z", title="Le lavoir"),
    ]
    before = a_service(folder, *cases)
    return before, make_service(before.settings, OtherModel())


def _meanings(service: Service, former: Embedder | None, clock: Clock) -> Meanings:
    wanted = Meaning.of(service.database, OtherModel.name, OtherModel.dimensions, OtherModel())
    return Meanings(
        service.database, wanted, {former.name: former}.get if former else lambda _: None, clock
    )


def _find(service: Service, text: str) -> Results:
    return service.finder.find(SearchQuery(q=text, mode="semantic"))


def test_the_former_model_answers_until_the_new_one_has_read_as_much(tmp_path: Path) -> None:
    """Then the new one takes over, without a restart, and for good."""
    _, after = _two_models(tmp_path)
    clock = Clock()
    meanings = _meanings(after, FakeEmbedder(), clock)
    assert meanings.now().model == FakeEmbedder.name
    assert after.vectorizer.needs.lacking() == 3 * 2 + 16
    assert after.vectorizer.embed_some(limit=2) == 2
    clock.now += 2
    assert meanings.now().model == FakeEmbedder.name
    settle(after)
    assert after.vectorizer.needs.lacking() == 0
    assert meanings.now().model == FakeEmbedder.name
    clock.now += 2
    assert until(lambda: meanings.now().model == OtherModel.name)


def test_nobody_waits_for_a_former_model_that_another_visitor_has_loaded(tmp_path: Path) -> None:
    """Words answer them meanwhile; whoever came first is answered by that model."""
    _, after = _two_models(tmp_path)
    is_asked, is_let_go = threading.Event(), threading.Event()

    def load(_: str) -> Embedder:
        is_asked.set()
        is_let_go.wait(10)
        return FakeEmbedder()

    wanted = Meaning.of(after.database, OtherModel.name, OtherModel.dimensions, OtherModel())
    clock = Clock()
    meanings = Meanings(after.database, wanted, load, clock)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(meanings.now)
        assert is_asked.wait(10)
        clock.now += 2
        assert meanings.now().model == OtherModel.name
        is_let_go.set()
        assert first.result(10).model == FakeEmbedder.name
    assert meanings.now().model == FakeEmbedder.name


def test_a_former_model_that_cannot_be_loaded_leaves_words_to_answer(tmp_path: Path) -> None:
    """It is said, and asked once."""
    _, after = _two_models(tmp_path)
    found = _find(after, "médecin")
    assert (found.total, found.degraded) == (0, NO_VECTORS)
    settle(after)
    assert (_find(after, "médecin").degraded, after.meanings.now().model) == (None, OtherModel.name)


def test_a_text_that_changes_keeps_no_vector_of_any_model(tmp_path: Path) -> None:
    """The former model may answer for it no more, since it will not read it again."""
    before, after = _two_models(tmp_path)
    with writing(after.database) as session:
        case = session.get(Case, "x")
        assert case is not None
        case.title = "Les murets"
    after.indexer.catch_up()
    with reading(after.database) as session:
        rows = session.exec(
            select(Embedding.model, Embedding.vectors).where(Embedding.subject == "x")
        ).all()
    assert [(model, vectors) for model, vectors in rows] == [(OtherModel.name, None)] * 2
    before.close()


def test_what_another_model_made_is_kept_for_going_back(tmp_path: Path) -> None:
    """Choosing the former model again costs nothing."""
    before, after = _two_models(tmp_path)
    settle(after)
    assert before.vectorizer.needs.lacking() == 0
    store(before.database, a_case(id="w", title="La navette"))
    settle(before)
    assert after.vectorizer.needs.lacking() == 2


def test_a_base_without_vectors_waits_for_those_of_the_wanted_model(tmp_path: Path) -> None:
    """No other model is looked for."""
    made = make_service(a_service(tmp_path, embedder=FakeEmbedder()).settings, OtherModel())
    clock = Clock()
    meanings = _meanings(made, FakeEmbedder(), clock)
    with writing(made.database) as session:
        for row in session.exec(select(Embedding)).all():
            session.delete(row)
    assert meanings.now().model == OtherModel.name


class FailingModel(FakeEmbedder):
    """A model that is loaded, and fails at every text."""

    name = "fake/failing"

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        raise EmbedderUnavailable("plus de mémoire")


def test_a_model_that_fails_leaves_words_to_answer_and_its_work_for_later(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """No page breaks, and the indexer rests between two tries."""
    made = a_service(tmp_path, a_case(id="x", title="Les haies"), embedder=FailingModel())
    assert (made.vectorizer.needs.lacking(), made.vectorizer.embed_some()) == (18, 0)
    found = made.finder.find(SearchQuery(q="haies"))
    assert ([hit.resource.id for hit in found.hits], found.degraded) == (["x"], NO_MODEL)
    assert "plus de mémoire" in caplog.text


class GrownModel(FakeEmbedder):
    """The same name, and vectors of another size."""

    dimensions = 96


def test_vectors_of_another_size_under_the_same_name_are_made_again(tmp_path: Path) -> None:
    """Meanwhile they are not read."""
    before = a_service(
        tmp_path, a_case(id="x", title="Les haies"), a_case(id="y", title="Le lavoir")
    )
    after = make_service(before.settings, GrownModel())
    assert _find(after, "haies").degraded == NO_VECTORS
    settle(after)
    passages = after.meanings.now().vectors.passages(Key("case", "x"))
    assert passages is not None
    assert passages.shape[1] == 96


def test_a_grid_is_whole_or_not_at_all_and_seen_anew(tmp_path: Path) -> None:
    """Read half-way through, it was kept until the service was started again, and scored every
    answer.
    """
    service = a_service(tmp_path, a_case(id="x", title="Les haies"))
    clock = Clock()
    stored = StoredVectors(
        service.database, FakeEmbedder.name, FakeEmbedder.dimensions, (FRAGILITE,)
    )
    anchors = Anchors(stored, clock)
    whole = anchors.now()
    assert whole.keys() == FRAGILITES.by_slug.keys()
    # Another process computes one of them again: first it has none, then another one.
    with writing(service.database) as session:
        row = session.get(Embedding, (FRAGILITE, "mobilite", FakeEmbedder.name))
        assert row is not None
        former, row.vectors = row.vectors, None
    assert anchors.now() is whole
    clock.now += 2
    assert until(lambda: anchors.now() == {})
    meaning = service.meanings.now()
    meaning.fragilites.refresh()
    assert meaning.grid(FakeEmbedder().embed_query("bus")) == NO_GRID
    with writing(service.database) as session:
        row = session.get(Embedding, (FRAGILITE, "mobilite", FakeEmbedder.name))
        assert row is not None
        assert former
        row.vectors, row.version = (
            packed(-unpacked(former, FakeEmbedder.dimensions)),
            row.version + 1,
        )
    clock.now += 2
    assert until(lambda: "mobilite" in anchors.now())
    assert anchors.now()["mobilite"] == pytest.approx(-whole["mobilite"], abs=1e-3)
    service.close()
