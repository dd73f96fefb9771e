"""A search document as a Meilisearch server holds it."""

import hashlib
import json
import time
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from impact_alliances.engines.bm25 import in_line
from impact_alliances.engines.documents import IDENTITIES, SearchDocument, scored
from impact_alliances.engines.engine import Vector
from impact_alliances.engines.meilisearch.filters import id_of
from impact_alliances.resources.key import Key

# Well under the server's own limit (100 MB), and small enough for it to index while the next ones
# are made.
BATCH_BYTES = 8_000_000


def written(document: SearchDocument, vectors: Vector | None, embedder: str) -> dict[str, Any]:
    """The document with its vectors. `_vectors` is always said: left out, the server would keep
    those of the former text.

    `state` is a hash of all the rest: two documents of the same state need not be sent twice.
    Raises `ValueError` for a number that the server could not read.
    """
    title, text, demandes = scored(document.title), scored(document.text), document.demandes
    said = {
        "id": id_of(document.key),
        "fingerprint": document.fingerprint,
        "title": list(dict.fromkeys(title)),
        "text": list(dict.fromkeys(text)),
        "title_line": in_line(title),
        "text_line": in_line(text),
        "demandes": list(dict.fromkeys(demandes)),
        "demandes_line": in_line(demandes),
        "demandes_length": len(demandes),
        "stems": sorted(document.stems),
        "words": list(document.words),
        "words_line": in_line(document.words),
        "title_words": list(dict.fromkeys(document.title_words)),
        "demande_words": list(document.demande_words),
        IDENTITIES: list(document.identities),
        "title_length": len(title),
        "text_length": len(text),
        "title_order": document.title_order,
        "date_order": document.date_order,
        **{name: list(values) for name, values in document.facets.items()},
        "_vectors": {embedder: _vectors(vectors)},
    }
    state = hashlib.blake2b(line(said), digest_size=12).hexdigest()
    return {**said, "state": state, "indexed_at": time.time_ns() // 1000}


def _vectors(vectors: Vector | None) -> dict[str, Any] | None:
    if vectors is None:
        return None
    rows = [numbers(row) for row in vectors]
    return {"embeddings": rows, "regenerate": False}


def numbers(vector: Vector) -> list[float]:
    """A vector as short numbers: the sixth decimal is below what half precision keeps."""
    return [round(value, 6) for value in np.asarray(vector, dtype=np.float64).tolist()]


def line(document: dict[str, Any]) -> bytes:
    """One line of NDJSON. Raises `ValueError` for a number the server could not read."""
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode(
        "utf-8"
    )


def batches(
    lines: Iterable[tuple[Key, bytes]], limit: int = BATCH_BYTES
) -> Iterator[list[tuple[Key, bytes]]]:
    """Keys and lines in batches of at most `limit` bytes; a line larger than that goes alone."""
    batch: list[tuple[Key, bytes]] = []
    size = 0
    for key, encoded in lines:
        if batch and size + len(encoded) > limit:
            yield batch
            batch, size = [], 0
        batch.append((key, encoded))
        size += len(encoded) + 1
    if batch:
        yield batch
