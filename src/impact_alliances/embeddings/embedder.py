"""The seam of meaning: a text becomes a vector of unit length, near the vectors of texts that speak
of the same thing.
"""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
# Visitors repeat themselves (page 2, a facet): a query is embedded once, 20 ms saved each time
# after.
REMEMBERED_QUERIES = 2_000


class EmbedderUnavailable(Exception):
    """The model cannot run here. The message, in French, says why and what still works."""


class UnreadableText(Exception):
    """This text ends or breaks the model, which reads others: there is no use in giving it
    again.
    """


class Embedder(Protocol):
    """A model. `name` identifies it in the database: vectors of two models are never compared.

    Any text may be given: what no model reads is left out, what is too long is cut. Reading raises
    `UnreadableText` when this text, or one of these, cannot be read, and `EmbedderUnavailable` when
    none can now.
    """

    name: str
    dimensions: int

    def embed_query(self, text: str) -> Vectors:
        """The vector of a visitor's query, shape (dimensions,)."""
        ...

    def part_read(self, text: str) -> str:
        """The beginning of a visitor's query to which the model kept; empty when it read the
        whole.
        """
        ...

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """The vectors of texts that are read as queries are and that no visitor waits for, shape
        (len(texts), dimensions).
        """
        ...

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """The vectors of passages of documents, shape (len(texts), dimensions)."""
        ...


@runtime_checkable
class Closing(Protocol):
    """A model that holds something to give back, such as a process."""

    def close(self) -> None: ...
