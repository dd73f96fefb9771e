"""A larger base made of ours: new resources whose every part comes from some that exist.

Each takes half of its texts from one resource and half from another of the same kind, its facets
from a third, its demandes and its vectors from the first, these with a little noise: the
vocabulary, the lengths and the likenesses stay those of the base.
"""

import random
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import insert

from impact_alliances.batching import batched
from impact_alliances.db import writing
from impact_alliances.embeddings.embedder import Embedder, Vectors
from impact_alliances.embeddings.store import Embedding, StoredVectors, packed
from impact_alliances.indexing.contents import published_batches
from impact_alliances.meaning.asking import readings_of
from impact_alliances.resources.case import SECTIONS
from impact_alliances.resources.key import Key
from impact_alliances.resources.kinds import KINDS, kind_of
from impact_alliances.resources.resource import Resource
from impact_alliances.wiring import Service

MARK = "tirage-"
BATCH = 2_000
# Noise of this size on each of the 384 components: a vector keeps a likeness of .98 with the one it
# comes from.
NOISE = 0.01
_PROSE = ("title", "summary", "body", "role", "organisation", *(field for field, _ in SECTIONS))


@dataclass(frozen=True)
class Drawn:
    """A new resource, and the one it is nearest to."""

    resource: Resource
    like: Resource


def grow(service: Service, size: int) -> None:
    """Bring the database to `size` published resources. No row is left in the outbox: the index is
    to be rebuilt.
    """
    everything = [resource for batch in published_batches(service.database) for resource in batch]
    base = [resource for resource in everything if not resource.id.startswith(MARK)]
    vectors = _vectors(service, base)
    for batch in batched(drawn(base, len(everything), size), BATCH):
        _insert(service, batch, vectors)


def drawn(base: Sequence[Resource], start: int, size: int) -> Iterator[Drawn]:
    """The resources numbered from `start` to `size`, of the four kinds in the proportion of the
    base.
    """
    chance = random.Random(17 + start)
    by_kind: dict[str, list[Resource]] = defaultdict(list)
    for resource in base:
        by_kind[kind_of(resource).slug].append(resource)
    for number in range(start, size):
        same = by_kind[kind_of(chance.choice(base)).slug]
        one, two, three = (chance.choice(same) for _ in range(3))
        yield Drawn(_mixed(one, two, three, f"{MARK}{number:07}"), one)


def _mixed(one: Resource, two: Resource, three: Resource, identifier: str) -> Resource:
    prose = {
        name: _halves(getattr(one, name), getattr(two, name))
        for name in _PROSE
        if hasattr(three, name)
    }
    own = {"id": identifier, "slug": identifier, "demandes": one.demandes}
    values: dict[str, Any] = {**three.model_dump(), **prose, **own}
    return type(three)(**values)


def _halves(one: str, two: str) -> str:
    """The first half of the words of one text, then the second half of those of the other."""
    first, second = one.split(" "), two.split(" ")
    return " ".join([*first[: (len(first) + 1) // 2], *second[(len(second) + 1) // 2 :]])


def _vectors(service: Service, base: Sequence[Resource]) -> dict[Key, Vectors]:
    """The vectors of these resources and of how they are asked for, each under its key."""
    if not service.embedder:
        return {}
    keys = [key for resource in base for key in readings_of(resource)]
    kinds = tuple({key.kind for key in keys})
    model = service.embedder
    return StoredVectors(service.database, model.name, model.dimensions, kinds).of(keys)


def _insert(service: Service, batch: Sequence[Drawn], vectors: Mapping[Key, Vectors]) -> None:
    """Write these in one transaction. A bulk insert makes no object of the session, hence no row of
    the outbox.
    """
    with writing(service.database) as session:
        for kind in KINDS.values():
            rows = [
                one.resource.model_dump() for one in batch if isinstance(one.resource, kind.table)
            ]
            if rows:
                session.execute(insert(kind.table), rows)
        if service.embedder:
            session.execute(insert(Embedding), _embeddings(batch, vectors, service.embedder))


def _embeddings(
    batch: Sequence[Drawn], vectors: Mapping[Key, Vectors], embedder: Embedder
) -> list[dict[str, object]]:
    """Vectors with the hash of the new text, so that the model has nothing to read."""
    chance = np.random.default_rng(len(batch))
    return [
        {
            "kind": key.kind,
            "subject": key.id,
            "model": embedder.name,
            "text_hash": read.text_hash,
            "vectors": packed(_noisy(vectors[like], chance)),
            "version": time.time_ns(),
        }
        for one in batch
        # Those of one have demandes where those of the other have some.
        for (key, read), like in zip(
            readings_of(one.resource).items(), readings_of(one.like), strict=True
        )
    ]


def _noisy(vectors: Vectors, chance: np.random.Generator) -> Vectors:
    moved = vectors + chance.normal(0, NOISE, vectors.shape)
    return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True), dtype=np.float32)
