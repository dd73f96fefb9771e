"""What a disk, a program or a hand may do to the files of an index. Shared with
`bench/damages.py`.
"""

import os
import random
from collections.abc import Callable
from pathlib import Path

Harm = Callable[[Path, random.Random], None]


def _flip(file: Path, dice: random.Random) -> None:
    content = bytearray(file.read_bytes() or b"\0")
    content[dice.randrange(len(content))] ^= dice.randrange(1, 256)
    file.write_bytes(content)


def _flip_unseen(file: Path, dice: random.Random) -> None:
    """As the disk itself does: nothing tells when."""
    stat = file.stat()
    _flip(file, dice)
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def _overwrite(file: Path, dice: random.Random) -> None:
    content = bytearray(file.read_bytes())
    start = dice.randrange(len(content) or 1)
    end = start + dice.randrange(1, 4096)
    content[start:end] = dice.randbytes(len(content[start:end]))
    file.write_bytes(content)


def _overwrite_most(file: Path, dice: random.Random) -> None:
    file.write_bytes(dice.randbytes(file.stat().st_size))


def _truncate(file: Path, dice: random.Random) -> None:
    os.truncate(file, dice.randrange(file.stat().st_size or 1))


def _empty(file: Path, dice: random.Random) -> None:
    os.truncate(file, 0)


def _lengthen(file: Path, dice: random.Random) -> None:
    with file.open("ab") as end:
        end.write(dice.randbytes(64))


def _delete(file: Path, dice: random.Random) -> None:
    file.unlink()


def _swap(file: Path, dice: random.Random) -> None:
    """With another file of the same folder, each sound in itself."""
    other = dice.choice(
        [one for one in sorted(file.parent.iterdir()) if one.is_file() and one != file]
    )
    aside = file.with_name("aside")
    file.rename(aside)
    other.rename(file)
    aside.rename(other)


HARMS: dict[str, Harm] = {
    harm.__name__.strip("_"): harm
    for harm in (
        _flip,
        _flip_unseen,
        _overwrite,
        _overwrite_most,
        _truncate,
        _empty,
        _lengthen,
        _delete,
        _swap,
    )
}


def files_of(index: Path) -> list[Path]:
    """Whatever can be harmed: segments, meta.json, the pointer."""
    return sorted(file for file in index.rglob("*") if file.is_file())


def harm(index: Path, name: str, file: Path, dice: random.Random) -> str:
    """Do it, and say what was done."""
    HARMS[name](file, dice)
    return f"{name} {file.relative_to(index).name[-24:]}"
