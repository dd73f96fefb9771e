"""A Meilisearch server for tests and measures: the one the environment names, or our own in a
folder that goes away.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

NO_SERVER = (
    "no Meilisearch server: put `meilisearch` on the PATH, or set IMPACT_TEST_MEILISEARCH_BIN or "
    "IMPACT_TEST_MEILISEARCH_URL"
)
MASTER_KEY = "une-cle-maitresse-de-test"


class NoServer(Exception):
    """This machine has none."""


@contextmanager
def meilisearch_server(folder: Path, *, is_ours: bool = False) -> Iterator[tuple[str, str]]:
    """Address and master key of a server; one of our own in that folder if it must be. Raises
    `NoServer`.
    """
    given = None if is_ours else os.environ.get("IMPACT_TEST_MEILISEARCH_URL")
    binary = os.environ.get("IMPACT_TEST_MEILISEARCH_BIN") or shutil.which("meilisearch")
    if given:
        yield given, os.environ.get("IMPACT_TEST_MEILISEARCH_KEY", "")
    elif binary:
        process, url = _started(binary, folder)
        try:
            _wait_for(url, process)
            yield url, MASTER_KEY
        finally:
            process.terminate()
            process.wait(20)
    else:
        raise NoServer(NO_SERVER)


def _started(binary: str, folder: Path) -> tuple["subprocess.Popen[bytes]", str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    options = [
        "--http-addr",
        address,
        "--master-key",
        MASTER_KEY,
        "--no-analytics",
        "--max-indexing-threads",
        "1",
    ]
    with (folder / "meilisearch.log").open("wb") as log:
        return subprocess.Popen(
            [binary, *options], cwd=folder, stdout=log, stderr=log
        ), f"http://{address}"


def _wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise NoServer("the Meilisearch server ended at once")
        try:
            if requests.get(f"{url}/health", timeout=1).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise NoServer("the Meilisearch server does not answer")
