"""SQLite refuses a batch that overlaps by a look at one neighbour, not at all batches that its equipment ever had."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

LAST = 9223372036854775807
REFUSE = "BEGIN SELECT RAISE(ABORT, 'batch-overlap: another batch runs on that equipment then'); END"
OTHERS = """
    FROM batch AS other
    WHERE other.equipment = NEW.equipment AND other.superseded_at IS NULL AND NOT other.parallel
      AND other."row" IS NOT NEW."row" AND other.start < coalesce(NEW.stop, {last})
"""
EVERY = f"EXISTS (SELECT 1 {OTHERS} AND NEW.start < coalesce(other.stop, {{last}}))"
NEIGHBOUR = f"""NEW.start < (
    SELECT coalesce(other.stop, {{last}}) {OTHERS}
    ORDER BY other.start DESC, coalesce(other.stop, {{last}}) DESC LIMIT 1
)"""
"""None of those before overlaps another: the one that starts last also ends last."""


def _refuse_where(overlaps: str) -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    when = f"NOT NEW.parallel AND NEW.superseded_at IS NULL AND {overlaps.format(last=LAST)}"
    columns = "equipment, start, stop, parallel, superseded_at"
    for name, event in (("insert", "INSERT"), ("update", f"UPDATE OF {columns}")):
        op.execute(f"DROP TRIGGER batch_overlap_{name}")
        op.execute(f"CREATE TRIGGER batch_overlap_{name} BEFORE {event} ON batch WHEN {when} {REFUSE}")


def upgrade() -> None:
    _refuse_where(NEIGHBOUR)


def downgrade() -> None:
    """Nothing."""
    _refuse_where(EVERY)
