"""A batch may say its state, what is believed no longer says why, and a batch without length is in nobody's way.

PostgreSQL's ranges without length never overlapped anything; SQLite's triggers come to say the same.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_TABLES = ("equipment", "product", "batch", "shift_pattern", "shift_exception", "shift_change")
REFUSE = "BEGIN SELECT RAISE(ABORT, 'batch-overlap: another batch runs on that equipment then'); END"
HAS_LENGTH = "({batch}.stop IS NULL OR {batch}.stop > {batch}.start)"
NEIGHBOUR = """NEW.start < (
    SELECT coalesce(other.stop, 9223372036854775807)
    FROM batch AS other
    WHERE other.equipment = NEW.equipment AND other.superseded_at IS NULL AND NOT other.parallel
      AND other."row" IS NOT NEW."row" AND other.start < coalesce(NEW.stop, 9223372036854775807) {but}
    ORDER BY other.start DESC, coalesce(other.stop, 9223372036854775807) DESC LIMIT 1
)"""
"""Of those with a length none overlaps another: the one that starts last also ends last."""


def _refuse_where(overlaps: str) -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    when = f"NOT NEW.parallel AND NEW.superseded_at IS NULL AND {overlaps}"
    columns = "equipment, start, stop, parallel, superseded_at"
    for name, event in (("insert", "INSERT"), ("update", f"UPDATE OF {columns}")):
        op.execute(f"DROP TRIGGER batch_overlap_{name}")
        op.execute(f"CREATE TRIGGER batch_overlap_{name} BEFORE {event} ON batch WHEN {when} {REFUSE}")


def upgrade() -> None:
    op.add_column("batch", sa.Column("state", sa.Text(), nullable=True))
    for table in _TABLES:
        op.add_column(table, sa.Column("superseded_why", sa.Text(), nullable=True))
    new, other = (HAS_LENGTH.format(batch=batch) for batch in ("NEW", "other"))
    _refuse_where(f"{new} AND {NEIGHBOUR.format(but=f'AND {other}')}")


def downgrade() -> None:
    """What state batches are said to be in, and why something was taken out."""
    _refuse_where(NEIGHBOUR.format(but=""))
    for table in _TABLES:
        op.drop_column(table, "superseded_why")
    op.drop_column("batch", "state")
