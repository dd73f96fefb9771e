"""What of a resource the model reads: its title, and its text cut into overlapping passages."""

import hashlib
import re
from dataclasses import dataclass

import numpy as np

from impact_alliances.embeddings.embedder import Embedder, Vectors
from impact_alliances.resources.resource import Resource
from impact_alliances.vocabularies.terms import FRAGILITES

# About 200 tokens of French: short enough to be about one thing, long enough to say it (docs/decisions/0003).
PASSAGE_WORDS = 130
_SENTENCE = re.compile(r"(?<=[.!?…»])\s+")


@dataclass(frozen=True)
class Passages:
    """The texts to embed: `title`, then `parts`. `text_hash` changes when any of them does."""

    title: str
    parts: tuple[str, ...]

    @property
    def text_hash(self) -> str:
        joined = "\x00".join((self.title, *self.parts))
        return hashlib.blake2b(joined.encode("utf-8", "replace"), digest_size=12).hexdigest()


def passages_of(resource: Resource) -> Passages:
    """The passages of a resource; the first one opens with its fragilités, which the text may not name."""
    themes = ", ".join(FRAGILITES.label_of(slug) for slug in resource.fragilites)
    text = _plain("\n".join(resource.texts()))
    opening = f"{themes}. " if themes else ""
    return Passages(_plain(resource.title), tuple(cut(f"{opening}{text}")))


def _plain(text: str) -> str:
    """Straight apostrophes and single spaces, on both sides of the comparison."""
    return " ".join(text.replace("’", "'").replace("*", "").replace("#", "").split())


def cut(text: str, size: int = PASSAGE_WORDS) -> list[str]:
    """`text` as passages of at most about `size` words, each opening with the last sentence of the one before."""
    passages: list[list[str]] = [[]]
    length = 0
    for sentence in _SENTENCE.split(text):
        count = len(sentence.split())
        if length and length + count > size:
            passages.append([passages[-1][-1]])
            length = len(passages[-1][0].split())
        passages[-1].append(sentence)
        length += count
    return [" ".join(sentences) for sentences in passages if any(sentences)]


def embed(embedder: Embedder, several: list[Passages]) -> list[Vectors]:
    """For each, one vector a passage: halfway between the title and the passage, of unit length.

    The likeness of a query to that vector is the mean of its likeness to both, so a single nearest-neighbour search
    answers « title and best passage, half each ».
    """
    flat = embedder.embed_passages([text for one in several for text in (one.title, *one.parts)])
    found, position = [], 0
    for one in several:
        title, parts = flat[position], flat[position + 1 : position + 1 + len(one.parts)]
        position += 1 + len(one.parts)
        halfway = parts + title if len(parts) else title[np.newaxis]
        found.append(halfway / np.linalg.norm(halfway, axis=1, keepdims=True))
    return found
