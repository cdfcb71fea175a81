"""What exists and when: equipment, products, batches and shifts, bitemporal from the start."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


PARTS = ("context", "quarantine", "submissions")

OVERLAPS = """
    NOT NEW.parallel AND NEW.superseded_at IS NULL AND EXISTS (
        SELECT 1 FROM batch AS other
        WHERE other.equipment = NEW.equipment AND other.superseded_at IS NULL AND NOT other.parallel
          AND other."row" IS NOT NEW."row"
          AND other.start < coalesce(NEW.stop, 9223372036854775807)
          AND NEW.start < coalesce(other.stop, 9223372036854775807)
    )
"""

REFUSE = "BEGIN SELECT RAISE(ABORT, 'batch-overlap: another batch runs on that equipment then'); END"

EXCLUSION = """
    ALTER TABLE batch ADD CONSTRAINT ex_batch_overlap EXCLUDE USING gist (
        equipment WITH =, int8range(start, stop) WITH &&
    ) WHERE (superseded_at IS NULL AND NOT parallel)
"""


def _recorded() -> list[sa.Column[object]]:
    return [
        sa.Column("row", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_in", sa.BigInteger(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("superseded_at", sa.BigInteger(), nullable=True),
        sa.Column("superseded_in", sa.BigInteger(), nullable=True),
        sa.Column("superseded_by", sa.Text(), nullable=True),
    ]


def _refuse_overlaps() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        op.execute(EXCLUSION)
        return
    op.execute(f"CREATE TRIGGER batch_overlap_insert BEFORE INSERT ON batch WHEN {OVERLAPS} {REFUSE}")
    columns = "equipment, start, stop, parallel, superseded_at"
    op.execute(f"CREATE TRIGGER batch_overlap_update BEFORE UPDATE OF {columns} ON batch WHEN {OVERLAPS} {REFUSE}")


def upgrade() -> None:
    _revision()
    _equipment()
    _product()
    _batch()
    _shift_pattern()
    _shift_exception()
    _shift_change()
    _refuse_overlaps()
    op.bulk_insert(
        sa.table("revision", sa.column("part"), sa.column("revision")),
        [{"part": part, "revision": 0} for part in PARTS],
    )


def downgrade() -> None:
    """All of equipment, products, batches and shifts, and their history."""
    for table in ("shift_change", "shift_exception", "shift_pattern", "batch", "product", "equipment", "revision"):
        op.drop_table(table)


def _revision() -> None:
    op.create_table(
        "revision",
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("part", name=op.f("pk_revision")),
    )


def _equipment() -> None:
    op.create_table(
        "equipment",
        *_recorded(),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("steward", sa.Text(), nullable=True),
        sa.Column("start", sa.BigInteger(), nullable=True),
        sa.Column("stop", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("row", name=op.f("pk_equipment")),
    )
    op.create_index(
        "uq_equipment_now",
        "equipment",
        ["path"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )


def _product() -> None:
    op.create_table(
        "product",
        *_recorded(),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("attributes", sa.Text(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=True),
        sa.Column("stop", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("row", name=op.f("pk_product")),
    )
    op.create_index(
        "uq_product_now",
        "product",
        ["id"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )


def _batch() -> None:
    op.create_table(
        "batch",
        *_recorded(),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("equipment", sa.Text(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("stop", sa.BigInteger(), nullable=True),
        sa.Column("product", sa.Text(), nullable=True),
        sa.Column("order_id", sa.Text(), nullable=True),
        sa.Column("quantity", sa.Text(), nullable=True),
        sa.Column("attributes", sa.Text(), nullable=False),
        sa.Column("parallel", sa.Boolean(), nullable=False),
        sa.CheckConstraint("stop IS NULL OR stop >= start", name=op.f("ck_batch_forwards")),
        sa.PrimaryKeyConstraint("row", name=op.f("pk_batch")),
    )
    op.create_index("ix_batch_equipment", "batch", ["equipment", "superseded_at", "start"], unique=False)
    op.create_index("ix_batch_id", "batch", ["id", "superseded_at"], unique=False)
    op.create_index("ix_batch_stop", "batch", ["superseded_at", "stop"], unique=False)


def _shift_pattern() -> None:
    op.create_table(
        "shift_pattern",
        *_recorded(),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("days", sa.SmallInteger(), nullable=False),
        sa.Column("start", sa.SmallInteger(), nullable=False),
        sa.Column("stop", sa.SmallInteger(), nullable=False),
        sa.Column("crew", sa.Text(), nullable=True),
        sa.Column("since", sa.Text(), nullable=False),
        sa.Column("until", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("row", name=op.f("pk_shift_pattern")),
    )
    op.create_index(
        "uq_shift_pattern_now",
        "shift_pattern",
        ["site", "id", "days", "since"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )


def _shift_exception() -> None:
    op.create_table(
        "shift_exception",
        *_recorded(),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("date", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("start", sa.SmallInteger(), nullable=True),
        sa.Column("stop", sa.SmallInteger(), nullable=True),
        sa.Column("crew", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("row", name=op.f("pk_shift_exception")),
    )
    op.create_index(
        "uq_shift_exception_now",
        "shift_exception",
        ["site", "date", "id"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )


def _shift_change() -> None:
    op.create_table(
        "shift_change",
        *_recorded(),
        sa.Column("equipment", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("date", sa.Text(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("stop", sa.BigInteger(), nullable=False),
        sa.Column("crew", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("row", name=op.f("pk_shift_change")),
    )
    op.create_index("ix_shift_change_equipment", "shift_change", ["equipment", "superseded_at", "start"], unique=False)
