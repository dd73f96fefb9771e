"""Messages wait for the mail server in the database, and leave there what became of them."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "2026_12_01_letters"
down_revision = "2026_11_30_bearers"
branch_labels = None
depends_on = None


def _text(name: str, most: int | None = None) -> sa.Column[str]:
    return sa.Column(name, sqlmodel.sql.sqltypes.AutoString(length=most), nullable=False)


def upgrade() -> None:
    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), nullable=False),
        _text("purpose", 32),
        _text("about", 96),
        _text("state", 16),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("made_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("due_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("changed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        _text("reply", 500),
        _text("token", 32),
        _text("to", 254),
        _text("reply_to", 254),
        _text("reply_name", 100),
        _text("subject", 200),
        _text("text"),
        _text("html"),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_letter_state_due_at", "letter", ["state", "due_at"])


def downgrade() -> None:
    op.drop_index("ix_letter_state_due_at", "letter")
    op.drop_table("letter")
