"""`serve`, in one process and in several: what dies is replaced, and nothing survives the one that
was started.
"""

import contextlib
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from support.builders import a_case
from support.processes import log_of
from support.service import a_service
from support.website import Site

# Longer than anything takes on a busy machine, and shorter than for ever.
HANG_S = 60


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    a_service(tmp_path, a_case(id="c1", title="Les haies")).close()
    return tmp_path


@contextlib.contextmanager
def _site(folder: Path, workers: int) -> Iterator[Site]:
    site = Site({"data_dir": folder, "embedder": "none"}, workers=workers)
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
