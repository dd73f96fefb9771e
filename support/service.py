"""A whole service: one made for a test, with the deterministic model, or one over a folder that
exists.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr

from impact_alliances.embeddings.embedder import Embedder
from impact_alliances.migrating import migrate
from impact_alliances.resources.resource import Resource
from impact_alliances.settings import Settings
from impact_alliances.wiring import Service, make_service
from support.builders import store
from support.fake_embedder import FakeEmbedder
from support.meilisearch import meilisearch_server
from support.processes import Chosen


def a_service(
    folder: Path, *resources: Resource, embedder: Embedder | None = None, **settings: object
) -> Service:
    """A service that holds these resources, indexed and embedded."""
    chosen = Settings(data_dir=folder, run_indexer=False, _env_file=None, **settings)  # type: ignore[arg-type]
    service = make_service(chosen, embedder or FakeEmbedder())
    migrate(service.database)
    store(service.database, *resources)
    settle(service)
    return service


@contextmanager
def on_engine(engine: str, folder: Path, *resources: Resource) -> Iterator[Service]:
    """A service that holds these resources in the engine of that name alone, `embedded` or
    `meilisearch`. Raises `NoServer` where there is none to start.
    """
    if engine == "embedded":
        made = a_service(folder, *resources)
        yield made
        made.close()
        return
    with meilisearch_server(folder) as (url, key):
        made = a_service(
            folder,
            *resources,
            search_engine=engine,
            meilisearch_url=url,
            meilisearch_key=SecretStr(key),
            meilisearch_index=f"essai-{uuid.uuid4().hex[:8]}",
            meilisearch_timeout_s=10,
            meilisearch_spare=False,
        )
        yield made
        made.close()


def settle(service: Service) -> None:
    """Index and embed all that waits, and let the next search see it."""
    is_settled = False
    while not is_settled:
        # Vectors are news to every index.
        for indexer in service.indexers:
            indexer.catch_up()
        is_settled = not service.vectorizer.embed_some()
    service.meanings.refresh()


@contextmanager
def wired(chosen: Chosen) -> Iterator[Service]:
    """The service of these settings, on a data folder that exists."""
    service = make_service(Settings(**chosen))  # type: ignore[arg-type]
    yield service
    service.close()
