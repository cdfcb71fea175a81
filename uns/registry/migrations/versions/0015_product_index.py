"""Batches are found by their product, so that a product's new name finds the readings that it concerns."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_batch_product", "batch", ["product"])


def downgrade() -> None:
    """Nothing."""
    op.drop_index("ix_batch_product", "batch")
