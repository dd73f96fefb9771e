"""A case keeps whom its questions are passed on to. Those that are there have nobody yet."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "2026_11_30_bearers"
down_revision = "2026_11_30_unmet_searches"
branch_labels = None
depends_on = None

COLUMNS = ("contact_name", "contact_email")


def upgrade() -> None:
    for column in COLUMNS:
        kind = sqlmodel.sql.sqltypes.AutoString()
        op.add_column("case_study", sa.Column(column, kind, nullable=False, server_default=""))


def downgrade() -> None:
    for column in COLUMNS:
        op.drop_column("case_study", column)
