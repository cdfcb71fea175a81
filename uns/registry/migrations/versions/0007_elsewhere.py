"""A rejected sample knows where else it went, so that a replay of it does not go there again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("quarantine_entry", sa.Column("elsewhere", sa.Text(), nullable=True))


def downgrade() -> None:
    """Where else a rejected sample went."""
    op.drop_column("quarantine_entry", "elsewhere")
