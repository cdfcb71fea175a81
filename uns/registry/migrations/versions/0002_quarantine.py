"""What was refused, and how often."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _quarantine_message()
    _quarantine_cause()
    _quarantine_entry()
    _quarantine_dropped()


def downgrade() -> None:
    """Quarantine: rejected samples, their raw messages, their counts."""
    for table in ("quarantine_dropped", "quarantine_entry", "quarantine_cause", "quarantine_message"):
        op.drop_table(table)


def _quarantine_message() -> None:
    op.create_table(
        "quarantine_message",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("receipt", sa.BigInteger(), nullable=False),
        sa.Column("qos", sa.SmallInteger(), nullable=False),
        sa.Column("retained", sa.Boolean(), nullable=False),
        sa.Column("redelivered", sa.Boolean(), nullable=False),
        sa.Column("backlog", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_quarantine_message")),
    )
    op.create_index("ix_quarantine_message_size", "quarantine_message", ["size"], unique=False)


def _quarantine_cause() -> None:
    op.create_table(
        "quarantine_cause",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("quarantined", sa.BigInteger(), nullable=False),
        sa.Column("counted_only", sa.BigInteger(), nullable=False),
        sa.Column("first_received", sa.BigInteger(), nullable=False),
        sa.Column("last_received", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine_cause")),
    )
    op.create_index("uq_quarantine_cause_mark", "quarantine_cause", ["mark"], unique=True)


def _quarantine_entry() -> None:
    op.create_table(
        "quarantine_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("cause", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("topic_mark", sa.Text(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=True),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=True),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("bundle", sa.Text(), nullable=False),
        sa.Column("context", sa.Text(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("kept_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["cause"], ["quarantine_cause.id"], name=op.f("fk_quarantine_entry_cause")),
        sa.ForeignKeyConstraint(["message"], ["quarantine_message.key"], name=op.f("fk_quarantine_entry_message")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine_entry")),
        sa.UniqueConstraint("key", name=op.f("uq_quarantine_entry_key")),
    )
    op.create_index("ix_quarantine_entry_cause", "quarantine_entry", ["cause", "ordinal"], unique=False)
    op.create_index("ix_quarantine_entry_kept_at", "quarantine_entry", ["kept_at"], unique=False)
    op.create_index("ix_quarantine_entry_message", "quarantine_entry", ["message"], unique=False)
    op.create_index("ix_quarantine_entry_topic_mark", "quarantine_entry", ["topic_mark", "id"], unique=False)


def _quarantine_dropped() -> None:
    op.create_table(
        "quarantine_dropped",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine_dropped")),
        sa.UniqueConstraint("key", name=op.f("uq_quarantine_dropped_key")),
    )
