"""A text that the model cannot read is noted, so that it is passed over rather than tried for
ever.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_unreadable_texts"
down_revision = "2026_11_28_computed_vectors"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "embedding",
        sa.Column("is_unreadable", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    op.drop_column("embedding", "is_unreadable")
