"""The index of the embedded engine: its fields, and what tantivy raises in our own words."""

import errno
import logging
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tantivy
from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

from impact_alliances.engines.documents import (
    COMMUNE,
    DOCUMENT_VERSION,
    FACET_FIELDS,
    IDENTITIES,
    PLACE_FIELDS,
    TOO_LONG_A_STEM,
    SearchDocument,
)
from impact_alliances.engines.engine import EngineFailure
from impact_alliances.geo.globe import number_of

# Part of every generation's name: a change of documents, of facets or of tantivy's format makes the
# old index unreadable on purpose.
VERSION = ".".join(
    (
        f"v{DOCUMENT_VERSION}",
        f"{zlib.crc32(' '.join(FACET_FIELDS).encode()):08x}",
        tantivy.__version__.rpartition("index_format v")[2],  # type: ignore[attr-defined]
    )
)
# The facets that ranking reads of each document.
STORED = ("fragilite", *PLACE_FIELDS)
_REINDEX = "un service en cours le refait seul ; sinon, lancez « impact-alliances reindex »."
ABSENT = f"L’index de recherche est absent : {_REINDEX}"
DAMAGED = f"L’index de recherche est abîmé, ou d’une autre version : {_REINDEX}"
FAILED = "Le moteur de recherche a échoué sur cette demande : sa cause est dans le journal."
_FULL = "Le disque de l’index de recherche ({}) est plein : libérez de la place."
_CLOSED = (
    "Le dossier de l’index de recherche ({}) ne se laisse pas écrire : rendez-le accessible en "
    "écriture."
)
_FULL_CODES = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_CLOSED_CODES = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST}
_log = logging.getLogger(__name__)


class Damaged(EngineFailure):
    """The index on disk is not as it was written."""


class Absent(EngineFailure):
    """There is no index yet, or it is of another version."""


class NotWritable(EngineFailure):
    """The folder of the index is full or closed: nothing is wrong with index or documents."""


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    raw: dict[str, Any] = {"tokenizer_name": "raw", "index_option": "basic"}
    builder.add_text_field("key", stored=True, fast=True, **raw)
    builder.add_text_field("fingerprint", stored=True, **raw)
    builder.add_text_field("title", tokenizer_name="stems")
    builder.add_text_field("text", tokenizer_name="stems")
    # Kept too: we score them, since the index would count the documents that have none.
    builder.add_text_field("demandes", tokenizer_name="stems", stored=True)
    builder.add_integer_field("demandes_length", fast=True)
    for name in ("stems", "words", "title_words", "demande_words", IDENTITIES):
        builder.add_text_field(name, **raw)
    builder.add_text_field("title_order", fast=True, **raw)
    builder.add_integer_field("date_order", fast=True, indexed=True)
    builder.add_integer_field("commune_number", fast=True)
    for name in FACET_FIELDS:
        builder.add_text_field(name, fast=True, stored=name in STORED, **raw)
    return builder.build()


SCHEMA = _schema()


def opened(folder: Path | None) -> tantivy.Index:
    """The index of `folder`, made if there is none; without a folder, one in memory."""
    index = tantivy.Index(SCHEMA, path=str(folder)) if folder else tantivy.Index(SCHEMA)
    # A searcher is of one commit; what comes later is opened by whoever wants it.
    index.config_reader("manual")
    # Our analysis is done: a document and a query both bring stems parted by spaces.
    by_spaces = TextAnalyzerBuilder(Tokenizer.whitespace())
    short = by_spaces.filter(Filter.remove_long(TOO_LONG_A_STEM))
    index.register_tokenizer("stems", short.build())
    return index


def stored(document: SearchDocument) -> tantivy.Document:
    made = tantivy.Document(
        key=str(document.key),
        fingerprint=document.fingerprint,
        title=" ".join(document.title),
        text=" ".join(document.text),
        title_order=document.title_order,
        date_order=document.date_order,
        commune_number=number_of("".join(document.facets[COMMUNE])),
    )
    if document.demandes:
        made.add_text("demandes", " ".join(document.demandes))
        made.add_integer("demandes_length", len(document.demandes))
    lists: dict[str, Iterable[str]] = {
        "stems": document.stems,
        "words": document.words,
        "title_words": document.title_words,
        "demande_words": document.demande_words,
        IDENTITIES: document.identities,
        **document.facets,
    }
    for name, values in lists.items():
        for value in values:
            made.add_text(name, value)
    return made


# -- faults --------------------------------------------------------------------------------------


@contextmanager
def asking(folder: Path | None = None) -> Iterator[None]:
    """Turn what tantivy and the disk raise into our own failure. Nothing but calls of theirs may
    stand inside: a `ValueError` of ours would pass for one of theirs.
    """
    try:
        yield
    except BaseException as fault:
        if not is_vendors(fault):
            raise
        raise failure_of(fault, folder) from fault


def is_vendors(fault: BaseException) -> bool:
    """Whether tantivy or the disk raised it. A panic of tantivy is no `Exception`, and its class
    cannot be imported.
    """
    return isinstance(fault, ValueError | OSError) or type(fault).__module__ == "pyo3_runtime"


def failure_of(fault: BaseException, folder: Path | None) -> EngineFailure:
    """A fault of tantivy or of the disk in a sentence that says what to do; one that is no fault of
    the disk is logged.
    """
    code = fault.errno if isinstance(fault, OSError) else None
    # tantivy tells the disk's faults in its own sentences.
    said = re.search(r"os error (\d+)", str(fault))
    code = code or (int(said[1]) if said else None)
    if code in _FULL_CODES:
        return NotWritable(_FULL.format(folder))
    if code in _CLOSED_CODES:
        return NotWritable(_CLOSED.format(folder))
    _log.error("tantivy : %s", fault, exc_info=fault)
    return EngineFailure(FAILED)
