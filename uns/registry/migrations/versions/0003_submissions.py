"""Change sets, what is in force, and the schemas that ever were."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _content()
    _submission()
    _submission_file()
    _in_force()
    _schema_in_force()


def downgrade() -> None:
    """Submissions, which rules are in force, and the schemas that ever were."""
    for table in ("schema_in_force", "in_force", "submission_file", "submission", "content"):
        op.drop_table(table)


def _content() -> None:
    op.create_table(
        "content",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_content")),
    )


def _submission() -> None:
    op.create_table(
        "submission",
        sa.Column("revision", sa.Text(), nullable=False),
        sa.Column("submitted_at", sa.BigInteger(), nullable=False),
        sa.Column("submitted_by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("revision", name=op.f("pk_submission")),
    )


def _submission_file() -> None:
    op.create_table(
        "submission_file",
        sa.Column("revision", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["hash"], ["content.hash"], name=op.f("fk_submission_file_hash")),
        sa.ForeignKeyConstraint(["revision"], ["submission.revision"], name=op.f("fk_submission_file_revision")),
        sa.PrimaryKeyConstraint("revision", "folder", "path", name=op.f("pk_submission_file")),
    )


def _in_force() -> None:
    op.create_table(
        "in_force",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("revision", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("put_by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["revision"], ["submission.revision"], name=op.f("fk_in_force_revision")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_in_force")),
    )


def _schema_in_force() -> None:
    op.create_table(
        "schema_in_force",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_schema_in_force")),
    )
