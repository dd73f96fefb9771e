"""A CrossEncoder of sentence-transformers as a reranker: made small by the tests, written and read
back by the library.
"""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from impact_alliances.embeddings.cross_encoder import CrossEncoder
from impact_alliances.embeddings.reranker import RerankerUnavailable
from impact_alliances.search.query import SearchQuery
from support.builders import a_case, ids
from support.service import a_service
from tests.embeddings.tiny_model import save_tiny_reranker

INSTALLED = find_spec("sentence_transformers") is not None
needs_library = pytest.mark.skipif(
    not INSTALLED, reason="the extra sentence-transformers is not installed"
)
TEXTS = ["La cantine cuisine local.", "Un bus.", "La haie protège les sols. " * 400, "", "\ufdfa😀"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_reranker(tmp_path_factory.mktemp("m") / "tiny")


@needs_library
def test_each_text_gets_its_mark_alone_or_among_others(folder: Path) -> None:
    """Long, empty and strange ones too."""
    model = CrossEncoder(str(folder))
    marks = model.scores("un médecin pour la commune", TEXTS)
    alone = [model.scores("un médecin pour la commune", [text])[0] for text in TEXTS]
    assert marks == pytest.approx(alone, abs=1e-5)
    assert len({round(mark, 6) for mark in marks}) == len(TEXTS)


@needs_library
def test_the_mark_depends_on_the_question(folder: Path) -> None:
    model = CrossEncoder(str(folder))
    assert model.scores("un médecin", TEXTS[:1]) != model.scores("un bus", TEXTS[:1])


@needs_library
def test_a_classifier_is_refused(tmp_path: Path) -> None:
    """Three scores a text say no order."""
    with pytest.raises(RerankerUnavailable, match="une note"):
        CrossEncoder(str(save_tiny_reranker(tmp_path / "classes", labels=3)))


@needs_library
@pytest.mark.parametrize("name", ["", "absent", "tests", "a/b@c"])
def test_what_is_no_model_is_refused_in_a_sentence(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(RerankerUnavailable, match="introuvable ou illisible"):
        CrossEncoder(name)


@needs_library
def test_a_service_puts_its_first_hits_in_the_order_of_the_model(
    folder: Path, tmp_path: Path
) -> None:
    cases = [a_case(id=f"c{n}", title=f"Le bus {'du soir ' * n}") for n in range(1, 9)]
    service = a_service(tmp_path, *cases, reranker=str(folder), reranker_timeout_s=30)
    found = service.finder.find(SearchQuery(q="bus du soir"))
    texts = ["\n".join((one.title, *one.texts())) for one in cases]
    marks = CrossEncoder(str(folder)).scores("bus du soir", texts)
    expected = [cases[place].id for place in sorted(range(8), key=lambda place: -marks[place])]
    assert (found.degraded, ids(hit.resource for hit in found.hits)) == (None, expected)
    service.close()


@pytest.mark.skipif(INSTALLED, reason="the extra sentence-transformers is installed")
def test_without_the_library_it_says_how_to_install_it() -> None:
    with pytest.raises(RerankerUnavailable, match="pip install"):
        CrossEncoder("x")


def test_nothing_of_the_library_is_loaded_unless_it_is_wanted(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from impact_alliances.settings import Settings;"
        "from impact_alliances.wiring import make_service;"
        f"service = make_service(Settings(data_dir=Path({str(tmp_path)!r}), embedder='none'));"
        "names = ('torch', 'transformers', 'impact_alliances.embeddings.cross_encoder');"
        "print([name for name in names if name in sys.modules], service.reranking)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[] None"
