"""Webex's own runs, why syncs end, who wants notices"""

import sqlalchemy as sa
from alembic import op

from storage.models import columns

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "muted",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("since", columns.UTCDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_muted")),
        sa.UniqueConstraint("person_id", name=op.f("uq_muted_person_id")),
    )
    op.create_table(
        "readings",
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("read_at", columns.UTCDateTime(timezone=True), nullable=True),
        sa.Column("enabled", sa.Boolean(), nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("started_at", columns.UTCDateTime(timezone=True), nullable=True),
        sa.Column("ended_at", columns.UTCDateTime(timezone=True), nullable=True),
        sa.Column("succeeded_at", columns.UTCDateTime(timezone=True), nullable=True),
        sa.Column("tracking_id", sa.Text(), nullable=True),
        sa.Column("due_at", columns.UTCDateTime(timezone=True), nullable=True),
        sa.Column("lease_until", columns.UTCDateTime(timezone=True), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprises.id"], name=op.f("fk_readings_enterprise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_readings")),
        sa.UniqueConstraint("enterprise_id", name=op.f("uq_readings_enterprise_id")),
    )
    with op.batch_alter_table("readings", schema=None) as batch_op:
        batch_op.create_index(
            "ix_readings_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("due_at IS NOT NULL"),
            postgresql_where=sa.text("due_at IS NOT NULL"),
        )

    op.create_table(
        "spaces",
        sa.Column("room_id", sa.Text(), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("notify", sa.Boolean(), nullable=False),
        sa.Column("since", columns.UTCDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprises.id"], name=op.f("fk_spaces_enterprise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spaces")),
        sa.UniqueConstraint("room_id", name=op.f("uq_spaces_room_id")),
    )
    with op.batch_alter_table("spaces", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_spaces_enterprise_id"), ["enterprise_id"], unique=False)

    op.create_table(
        "webex_runs",
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seen_at", columns.UTCDateTime(timezone=True), nullable=False),
        sa.Column("started_at", columns.UTCDateTime(timezone=True), nullable=True),
        sa.Column("ended_at", columns.UTCDateTime(timezone=True), nullable=True),
        sa.Column("tracking_id", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("errors", sa.JSON(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprises.id"], name=op.f("fk_webex_runs_enterprise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webex_runs")),
    )
    with op.batch_alter_table("webex_runs", schema=None) as batch_op:
        batch_op.create_index("ix_webex_runs_history", ["enterprise_id", "id"], unique=False)

    with op.batch_alter_table("inbox", schema=None, recreate="never") as batch_op:
        batch_op.add_column(
            sa.Column("reading_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.create_index("ix_inbox_waiting_reading", ["reading_id"], unique=False)
        batch_op.create_index(
            "ix_inbox_failed",
            ["id"],
            unique=False,
            sqlite_where=sa.text("state = 'failed'"),
            postgresql_where=sa.text("state = 'failed'"),
        )

    with op.batch_alter_table("outbox", schema=None, recreate="never") as batch_op:
        batch_op.add_column(sa.Column("public_markdown", sa.Text(), nullable=True))
        batch_op.create_index(
            "ix_outbox_failed",
            ["id"],
            unique=False,
            sqlite_where=sa.text("state = 'failed'"),
            postgresql_where=sa.text("state = 'failed'"),
        )

    with op.batch_alter_table("syncs", schema=None, recreate="never") as batch_op:
        batch_op.add_column(sa.Column("waits_for", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("starts", sa.Integer(), server_default=sa.text("0"), nullable=False))
        batch_op.add_column(sa.Column("cause", sa.Text(), nullable=True))
        batch_op.drop_index(batch_op.f("ix_syncs_ended"))
        batch_op.create_index(
            "ix_syncs_asked",
            ["asked_at"],
            unique=False,
            sqlite_where=sa.text("state = 'queued' AND due_at IS NULL"),
            postgresql_where=sa.text("state = 'queued' AND due_at IS NULL"),
        )
        batch_op.create_index(
            "ix_syncs_completed",
            ["cluster_id", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'completed'"),
            postgresql_where=sa.text("state = 'completed'"),
        )


def downgrade() -> None:
    with op.batch_alter_table("syncs", schema=None, recreate="never") as batch_op:
        batch_op.drop_index(
            "ix_syncs_completed",
            sqlite_where=sa.text("state = 'completed'"),
            postgresql_where=sa.text("state = 'completed'"),
        )
        batch_op.drop_index(
            "ix_syncs_asked",
            sqlite_where=sa.text("state = 'queued' AND due_at IS NULL"),
            postgresql_where=sa.text("state = 'queued' AND due_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_syncs_ended"), ["cluster_id", "ended_at"], unique=False)
        batch_op.drop_column("cause")
        batch_op.drop_column("starts")
        batch_op.drop_column("waits_for")

    with op.batch_alter_table("outbox", schema=None, recreate="never") as batch_op:
        batch_op.drop_index("ix_outbox_failed")
        batch_op.drop_column("public_markdown")

    with op.batch_alter_table("inbox", schema=None, recreate="never") as batch_op:
        batch_op.drop_index("ix_inbox_failed")
        batch_op.drop_index("ix_inbox_waiting_reading")
        batch_op.drop_column("reading_id")

    with op.batch_alter_table("webex_runs", schema=None) as batch_op:
        batch_op.drop_index("ix_webex_runs_history")

    op.drop_table("webex_runs")
    with op.batch_alter_table("spaces", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_spaces_enterprise_id"))

    op.drop_table("spaces")
    with op.batch_alter_table("readings", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_readings_due",
            sqlite_where=sa.text("due_at IS NOT NULL"),
            postgresql_where=sa.text("due_at IS NOT NULL"),
        )

    op.drop_table("readings")
    op.drop_table("muted")
