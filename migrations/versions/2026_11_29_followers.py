"""Each index that follows the base takes the changes for itself: several may, on several
machines.
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "2026_11_29_followers"
down_revision = "2026_11_29_unreadable_texts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "follower",
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.Column("seen_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "taken",
        sa.Column("change_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("follower", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.PrimaryKeyConstraint("change_id", "follower"),
    )


def downgrade() -> None:
    op.drop_table("taken")
    op.drop_table("follower")
