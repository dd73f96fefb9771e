"""An index over the vectors that are computed: the search asks how many there are, and how new,
every second.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_28_computed_vectors"
down_revision = "2026_11_23_base"
branch_labels = None
depends_on = None


def upgrade() -> None:
    computed = sa.text("vectors IS NOT NULL")
    op.create_index(
        "ix_embedding_computed",
        "embedding",
        ["model", "kind", "version"],
        sqlite_where=computed,
        postgresql_where=computed,
    )


def downgrade() -> None:
    op.drop_index("ix_embedding_computed", table_name="embedding")
