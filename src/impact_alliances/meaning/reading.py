"""What a model is given to read of a subject, and the vectors that it makes of it."""

import hashlib
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Protocol

import numpy as np

from impact_alliances.embeddings.embedder import Embedder, Vectors


class Readable(Protocol):
    """The texts of one subject. `are_asked`: they are read as a visitor's question is, not as a
    document. `text_hash` changes with them.
    """

    @property
    def are_asked(self) -> bool: ...

    @property
    def texts(self) -> tuple[str, ...]:
        """One at least."""
        ...

    @property
    def text_hash(self) -> str: ...

    def combined(self, vectors: Vectors) -> Vectors:
        """The rows to keep, of unit length, given one row a text."""
        ...


def hash_of(texts: Sequence[str], salt: str = "") -> str:
    """A hash of these texts in order. `salt` parts what is read in another way."""
    said = "\x00".join((salt, *texts) if salt else texts)
    return hashlib.blake2b(said.encode("utf-8", "replace"), digest_size=12).hexdigest()


def plain_line(text: str) -> str:
    """Straight apostrophes and single spaces, on both sides of the comparison."""
    return " ".join(text.replace("’", "'").replace("*", "").replace("#", "").split())


def embed(embedder: Embedder, several: Sequence[Readable]) -> list[Vectors]:
    """For each, its vectors; those of a kind are read in one go."""
    asked = iter(embedder.embed_queries(_texts(several, are_asked=True)))
    told = iter(embedder.embed_passages(_texts(several, are_asked=False)))
    return [
        one.combined(_taken(asked if one.are_asked else told, len(one.texts))) for one in several
    ]


def _texts(several: Sequence[Readable], *, are_asked: bool) -> list[str]:
    return [text for one in several if one.are_asked is are_asked for text in one.texts]


def _taken(rows: Iterator[Vectors], count: int) -> Vectors:
    return np.stack(list(islice(rows, count)))
