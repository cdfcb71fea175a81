"""Equipment below a site may have a calendar of its own."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("shift_pattern", "shift_exception"):
        op.execute(f"ALTER TABLE {table} RENAME COLUMN site TO equipment")


def downgrade() -> None:
    """Shifts of equipment below a site, and their exceptions."""
    for table in ("shift_pattern", "shift_exception"):
        op.execute(f"DELETE FROM {table} WHERE equipment LIKE '%/%'")
        op.execute(f"ALTER TABLE {table} RENAME COLUMN equipment TO site")
