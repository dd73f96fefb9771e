"""The index of the embedded engine on disk: its fields, its generations, its faults.

A generation is a sub-folder; the file `CURRENT` names the one in use. A rebuild fills another one and rewrites `CURRENT`, so a
reader, in this process or another, never meets a half-built index.
"""

import contextlib
import shutil
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import tantivy
from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

from impact_alliances.search.documents import SearchDocument
from impact_alliances.search.engine import EngineFailure
from impact_alliances.vocabularies.terms import FACETS

# Part of every generation's name: a change of fields or of analysis makes the old index unreadable on purpose.
SCHEMA_VERSION = 3
FACET_FIELDS = ("kind", *FACETS)
MEND = "L’index de recherche est absent ou abîmé : lancez « impact-alliances reindex »."


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    raw: dict[str, Any] = {"tokenizer_name": "raw", "index_option": "basic"}
    builder.add_text_field("key", stored=True, fast=True, **raw)
    builder.add_text_field("fingerprint", stored=True, **raw)
    builder.add_text_field("title", tokenizer_name="stems")
    builder.add_text_field("text", tokenizer_name="stems")
    for name in ("stems", "words", "title_words"):
        builder.add_text_field(name, **raw)
    builder.add_text_field("title_order", fast=True, **raw)
    builder.add_integer_field("date_order", fast=True, indexed=True)
    for name in FACET_FIELDS:
        builder.add_text_field(name, fast=True, stored=name == "fragilite", **raw)
    return builder.build()


SCHEMA = _schema()


def opened(folder: Path) -> tantivy.Index:
    index = tantivy.Index(SCHEMA, path=str(folder))
    # Our analysis is done: a document and a query both bring stems parted by spaces.
    index.register_tokenizer("stems", TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.remove_long(80)).build())
    return index


def stored(document: SearchDocument) -> tantivy.Document:
    made = tantivy.Document(
        key=document.key,
        fingerprint=document.fingerprint,
        title=" ".join(document.title),
        text=" ".join(document.text),
        title_order=document.title_order,
        date_order=document.date_order,
    )
    lists: dict[str, Iterable[str]] = {
        "stems": document.stems,
        "words": document.words,
        "title_words": document.title_words,
        **document.facets,
    }
    for name, values in lists.items():
        for value in values:
            made.add_text(name, value)
    return made


@contextlib.contextmanager
def ours() -> Iterator[None]:
    """Turn whatever tantivy raises, its panics included (they are not `Exception`s), into our own failure."""
    try:
        yield
    except EngineFailure:
        raise
    except (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):
        raise
    except BaseException as fault:
        raise EngineFailure(MEND) from fault


class Generations:
    """The folder of generations and the pointer to the one in use."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._pointer = folder / "CURRENT"
        self._label = folder / "NAME"
        self._fresh_name = f"folder-{uuid.uuid4().hex[:20]}"

    @property
    def name(self) -> str:
        """The name under which the index of this folder follows the base, kept beside it from its first generation on."""
        try:
            return self._label.read_text(encoding="ascii").strip() or self._fresh_name
        except (OSError, ValueError):
            return self._fresh_name

    def current(self) -> Path | None:
        """The generation in use, or None when there is none or it is of another schema."""
        try:
            name = self._pointer.read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            return None
        found = self.folder / name
        is_ours = name.startswith(f"v{SCHEMA_VERSION}-") and (found / "meta.json").is_file()
        return found if is_ours else None

    def stamp(self) -> int:
        """Changes whenever the pointer does."""
        try:
            return self._pointer.stat().st_mtime_ns
        except OSError:
            return 0

    def fresh(self) -> Path:
        """A new empty generation, not in use yet."""
        made = self.folder / f"v{SCHEMA_VERSION}-{uuid.uuid4().hex[:12]}"
        made.mkdir(parents=True)
        self._label.write_text(self.name, encoding="ascii")
        return made

    def switch(self, generation: Path) -> None:
        """Put `generation` in use, at once for every reader, and drop the others."""
        beside = self.folder / f"CURRENT.{uuid.uuid4().hex[:8]}"
        beside.write_text(generation.name, encoding="ascii")
        beside.replace(self._pointer)
        self.sweep()

    def sweep(self) -> None:
        """Remove generations not in use: leftovers of a rebuild that was killed, or the previous one.

        Readers that still hold the previous generation keep its open files.
        """
        kept = self.current()
        for other in self.folder.glob("v*-*"):
            if other != kept:
                shutil.rmtree(other, ignore_errors=True)
