"""Requests to replay, and where in its message a rejected sample stood."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_WAITING = sa.text("outcome IS NULL")
_INDEX = "ix_replay_item_waiting"


def upgrade() -> None:
    op.add_column("quarantine_entry", sa.Column("pointer", sa.Text(), nullable=True))
    op.create_table(
        "replay",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replay")),
    )
    op.create_table(
        "replay_item",
        sa.Column("replay", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("taken_by", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["replay"], ["replay.id"], name=op.f("fk_replay_item_replay")),
        sa.PrimaryKeyConstraint("replay", "entry", name=op.f("pk_replay_item")),
    )
    op.create_index(
        _INDEX, "replay_item", ["replay", "entry"], unique=False, sqlite_where=_WAITING, postgresql_where=_WAITING
    )
    parts = sa.table("revision", sa.column("part"), sa.column("revision"))
    op.bulk_insert(parts, [{"part": "replay", "revision": 0}])


def downgrade() -> None:
    """Replays that were asked for, and where in its message a rejected sample stood."""
    op.execute("DELETE FROM revision WHERE part = 'replay'")
    op.drop_index(_INDEX, "replay_item")
    op.drop_table("replay_item")
    op.drop_table("replay")
    op.drop_column("quarantine_entry", "pointer")
