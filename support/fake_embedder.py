"""A model without weights: a bag of folded stems hashed to unit vectors, the same on every
machine.
"""

import zlib
from collections.abc import Sequence

import numpy as np

from impact_alliances.embeddings.embedder import Vectors
from impact_alliances.text.analysis import stems


class FakeEmbedder:
    """Texts that share words are near, others are far. `spoken` maps a word to one that means the
    same to this model.
    """

    name = "fake/stems-64"
    dimensions = 64

    def __init__(self, spoken: dict[str, str] | None = None) -> None:
        self._spoken = {
            stem: other
            for word, alike in (spoken or {}).items()
            for stem, other in zip(stems(word), stems(alike), strict=True)
        }

    def embed_query(self, text: str) -> Vectors:
        vector: Vectors = self.embed_passages([text])[0]
        return vector

    def part_read(self, text: str) -> str:
        return ""

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self.embed_passages(texts)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            # A text without words has a direction of its own rather than none.
            for stem in stems(text) or [""]:
                row[zlib.crc32(self._spoken.get(stem, stem).encode()) % self.dimensions] += 1.0
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True) if len(texts) else vectors
