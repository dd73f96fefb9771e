"""Searches that found nothing good are counted, month by month, under a key that goes with the
month.
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "2026_11_30_unmet_searches"
down_revision = "2026_11_30_demandes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unmet_key",
        sa.Column("month", sqlmodel.sql.sqltypes.AutoString(length=7), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("month"),
    )
    op.create_table(
        "unmet_search",
        sa.Column("month", sqlmodel.sql.sqltypes.AutoString(length=7), nullable=False),
        sa.Column("digest", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.PrimaryKeyConstraint("month", "digest"),
    )


def downgrade() -> None:
    op.drop_table("unmet_search")
    op.drop_table("unmet_key")
