"""Equipment bears the plant's own number, which no two pieces have at once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

FIRST, LAST = -9223372036854775808, 9223372036854775807
SHARED = f"""
    NEW.id IS NOT NULL AND NEW.superseded_at IS NULL AND EXISTS (
        SELECT 1 FROM equipment AS other
        WHERE other.id = NEW.id AND other.superseded_at IS NULL AND other."row" IS NOT NEW."row"
          AND coalesce(other.start, {FIRST}) < coalesce(NEW.stop, {LAST})
          AND coalesce(NEW.start, {FIRST}) < coalesce(other.stop, {LAST})
          AND coalesce(other.start, {FIRST}) < coalesce(other.stop, {LAST})
    ) AND coalesce(NEW.start, {FIRST}) < coalesce(NEW.stop, {LAST})
"""
REFUSE = "BEGIN SELECT RAISE(ABORT, 'equipment-id-taken: another piece of equipment has that id then'); END"
EXCLUSION = """
    ALTER TABLE equipment ADD CONSTRAINT ex_equipment_id EXCLUDE USING gist (
        id WITH =, int8range(start, stop) WITH &&
    ) WHERE (superseded_at IS NULL AND id IS NOT NULL)
"""
EVENTS = {"insert": "INSERT", "update": "UPDATE OF id, start, stop, superseded_at"}


def upgrade() -> None:
    op.add_column("equipment", sa.Column("id", sa.Text(), nullable=True))
    op.create_index("ix_equipment_id", "equipment", ["id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(EXCLUSION)
        return
    for name, event in EVENTS.items():
        op.execute(f"CREATE TRIGGER equipment_id_{name} BEFORE {event} ON equipment WHEN {SHARED} {REFUSE}")


def downgrade() -> None:
    """The ids of equipment."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE equipment DROP CONSTRAINT ex_equipment_id")
    else:
        for name in EVENTS:
            op.execute(f"DROP TRIGGER equipment_id_{name}")
    op.drop_index("ix_equipment_id", "equipment")
    op.drop_column("equipment", "id")
