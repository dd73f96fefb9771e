"""The two families of the pages, cut from installed packages to the signs and weights in use.

A cut takes about two seconds: it is made once, kept in a folder beside the base, and made again
when a package or what is cut changes. The licence of the families (SIL Open Font License 1.1) lets
anyone cut and serve them, under another name: theirs is reserved.
"""

import logging
import os
import string
import tempfile
import threading
from dataclasses import dataclass
from hashlib import blake2b
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from impact_alliances.vocabularies.french import NARROW_SPACE, NO_BREAK_SPACE

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

_LETTERS = "ÀÂÄÆÇÈÉÊËÎÏÔÖÙÛÜŒŸàáâãäåæçèéêëìíîïñòóôõöøùúûüýÿœß"
# What French prints, with the letters of the names of neighbours.
TITLE_SIGNS = frozenset(
    f"{string.printable}{_LETTERS}«»–—‘’“”…€°²·→←›{NARROW_SPACE}{NO_BREAK_SPACE}"
) - set("\t\n\r\v\f")
# The running text holds more: all of Western Europe.
TEXT_SIGNS = TITLE_SIGNS | frozenset(map(chr, range(0xA0, 0x100)))
_COPYRIGHT, _LICENCE, _LICENCE_URL = 0, 13, 14
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Face:
    """A family to cut: the package and file it comes from, the name we give it, the signs kept and
    the axes: a value pins one, two bound it.
    """

    package: str
    file: str
    family: str
    signs: frozenset[str]
    axes: tuple[tuple[str, float | tuple[float, float]], ...]

    @property
    def key(self) -> str:
        """A mark that changes with whatever the cut is made from."""
        made_from = (version(self.package), version("fonttools"), self.family, self.axes)
        recipe = f"{made_from} {''.join(sorted(self.signs))}"
        return blake2b(recipe.encode(), digest_size=5).hexdigest()


# By the name of the file they are served under.
FACES = {
    "serif.woff2": Face(
        "fontpkg-source-serif-4",
        "SourceSerif4[opsz,wght].ttf",
        "Alliance Serif",
        TITLE_SIGNS,
        (("opsz", 18), ("wght", (400, 600))),
    ),
    "sans.woff2": Face(
        "fontpkg-source-sans-3",
        "SourceSans3[wght].ttf",
        "Alliance Sans",
        TEXT_SIGNS,
        (("wght", (400, 600)),),
    ),
}


class Fonts:
    """The cut faces, in a folder; each is made when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._one_at_a_time = threading.Lock()

    def path(self, name: str) -> Path:
        """The file of a face of `FACES`, made if need be. Raises `OSError` where it cannot be
        written.
        """
        face = FACES[name]
        path = self._folder / f"{Path(name).stem}-{face.key}.woff2"
        with self._one_at_a_time:
            if not path.exists():
                self._write(path, cut(face))
        return path

    def make(self) -> None:
        """Have every face made before the first visitor asks."""
        try:
            for name in FACES:
                self.path(name)
        except OSError as fault:
            # The pages are read in the fonts of the reader.
            _log.warning("Les polices ne peuvent être écrites : %s", fault)

    def _write(self, path: Path, content: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        # Another process may be making it too: whoever reads must find it whole.
        descriptor, part = tempfile.mkstemp(dir=self._folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            Path(part).replace(path)
        except OSError:
            # Each start would leave one more on a disk that is full.
            Path(part).unlink()
            raise


def source_of(face: Face) -> Path:
    """The whole font, as its package carries it."""
    return Path(str(files(face.package.replace("-", "_")) / "files" / face.file))


def cut(face: Face) -> bytes:
    """The font with nothing but the signs and weights of `face`, as WOFF2."""
    # Imported here: half a second that only the first start has to spend.
    from fontTools.subset import Options, Subsetter, save_font
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    options = Options(
        layout_features=["kern", "liga", "tnum"],
        hinting=False,
        name_IDs=[_COPYRIGHT, _LICENCE, _LICENCE_URL],
        flavor="woff2",
    )
    font = TTFont(source_of(face))
    subsetter = Subsetter(options)
    subsetter.populate(text="".join(face.signs))
    subsetter.subset(font)
    font = instantiateVariableFont(font, dict(face.axes))
    _name(font, face.family)
    with tempfile.NamedTemporaryFile(suffix=".woff2") as made:
        save_font(font, made.name, options)
        return Path(made.name).read_bytes()


def _name(font: "TTFont", family: str) -> None:
    """Give a cut its name: that of the whole font is reserved to it."""
    for number, text in ((1, family), (2, "Regular"), (4, family), (6, family.replace(" ", ""))):
        font["name"].setName(text, number, 3, 1, 0x409)
