"""Export: what import takes back without loss. For editors only: it holds the contacts' addresses."""

from sqlalchemy import Engine
from sqlmodel import col, select

from impact_alliances.db import reading
from impact_alliances.importers import tables
from impact_alliances.importers.columns import columns_of, write_cell
from impact_alliances.resources.kinds import Kind


def export_file(database: Engine, kind: Kind, form: str) -> bytes:
    """Every resource of `kind`, drafts and retired ones included, as a `csv`, `xlsx` or `jsonl` file."""
    columns = columns_of(kind)
    with reading(database) as session:
        rows = session.exec(select(kind.table).order_by(col(kind.table.id))).all()
    records = [{name: getattr(row, name) for name in columns} for row in rows]
    return tables.write(form, list(columns), records, lambda name, value: write_cell(columns[name], value))
