"""A question by time is one about a revision: each has the time at which it was committed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_TABLES = ("equipment", "product", "batch", "shift_pattern", "shift_exception", "shift_change")
_CAME = " UNION ALL ".join(f"SELECT recorded_in AS revision, recorded_at AS at FROM {each}" for each in _TABLES)
_WENT = " UNION ALL ".join(f"SELECT superseded_in, superseded_at FROM {each}" for each in _TABLES)
FROM_ROWS = f"""
    INSERT INTO recording (revision, at)
    SELECT revision, max(max(at)) OVER (ORDER BY revision)
    FROM ({_CAME} UNION ALL {_WENT}) AS told
    WHERE revision IS NOT NULL AND at IS NOT NULL GROUP BY revision
"""
"""Whoever wrote looked at the clock before it waited: no revision was committed before the clocks of those below it."""


def upgrade() -> None:
    op.create_table(
        "recording",
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("revision", name=op.f("pk_recording")),
    )
    op.execute(FROM_ROWS)
    op.create_index("ix_recording_at", "recording", ["at", "revision"])


def downgrade() -> None:
    """When each revision was committed; the clocks of those who wrote stay."""
    op.drop_table("recording")
