"""A Meilisearch server: the one the environment names, or our own, which can be killed and started
again.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import psutil
import requests

from support.processes import Chosen, free_port, kill

NO_SERVER = (
    "no Meilisearch server: put `meilisearch` on the PATH, or set IMPACT_TEST_MEILISEARCH_BIN or "
    "IMPACT_TEST_MEILISEARCH_URL"
)
MASTER_KEY = "une-cle-maitresse-de-test"
# A server that was killed replays what it had written; one that does not listen after this is not
# coming back.
START_S = 120


class NoServer(Exception):
    """This machine has none."""


class Server:
    """A server on loopback, in one folder and on one port. Raises `NoServer` when this machine has
    none. `options` are further ones of the command `meilisearch`.
    """

    key = MASTER_KEY

    def __init__(self, folder: Path, *options: str) -> None:
        binary = os.environ.get("IMPACT_TEST_MEILISEARCH_BIN") or shutil.which("meilisearch")
        if not binary:
            raise NoServer(NO_SERVER)
        self._binary = str(Path(binary).resolve())
        self._folder, self._options = folder, options
        self.port = free_port()
        self.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def chosen(self, **others: object) -> Chosen:
        """The settings of a service on this server alone."""
        ours = {
            "meilisearch_url": self.url,
            "meilisearch_key": self.key,
            "meilisearch_spare": False,
        }
        return {"search_engine": "meilisearch", **ours, **others}

    def start(self) -> None:
        """Start it on what its folder holds."""
        options = [
            "--http-addr",
            f"127.0.0.1:{self.port}",
            "--master-key",
            self.key,
            "--no-analytics",
            *self._options,
        ]
        with (self._folder / "meilisearch.log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._binary, *options], cwd=self._folder, stdout=log, stderr=log
            )

    def ready(self) -> Self:
        """The server once it answers."""
        for _ in range(START_S * 10):
            if self._process.poll() is not None:
                raise NoServer("the Meilisearch server ended at once")
            if self._is_healthy():
                return self
            time.sleep(0.1)
        self.kill()
        raise NoServer("the Meilisearch server does not answer")

    def _is_healthy(self) -> bool:
        try:
            return requests.get(f"{self.url}/health", timeout=1).ok
        except requests.RequestException:
            return False

    def kill(self) -> None:
        """End it with no time to tidy up."""
        kill(self._process)

    @property
    def memory_mb(self) -> float:
        """Resident memory, the pages of its files that are mapped included."""
        return float(psutil.Process(self._process.pid).memory_info().rss) / 1e6

    @property
    def disk_mb(self) -> float:
        """What its database takes on disk."""
        return disk_mb(self._folder / "data.ms")

    def embedded_documents(self, index: str = "base") -> int:
        """How many documents of an index carry vectors."""
        answer = requests.get(
            f"{self.url}/indexes/{index}/stats",
            headers={"Authorization": f"Bearer {self.key}"},
            timeout=30,
        )
        return int(answer.json()["numberOfEmbeddedDocuments"])

    def __enter__(self) -> Self:
        return self.ready()

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()


@contextmanager
def meilisearch_server(folder: Path, *, is_ours: bool = False) -> Iterator[tuple[str, str]]:
    """Address and master key of a server; one of our own in that folder if it must be. Raises
    `NoServer`.
    """
    given = None if is_ours else os.environ.get("IMPACT_TEST_MEILISEARCH_URL")
    if given:
        yield given, os.environ.get("IMPACT_TEST_MEILISEARCH_KEY", "")
        return
    with Server(folder, "--max-indexing-threads", "1") as server:
        yield server.url, server.key


def disk_mb(folder: Path) -> float:
    """What the files of a folder take on disk, holes left out."""
    return sum(file.stat().st_blocks * 512 for file in folder.rglob("*") if file.is_file()) / 1e6
