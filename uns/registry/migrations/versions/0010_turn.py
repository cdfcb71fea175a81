"""Crews that take turns at a shift."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("shift_pattern", sa.Column("turn", sa.SmallInteger(), nullable=True))


def downgrade() -> None:
    """Whether crews take turns at a shift."""
    op.drop_column("shift_pattern", "turn")
