"""A shift that a calendar file took off is told from one that somebody took off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("shift_exception", sa.Column("calendar", sa.Text(), nullable=True))


def downgrade() -> None:
    """Which exceptions of shifts came from a calendar file; the exceptions stay."""
    op.drop_column("shift_exception", "calendar")
