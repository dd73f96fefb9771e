"""A reader's own copy of the index.

tantivy maps files into memory and believes them: one that another program overwrites makes it
answer wrongly, one that is cut short kills the process (SIGBUS). So a reader copies each file once,
checking its seal on the way, to a folder of its own.
"""

import fcntl
import logging
import shutil
import tempfile
import time
import weakref
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

from impact_alliances.engines.tantivy.generations import seal_of
from impact_alliances.engines.tantivy.index import DAMAGED, Damaged

_PREFIX = "impact-index-"
_GRACE_S = 60
_log = logging.getLogger(__name__)


class PrivateCopy:
    """Files taken from generations, kept until they are of no use. The folder goes with the object,
    and at the latest when another process finds that this one died.
    """

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._held: dict[str, str] = {}

    def take(self, source: Path, files: Mapping[str, str]) -> Path:
        """A folder that holds exactly these files, as sealed. Raises `Damaged`, and `OSError` where
        nothing can be written.
        """
        folder = self._made()
        for name, seal in files.items():
            if self._held.get(name) != seal or not (folder / name).exists():
                self._copy(source / name, folder / name, seal)
                self._held[name] = seal
        for name in self._held.keys() - files.keys():
            (folder / name).unlink(missing_ok=True)
            del self._held[name]
        return folder

    def _copy(self, source: Path, target: Path, seal: str) -> None:
        content = sound(source, seal)
        beside = target.with_name(f".{target.name}")
        beside.write_bytes(content)
        # Whoever still reads the former file of that name keeps it.
        beside.replace(target)

    def _made(self) -> Path:
        if self._folder is None or not self._folder.is_dir():
            _sweep()
            self._folder, self._held = Path(tempfile.mkdtemp(prefix=_PREFIX)), {}
            lock = (self._folder / ".held").open("w")
            fcntl.flock(lock, fcntl.LOCK_EX)
            weakref.finalize(self, _drop, self._folder, lock)
        return self._folder


def _drop(folder: Path, lock: IO[str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    lock.close()


def sound(file: Path, seal: str) -> bytes:
    """What `file` holds, if it is as sealed. Raises `Damaged`."""
    try:
        content = file.read_bytes()
    except OSError as fault:
        raise Damaged(DAMAGED) from fault
    if seal_of(content) != seal:
        _log.error("%s n’est plus tel qu’il a été écrit.", file)
        raise Damaged(DAMAGED)
    return content


def _sweep() -> None:
    """Remove the copies of processes that were killed: nobody holds their lock."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError), (folder / ".held").open("r") as lock:
            # One just made may not be locked yet.
            if time.time() - folder.stat().st_mtime < _GRACE_S:
                continue
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
