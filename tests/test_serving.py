"""`serve`, in one process and in several: what dies is replaced, and nothing survives the one that
was started.
"""

import contextlib
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from uvicorn.config import STARTUP_FAILURE

from impact_alliances import serving
from impact_alliances.clients import Patience
from impact_alliances.serving import Address, Workers
from impact_alliances.settings import Settings
from support.builders import a_case
from support.processes import free_port, log_of
from support.service import a_service
from support.website import Site

# Longer than anything takes on a busy machine, and shorter than for ever.
HANG_S = 60


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    a_service(tmp_path, a_case(id="c1", title="Les haies")).close()
    return tmp_path


@contextlib.contextmanager
def _site(folder: Path, workers: int, *options: str, **chosen: object) -> Iterator[Site]:
    settings = {"data_dir": folder, "embedder": "none", **chosen}
    site = Site(settings, workers=workers, options=options)
    try:
        yield site.ready()
    finally:
        site.visitor.close()
        for one in _family(site):
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        site.process.wait()


def _family(site: Site) -> list[psutil.Process]:
    """The process that was started, and all those under it."""
    try:
        first = psutil.Process(site.process.pid)
        return [first, *first.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _serving(site: Site) -> list[psutil.Process]:
    """The processes that listen."""
    return [one for one in _family(site)[1:] if "spawn_main" in " ".join(one.cmdline())]


@pytest.mark.parametrize(
    ("workers", "sign"),
    [(1, signal.SIGINT), (2, signal.SIGINT), (2, signal.SIGTERM), (2, signal.SIGKILL)],
)
def test_nothing_survives_the_process_that_was_started(
    folder: Path, workers: int, sign: signal.Signals
) -> None:
    """Told to end, or killed; with a client who holds its connection."""
    with _site(folder, workers) as site, socket.create_connection(("127.0.0.1", site.port)):
        family = _family(site)
        site.process.send_signal(sign)
        site.process.wait(HANG_S)
        _, alive = psutil.wait_procs(family, HANG_S)
        assert alive == []
        if sign == signal.SIGINT:
            assert (site.process.returncode, "Traceback" in log_of(site.chosen).read_text()) == (
                0,
                False,
            )


def test_a_worker_that_dies_is_replaced(folder: Path) -> None:
    """And the service answers again."""
    with _site(folder, 2) as site:
        killed = _serving(site)
        for one in killed:
            one.kill()
        psutil.wait_procs(killed, HANG_S)
        while site.visitor.ask("/api/search?q=haies").status != 200:
            assert site.process.poll() is None
            time.sleep(0.1)
        assert {one.pid for one in killed}.isdisjoint(one.pid for one in _serving(site))


def test_a_port_that_is_taken_is_said(folder: Path) -> None:
    """By another service too, which would else share the visits with this one."""
    with _site(folder, 2) as site:
        other = Site(site.chosen, port=site.port, workers=2)
        assert other.process.wait(HANG_S) == 1
        said = log_of(site.chosen).read_text()
        assert (f"port {site.port}" in said, said.count("est servie"), "Traceback" in said) == (
            True,
            1,
            False,
        )


def test_workers_tell_causes_to_whoever_asked_for_them(folder: Path) -> None:
    """As one process does: here that of an indexer whose server nobody can reach."""
    nowhere = {
        "search_engine": "meilisearch",
        "meilisearch_url": f"http://127.0.0.1:{free_port()}",
        "meilisearch_key": "a" * 16,
    }
    with _site(folder, 2, "--verbose", **nowhere) as site:
        deadline = time.monotonic() + HANG_S
        while "La cause." not in log_of(site.chosen).read_text():
            assert time.monotonic() < deadline
            time.sleep(0.1)


_FAILING = """
from impact_alliances import serving
def fail(_): raise OSError(24, "Too many open files")
serving.create_app = fail
from impact_alliances.__main__ import main
main()
"""


def test_a_service_that_cannot_be_made_says_why(folder: Path) -> None:
    """And does not end as if all were well."""
    command = [sys.executable, "-c", _FAILING, "serve", "--port", str(free_port())]
    environment = {**os.environ, "IMPACT_DATA_DIR": str(folder), "IMPACT_EMBEDDER": "none"}
    ended = subprocess.run(command, env=environment, capture_output=True, timeout=HANG_S)
    assert ended.returncode == 1
    assert ended.stderr.decode().startswith("Trop de fichiers sont ouverts : ")


class _Dead:
    """A process that died as soon as it was started."""

    sentinel = -1

    def __init__(self, exitcode: int) -> None:
        self.exitcode = exitcode

    def start(self) -> None: ...

    def is_alive(self) -> bool:
        return False

    terminate = kill = start

    def join(self, timeout: float) -> None: ...


@pytest.fixture
def workers() -> Iterator[Workers]:
    """Two, not started; the signals are those of before afterwards."""
    former = {sign: signal.getsignal(sign) for sign in (signal.SIGINT, signal.SIGTERM)}
    yield Workers(Settings(), Address("127.0.0.1", free_port(), is_shared=True), 2)
    for sign, heeded in former.items():
        signal.signal(sign, heeded)


def test_workers_that_cannot_start_end_with_their_code(
    monkeypatch: pytest.MonkeyPatch, workers: Workers
) -> None:
    """Whoever started the service must see that it did not start."""
    monkeypatch.setattr(serving, "RESTART_S", 0.0)
    monkeypatch.setattr(serving._spawn, "Process", lambda **_: _Dead(STARTUP_FAILURE))
    assert workers.run() == STARTUP_FAILURE


def test_a_worker_that_died_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, workers: Workers
) -> None:
    """It has ended already: waiting for it would be a loop without a pause."""
    waited: list[list[object]] = []

    def wait(sentinels: list[object], timeout: float) -> None:
        waited.append(sentinels)
        workers._stop(signal.SIGTERM, None)

    monkeypatch.setattr(serving, "wait", wait)
    monkeypatch.setattr(serving._spawn, "Process", lambda **_: _Dead(1))
    assert workers.run() == 0
    assert waited == [[]]


@pytest.mark.parametrize(("files", "clients"), [(100, 50), (300, 150), (500, 300), (4_096, 1_000)])
def test_there_are_no_more_clients_than_files(
    monkeypatch: pytest.MonkeyPatch, files: int, clients: int
) -> None:
    """Half of them where there are few."""
    monkeypatch.setattr(resource, "getrlimit", lambda _: (files, files))
    monkeypatch.setattr(resource, "setrlimit", lambda *_: None)
    assert serving._within_files(Patience(1_000, 1, 2)) == Patience(clients, 1, 2)
