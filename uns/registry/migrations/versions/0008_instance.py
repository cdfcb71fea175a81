"""A rejected sample names the instance that refused it; of those kept before, nobody can tell."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("quarantine_entry", sa.Column("instance", sa.Text(), nullable=True))


def downgrade() -> None:
    """Which instance rejected a sample."""
    op.drop_column("quarantine_entry", "instance")
