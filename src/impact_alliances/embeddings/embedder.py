"""The seam of meaning: a text becomes a vector of unit length, near the vectors of texts that speak of the same thing."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
# Visitors repeat themselves (page 2, a facet): a query is embedded once, 20 ms saved each time after.
REMEMBERED_QUERIES = 2_000


class EmbedderUnavailable(Exception):
    """The model cannot run here. The message, in French, says why and what still works."""


class Embedder(Protocol):
    """A model. `name` identifies it in the database: vectors of two models are never compared."""

    name: str
    dimensions: int

    def embed_query(self, text: str) -> Vectors:
        """The vector of a visitor's query, shape (dimensions,)."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """The vectors of passages of documents, shape (len(texts), dimensions)."""
        ...
