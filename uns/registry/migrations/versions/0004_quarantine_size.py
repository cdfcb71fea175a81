"""Entries say how much they hold, and a message's size is more than its payload's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_INDEX = "ix_quarantine_entry_size"


def upgrade() -> None:
    size = sa.Column("size", sa.BigInteger(), nullable=False, server_default="0")
    op.add_column("quarantine_entry", size)
    texts = "length(topic) + length(findings) + coalesce(length(tag), 0) + coalesce(length(rule), 0)"
    op.execute(f"UPDATE quarantine_entry SET size = 1024 + {texts}")
    op.execute("UPDATE quarantine_message SET size = 512 + length(topic) + length(payload)")
    op.create_index(_INDEX, "quarantine_entry", ["size"], unique=False)


def downgrade() -> None:
    """How much an entry of quarantine holds."""
    op.drop_index(_INDEX, "quarantine_entry")
    op.drop_column("quarantine_entry", "size")
    op.execute("UPDATE quarantine_message SET size = length(payload)")
