"""Names as people type them wrong: one letter missing, doubled, swapped with its neighbour or taken
for another; or all letters right, without accents nor signs.
"""

import random
import string
from collections.abc import Callable

from impact_alliances.vocabularies.matching import fold


def missing(name: str, draw: random.Random) -> str:
    """« Lanion »."""
    at = _letter(name, draw)
    return name[:at] + name[at + 1 :]


def doubled(name: str, draw: random.Random) -> str:
    """« Lannnion »."""
    at = _letter(name, draw)
    return name[:at] + name[at] + name[at:]


def swapped(name: str, draw: random.Random) -> str:
    """« Lannoin »: the same name only where it has no two letters that differ side by side."""
    pairs = [
        at
        for at in range(len(name) - 1)
        if name[at : at + 2].isalpha() and fold(name[at]) != fold(name[at + 1])
    ]
    at = draw.choice(pairs) if pairs else len(name)
    return name[:at] + name[at + 1 : at + 2] + name[at : at + 1] + name[at + 2 :]


def replaced(name: str, draw: random.Random) -> str:
    """« Lamnion »."""
    at = _letter(name, draw)
    others = [letter for letter in string.ascii_lowercase if letter != fold(name[at])]
    return name[:at] + draw.choice(others) + name[at + 1 :]


def bare(name: str, _: random.Random) -> str:
    """« saint etienne »: without accents, capitals, hyphens nor apostrophes."""
    return " ".join("".join(one if one.isalnum() else " " for one in fold(name)).split())


MISSPELLINGS: tuple[Callable[[str, random.Random], str], ...] = (
    missing,
    doubled,
    swapped,
    replaced,
    bare,
)


def _letter(name: str, draw: random.Random) -> int:
    return draw.choice([at for at, one in enumerate(name) if one.isalpha()])
