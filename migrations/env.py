"""Alembic's entry: migrates the connection that `impact_alliances.migrating` hands over."""

from alembic import context
from sqlmodel import SQLModel

import impact_alliances.migrating  # noqa: F401 (imports every table)

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
