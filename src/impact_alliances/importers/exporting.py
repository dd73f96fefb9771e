"""Export: what import takes back without loss. For editors only: it holds drafts, and the contacts'
addresses.
"""

import contextlib
import os
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import col, select

from impact_alliances.db import reading
from impact_alliances.errors import Refusal
from impact_alliances.importers import tables
from impact_alliances.importers.columns import columns_of, write_cell
from impact_alliances.resources.fields import FIELDS, Field, Type
from impact_alliances.resources.kinds import Kind
from impact_alliances.vocabularies.matching import match

# What tells a row apart: one of them, in each row.
_NEEDED = {"id": "à remplir, ou source_url", "source_url": "à remplir, ou id"}


def export_file(database: Engine, kind: Kind, form: str) -> bytes:
    """Every resource of `kind`, drafts and retired ones included, as a `csv`, `xlsx` or `jsonl`
    file.
    """
    columns = columns_of(kind)
    with reading(database) as session:
        rows = session.exec(select(kind.table).order_by(col(kind.table.id))).all()
    records = [{name: getattr(row, name) for name in columns} for row in rows]
    return tables.write(
        form, list(columns), records, lambda name, value: write_cell(columns[name], value)
    )


def format_of(path: Path | None, asked: str | None) -> str:
    """The format of a file to write: what its extension says, or what was asked for. Raises
    `Refusal` when they differ.
    """
    told = path.suffix.lower().lstrip(".") if path else ""
    if path and asked and told in tables.FORMATS and told != asked:
        raise Refusal(
            f"« {path.name} » se termine par .{told} et le format demandé est {asked} : "
            "gardez l’un des deux."
        )
    if path and not asked and told not in tables.FORMATS:
        raise Refusal(
            f"Le nom « {path.name} » ne dit pas le format : terminez-le par .csv, .xlsx ou "
            ".jsonl, ou ajoutez --format."
        )
    return asked or told or "csv"


def write_for_editors(path: Path, content: bytes) -> None:
    """Write a file that its owner alone may read, whole or not at all. Raises `OSError` with its
    name when it cannot be.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        if path.exists() and not path.is_file():
            # A device or a pipe is written into, not replaced.
            path.write_bytes(content)
            return
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        beside.replace(path)
    except OSError as fault:
        with contextlib.suppress(OSError):
            beside.unlink()
        # The reader asked for `path`, not for the file beside it.
        fault.filename = str(path)
        raise


def template(kind: Kind, form: str) -> bytes:
    """A file to fill for `kind`: the French headers, a star where publishing needs a value, and one
    line of examples.
    """
    headers = {
        field.name: f"{field.label} *" if field.required else field.label
        for field in FIELDS[kind.slug]
    }
    examples: dict[str, object] = {
        headers[field.name]: field.example for field in FIELDS[kind.slug]
    }
    return tables.write(form, list(headers.values()), [examples], lambda _, value: str(value))


def told_fields(kind: Kind) -> list[str]:
    """What an import takes for `kind`, a field a line: its headers, its type, its values, an
    example.
    """
    return [_told(field) for field in FIELDS[kind.slug]]


def _told(field: Field) -> str:
    values = field.vocabulary.terms if field.vocabulary and field.type is not Type.ODD else ()
    allowed = f" ({', '.join(term.slug for term in values)})" if values else ""
    needed = _NEEDED.get(field.name, "à remplir pour publier" if field.required else "facultatif")
    is_term = field.vocabulary and field.type is Type.TERM
    # In the words that were just listed.
    given = match(field.vocabulary, field.example) if is_term and field.vocabulary else ""
    example = f". Exemple : {given or field.example}" if field.example else ""
    return f"{field.label} ({field.name}), {needed} : {field.type.value}{allowed}{example}"
