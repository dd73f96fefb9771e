"""What of a resource the model reads: its title, and its text cut into overlapping passages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from impact_alliances.embeddings.embedder import Vectors
from impact_alliances.meaning.reading import hash_of, plain_line
from impact_alliances.resources.resource import Resource
from impact_alliances.vocabularies.terms import FRAGILITES

# About 200 tokens of French: short enough to be about one thing, long enough to say it
# (docs/decisions/0003).
PASSAGE_WORDS = 130
# A sheet of ours has three; a book pasted into one is known by its beginning, and costs half a
# minute.
MOST_PASSAGES = 60
# The embedded descriptions of the fragilités stand beside the resources' vectors, under this kind.
FRAGILITE = "fragilite"
_SENTENCE = re.compile(r"(?<=[.!?…»])\s+")


# What a passage's vector owes to the title, to the opening of the resource and to the passage
# itself. Titles here are figurative: half for the title, the usual share, costs .03 of nDCG@10; no
# title costs .04 (docs/decisions/0004).
TITLE_SHARE, OPENING_SHARE = 0.3, 0.35


@dataclass(frozen=True)
class Passages:
    """The texts to embed: `title`, `opening` (empty for a text of one passage), then `parts`.
    `text_hash` changes with them.
    """

    are_asked = False

    title: str
    parts: tuple[str, ...]
    opening: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        """All of them, in the order in which they are embedded."""
        return (self.title, *((self.opening,) if self.opening else ()), *self.parts)

    @property
    def text_hash(self) -> str:
        return hash_of(self.texts)

    def combined(self, vectors: Vectors) -> Vectors:
        """One vector a part, of unit length: the weighted mean of title, opening and part.

        The likeness of a query to that mean is the mean of its likeness to the three, so a single
        nearest-neighbour search answers « title, opening and best passage ».
        """
        if not self.parts:
            return vectors[:1]
        opening = vectors[1] * OPENING_SHARE if self.opening else 0.0
        rest = 1 - TITLE_SHARE - (OPENING_SHARE if self.opening else 0.0)
        mixed = vectors[0] * TITLE_SHARE + opening + vectors[-len(self.parts) :] * rest
        return np.asarray(mixed / np.linalg.norm(mixed, axis=1, keepdims=True), dtype=np.float32)


def passages_of(resource: Resource) -> Passages:
    """The passages of a resource; the first one opens with its fragilités, which the text may not
    name.
    """
    themes = ", ".join(FRAGILITES.label_of(slug) for slug in resource.fragilites)
    text = plain_line("\n".join(resource.texts()))
    parts = tuple(cut(f"{themes}. {text}" if themes else text))
    opening = plain_line(resource.summary) if len(parts) > 1 else ""
    return Passages(plain_line(resource.title), parts, opening)


def cut(text: str, size: int = PASSAGE_WORDS) -> list[str]:
    """`text` as passages of at most about `size` words, each opening with the last sentence of the
    one before.
    """
    passages: list[list[str]] = [[]]
    length = 0
    for sentence in _sentences(text, size):
        count = len(sentence.split())
        if length and length + count > size:
            passages.append([passages[-1][-1]])
            length = len(passages[-1][0].split())
        passages[-1].append(sentence)
        length += count
    return [" ".join(sentences) for sentences in passages if any(sentences)][:MOST_PASSAGES]


def _sentences(text: str, size: int) -> Iterator[str]:
    """The sentences of `text`; one that would fill two passages is none, and goes by pieces."""
    for sentence in _SENTENCE.split(text):
        words = sentence.split()
        if len(words) <= 2 * size:
            yield sentence
        else:
            yield from (
                " ".join(words[start : start + size]) for start in range(0, len(words), size)
            )
