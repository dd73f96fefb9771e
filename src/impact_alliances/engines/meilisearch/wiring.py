"""A Meilisearch engine and its writer, from the settings."""

from impact_alliances.embeddings.store import StoredVectors
from impact_alliances.engines.meilisearch.engine import MeilisearchEngine
from impact_alliances.engines.meilisearch.server import Breaker, Server
from impact_alliances.engines.meilisearch.settings import embedder_name
from impact_alliances.engines.meilisearch.writer import MeilisearchWriter
from impact_alliances.settings import Settings

# The indexer's own patience for all but documents, and its pause after a failure: a hanging server
# that comes back has what was saved meanwhile within the sum of both and of a task, 4 s at the
# most.
WRITE_TIMEOUT_S, WRITE_PAUSE_S = 2.0, 0.5


def make_meilisearch(
    settings: Settings, stored: StoredVectors, model: str, dimensions: int
) -> tuple[MeilisearchEngine, MeilisearchWriter]:
    """Two doors to one server: reading with the search key and a short patience, writing with its
    own.
    """
    key = settings.meilisearch_key.get_secret_value()
    writing_key = settings.meilisearch_indexing_key.get_secret_value() or key
    name = embedder_name(model)
    url, index = settings.meilisearch_url, settings.meilisearch_index
    reading_door = Server(url, key, index, settings.meilisearch_timeout_s, Breaker())
    # No visitor is made to wait to know whether the server is back.
    reading_door.breaker.probe = reading_door.answers
    engine = MeilisearchEngine(reading_door, name)
    door = Server(url, writing_key, index, WRITE_TIMEOUT_S, Breaker(pause_s=WRITE_PAUSE_S))
    return engine, MeilisearchWriter(door, stored, name, dimensions, on_change=engine.refresh)
