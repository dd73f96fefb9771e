"""Messages passed on are counted by day; what persons of the base ask of their sheet is kept."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "2026_12_01_contacts"
down_revision = "2026_12_01_letters"
branch_labels = None
depends_on = None

Text, Moment = sqlmodel.sql.sqltypes.AutoString, sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    op.create_table(
        "contact_key",
        sa.Column("day", Text(length=10), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("day"),
    )
    op.create_table(
        "contact",
        sa.Column("form", Text(length=32), nullable=False),
        sa.Column("day", Text(length=10), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("about", Text(length=96), nullable=False),
        sa.Column("writer", Text(length=32), nullable=False),
        sa.Column("client", Text(length=32), nullable=False),
        sa.Column("content", Text(length=32), nullable=False),
        sa.PrimaryKeyConstraint("form"),
    )
    op.create_index("ix_contact_day", "contact", ["day"])
    op.create_table(
        "blocked_writer",
        sa.Column("writer", Text(length=64), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("writer"),
    )
    op.create_table(
        "wish",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", Text(length=16), nullable=False),
        sa.Column("resource_id", Text(length=64), nullable=False),
        sa.Column("wish", Text(length=16), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("was", Text(length=16), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_wish_resource_id", "wish", ["resource_id"])


def downgrade() -> None:
    for table in ("wish", "blocked_writer", "contact", "contact_key"):
        op.drop_table(table)
