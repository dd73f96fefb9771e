"""Each resource keeps how people ask for it. Those that are there have none yet."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_30_demandes"
down_revision = "2026_11_29_followers"
branch_labels = None
depends_on = None

TABLES = ("case_study", "catalyseur", "jeudi", "article")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("demandes", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "demandes")
