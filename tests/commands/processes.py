"""Real processes for the commands, forked from one that has imported everything: a start costs
milliseconds, not seconds.
"""

import codecs
import multiprocessing
import os
import resource
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["impact_alliances.cli", __name__])
# A process that ends is waited for as long as it takes on a busy machine; one that hangs fails the
# test.
PATIENCE_S = 60
NOBODY = 65534


def forked(work: Callable[..., None], *given: object) -> ForkServerProcess:
    """A process that does this work, running."""
    process = _context.Process(target=work, args=given)
    process.start()
    return process


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    code: int | None
    out: str
    err: str


@dataclass(frozen=True)
class Limits:
    """What the child may not do: write files longer than `file_bytes`, act as root, wait for a lock
    longer than `busy_ms`.
    """

    file_bytes: int = 0
    is_nobody: bool = False
    busy_ms: int = 300


@dataclass
class Command:
    """One command in a folder of its own, under settings given by name."""

    folder: Path
    settings: Mapping[str, object] = field(default_factory=dict)
    limits: Limits = Limits()

    def start(self, *arguments: str) -> ForkServerProcess:
        """The process, running."""
        environment = {
            f"IMPACT_{name.upper()}": str(value) for name, value in self.settings.items()
        }
        return forked(_child, arguments, environment, self.folder, self.limits)

    def run(self, *arguments: str) -> Outcome:
        """Run it to its end."""
        return self.end(self.start(*arguments))

    def end(self, process: ForkServerProcess) -> Outcome:
        """Wait for the end of `process`, killed when it hangs."""
        process.join(PATIENCE_S)
        if process.is_alive():
            process.kill()
            process.join()
        said = (_log(self.folder, process.pid, name) for name in ("out", "err"))
        return Outcome(
            process.exitcode,
            *(path.read_text(encoding="utf-8") if path.exists() else "" for path in said),
        )

    def said(self, process: ForkServerProcess) -> str:
        """What it has said so far, errors too."""
        said = (_log(self.folder, process.pid, name) for name in ("out", "err"))
        return "".join(path.read_text(encoding="utf-8") for path in said if path.exists())


def _log(folder: Path, pid: int | None, name: str) -> Path:
    return folder / f"{pid}.{name}"


def _child(
    arguments: tuple[str, ...], environment: Mapping[str, str], folder: Path, limits: Limits
) -> None:
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(_log(folder, os.getpid(), name), os.O_WRONLY | os.O_CREAT), number)
    os.chdir(folder)
    for name in [name for name in os.environ if name.startswith("IMPACT_")]:
        del os.environ[name]
    os.environ.update(environment)
    _limit(limits)
    sys.argv = ["impact-alliances", *arguments]
    from impact_alliances.cli import main

    main()


def _limit(limits: Limits) -> None:
    from impact_alliances import db

    db.BUSY_TIMEOUT_MS = limits.busy_ms
    if limits.file_bytes:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limits.file_bytes, limits.file_bytes))
    if limits.is_nobody and os.getuid() == 0:
        # Read while Python's own files still can be.
        for name in ("idna", "utf_8_sig", "latin_1"):
            codecs.lookup(name)
        os.setgid(NOBODY)
        os.setuid(NOBODY)
