"""What changed since a revision is found without reading the rest."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TABLES = ("equipment", "product", "batch", "shift_pattern", "shift_exception", "shift_change")
_SUPERSEDED = sa.text("superseded_in IS NOT NULL")


def upgrade() -> None:
    for table in _TABLES:
        op.create_index(f"ix_{table}_recorded_in", table, ["recorded_in"], unique=False)
        op.create_index(
            f"ix_{table}_superseded_in", table, ["superseded_in"], unique=False,
            sqlite_where=_SUPERSEDED, postgresql_where=_SUPERSEDED,
        )  # fmt: skip


def downgrade() -> None:
    """Nothing."""
    for table in _TABLES:
        op.drop_index(f"ix_{table}_superseded_in", table)
        op.drop_index(f"ix_{table}_recorded_in", table)
