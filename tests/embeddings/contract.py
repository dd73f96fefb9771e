"""What any embedder must do, written once: each adapter's test file is a subclass that gives
one.
"""

import numpy as np
import pytest

from impact_alliances.embeddings.embedder import Embedder


class EmbedderContract:
    """Subclasses give `embedder`."""

    @pytest.fixture
    def embedder(self) -> Embedder:
        raise NotImplementedError

    def test_it_has_a_name_and_dimensions(self, embedder: Embedder) -> None:
        assert embedder.name
        assert embedder.dimensions > 0

    def test_vectors_have_unit_length(self, embedder: Embedder) -> None:
        rows = embedder.embed_passages(["Un bus pour les aînés.", "x", "été " * 50])
        assert rows.shape == (3, embedder.dimensions)
        assert np.linalg.norm(rows, axis=1) == pytest.approx(1.0, abs=1e-3)
        assert np.linalg.norm(embedder.embed_query("un bus")) == pytest.approx(1.0, abs=1e-3)

    def test_passages_keep_their_order_and_do_not_depend_on_each_other(
        self, embedder: Embedder
    ) -> None:
        texts = ["Un bus pour les aînés.", "Une haie replantée.", "La cantine du collège."]
        together = embedder.embed_passages(texts)
        alone = [embedder.embed_passages([text])[0] for text in texts]
        assert np.abs(together - np.array(alone)).max() < 1e-3

    def test_demandes_are_read_as_the_queries_that_they_are(self, embedder: Embedder) -> None:
        texts = ["un bus", "plus de médecin", "une haie replantée " * 3]
        alone = [embedder.embed_query(text) for text in texts]
        assert np.abs(embedder.embed_queries(texts) - np.array(alone)).max() < 1e-3
        assert embedder.embed_queries([]).shape == (0, embedder.dimensions)

    def test_a_query_is_nearest_to_what_answers_it(self, embedder: Embedder) -> None:
        rows = embedder.embed_passages(
            [
                "Un bus emmène les aînés au marché.",
                "La haie protège les sols.",
                "La cantine cuisine local.",
            ]
        )
        assert int(np.argmax(rows @ embedder.embed_query("bus aînés marché"))) == 0

    @pytest.mark.parametrize("text", ["", " ", "😀", "\u0000", "a" * 5000])
    def test_any_text_has_a_vector(self, embedder: Embedder, text: str) -> None:
        assert np.isfinite(embedder.embed_query(text)).all()
        assert np.isfinite(embedder.embed_passages([text])).all()

    def test_no_text_gives_no_vector(self, embedder: Embedder) -> None:
        assert embedder.embed_passages([]).shape == (0, embedder.dimensions)
