"""The folder of the embedded index: generations that never change once written, each file sealed,
and the pointer to the one in use.

A generation is a sub-folder that holds one state of the index. `CURRENT` names the one in use and
seals it: size and digest of each file. Whoever changes the index fills another generation (by hard
links to what stays the same) and rewrites `CURRENT`, so that a reader, in this process or another,
never meets a half-written one, and a process killed at any moment leaves the former whole.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from impact_alliances.engines.tantivy.index import VERSION, asking
from impact_alliances.text.synonyms import thesaurus

# Files of tantivy's own housekeeping begin with a dot: no reader needs them.
_MANAGED = ".managed.json"
# What the name of the index of a folder begins with, among those that follow a base.
FOLDER = "folder-"
_NAME = re.compile(rf"{FOLDER}[0-9a-f]{{20}}")
Stat = tuple[int, int, int]


@dataclass(frozen=True)
class Generation:
    """A state of the index. `files`: the seal of each; `refused`: why these documents could not be
    taken, by key; `expressions`: the digest of those its documents were searched for.
    """

    name: str
    files: dict[str, str]
    refused: dict[str, str] = field(default_factory=dict)
    expressions: str = ""


def seal_of(content: bytes) -> str:
    """The size and the digest of what a file holds."""
    return f"{len(content)}-{hashlib.blake2b(content, digest_size=16).hexdigest()}"


class Generations:
    """The generations of one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._pointer = folder / "CURRENT"
        self._label = folder / "NAME"
        self._fresh_name = f"{FOLDER}{uuid.uuid4().hex[:20]}"
        self._sound: dict[Path, Stat] = {}

    @property
    def name(self) -> str:
        """The name under which the index of this folder follows the base, kept beside it from its
        first generation on.
        """
        try:
            name = self._label.read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            return self._fresh_name
        return name if _NAME.fullmatch(name) else self._fresh_name

    # -- the one in use --------------------------------------------------------------------------

    def current(self) -> Generation | None:
        """The generation in use; None when there is none, it is of another schema, or the pointer
        is damaged.
        """
        try:
            seal, _, body = self._pointer.read_bytes().partition(b"\n")
        except OSError:
            return None
        if seal.decode("ascii", "replace") != seal_of(body):
            return None
        generation = Generation(**json.loads(body))
        return generation if generation.name.startswith(f"{VERSION}-") else None

    def stamp(self) -> Stat | None:
        """Changes whenever the pointer does; None when there is none."""
        return _stat(self._pointer)

    def path(self, generation: Generation) -> Path:
        """Its folder."""
        return self.folder / generation.name

    def damaged(self, generation: Generation, *, thorough: bool = False) -> list[str]:
        """The files that are not as they were written. Unless `thorough`, one found sound is read
        again only when it was touched.
        """
        return [
            name
            for name, seal in generation.files.items()
            if not self._is_sound(self.path(generation) / name, seal, thorough)
        ]

    def _is_sound(self, file: Path, seal: str, thorough: bool) -> bool:
        stat = _stat(file)
        if stat and not thorough and self._sound.get(file) == stat:
            return True
        try:
            is_sound = stat is not None and seal_of(file.read_bytes()) == seal
        except OSError:
            is_sound = False
        if is_sound and stat:
            self._sound[file] = stat
        return is_sound

    @staticmethod
    def is_up_to_date(generation: Generation) -> bool:
        """Whether its documents were searched for the expressions of today's synonyms. One that is
        not answers until it is built anew.
        """
        return generation.expressions == thesaurus().digest

    # -- changing it -----------------------------------------------------------------------------

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Be the only one to change this folder: of two who each start from the generation in use,
        one would be lost.
        """
        with asking(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            held = (self.folder / "writer.lock").open("w")
            fcntl.flock(held, fcntl.LOCK_EX)
        with held:
            yield

    def fresh(self) -> Path:
        """A new empty generation, not in use yet."""
        made = self.folder / f"{VERSION}-{uuid.uuid4().hex[:12]}"
        with asking(self.folder):
            made.mkdir(parents=True)
            if self.name == self._fresh_name:
                self._label.write_text(self.name, encoding="ascii")
        return made

    def like(self, generation: Generation) -> Path:
        """A new generation that holds what `generation` does. tantivy replaces files and never
        writes into one.
        """
        made = self.fresh()
        with asking(self.folder):
            for name in generation.files:
                _link(self.path(generation) / name, made / name)
            # What is listed here tantivy removes once it is of no use.
            (made / _MANAGED).write_text(json.dumps(list(generation.files)), encoding="ascii")
        return made

    def switch(
        self, made: Path, former: Generation | None = None, refused: Mapping[str, str] | None = None
    ) -> None:
        """Put `made` in use, at once for every reader, and drop the others. Files that it shares
        with `former` keep their seals.
        """
        shared = (
            {}
            if former is None
            else {name: seal for name, seal in former.files.items() if name != "meta.json"}
        )
        with asking(self.folder):
            names = sorted(file.name for file in made.iterdir() if not file.name.startswith("."))
            files = {
                name: shared.get(name) or seal_of((made / name).read_bytes()) for name in names
            }
            expressions = former.expressions if former else thesaurus().digest
            said = Generation(made.name, files, dict(refused or {}), expressions)
            body = json.dumps(asdict(said), ensure_ascii=False).encode()
            beside = self.folder / f"CURRENT.{uuid.uuid4().hex[:8]}"
            beside.write_bytes(seal_of(body).encode() + b"\n" + body)
            beside.replace(self._pointer)
        self._sweep(made)

    def _sweep(self, kept: Path) -> None:
        """Remove all but the generation in use: the former one, and leftovers of whoever was
        killed.

        Readers that still hold the former generation keep its open files.
        """
        self._sound = {file: stat for file, stat in self._sound.items() if file.parent == kept}
        for other in self.folder.glob("v*-*"):
            if other != kept:
                shutil.rmtree(other, ignore_errors=True)
        for other in self.folder.glob("CURRENT.*"):
            other.unlink(missing_ok=True)


def _stat(file: Path) -> Stat | None:
    try:
        stat = file.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_ino, stat.st_size


def _link(source: Path, target: Path) -> None:
    """A second name for a file; a copy where the disk knows no such thing."""
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copyfile(source, target)
