"""A command that is stopped: one signal is enough."""

import os
import signal
import time
from pathlib import Path

import pytest

from tests.commands.processes import Command
from tests.test_cli import GOOD, HEADER


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_one_signal_stops_a_worker(sign: signal.Signals, tmp_path: Path) -> None:
    """It says what becomes of the rest."""
    (tmp_path / "cas.csv").write_text(HEADER + GOOD, encoding="utf-8")
    command = Command(tmp_path, {"embedder": "none"})
    assert command.run("import", "cas.csv", "--kind", "case").code == 0
    worker = command.start("worker")
    while "en marche" not in command.said(worker):
        assert worker.is_alive(), command.said(worker)
        time.sleep(0.05)
    assert worker.pid
    os.kill(worker.pid, sign)
    outcome = command.end(worker)
    assert (outcome.code, "Arrêté" in outcome.err, "Traceback" in outcome.err) == (0, True, False)
