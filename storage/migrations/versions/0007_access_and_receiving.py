"""The provider's tokens are renewed and kept, webhooks are watched, and spaces are looked back at"""

import sqlalchemy as sa
from alembic import op

from storage.models import columns

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "provider_tokens",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("access_token", sa.Text(), nullable=True),
        sa.Column("refresh_token", sa.Text(), nullable=False),
        sa.Column("access_ends_at", columns.UTCDateTime(timezone=True), nullable=True),
        sa.Column("refresh_ends_at", columns.UTCDateTime(timezone=True), nullable=True),
        sa.Column("scopes", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("environment_digest", sa.Text(), nullable=True),
        sa.Column("replaced_token", sa.Text(), nullable=True),
        sa.Column("renewed_at", columns.UTCDateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("told_days", sa.Integer(), nullable=True),
        _id(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_tokens")),
        sa.UniqueConstraint("client_id", name=op.f("uq_provider_tokens_client_id")),
    )
    op.create_table(
        "access_refusals",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("refused_at", columns.UTCDateTime(timezone=True), nullable=True),
        sa.Column("restored_at", columns.UTCDateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("tracking_id", sa.Text(), nullable=True),
        sa.Column("told_refused", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("told_at", columns.UTCDateTime(timezone=True), nullable=True),
        _id(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_refusals")),
        sa.UniqueConstraint("subject", name=op.f("uq_access_refusals_subject")),
    )
    op.create_table(
        "webhooks",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("target_url", sa.Text(), nullable=False),
        sa.Column("right_at", columns.UTCDateTime(timezone=True), nullable=True),
        sa.Column("told", sa.Text(), nullable=True),
        sa.Column("told_at", columns.UTCDateTime(timezone=True), nullable=True),
        sa.Column("taken_by", sa.Text(), nullable=True),
        sa.Column("silent_looks", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("taken_back_from", sa.Text(), nullable=True),
        _id(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
        sa.UniqueConstraint("name", name=op.f("uq_webhooks_name")),
    )
    op.create_table(
        "space_looks",
        sa.Column("room_id", sa.Text(), nullable=False),
        sa.Column("looked_until", columns.UTCDateTime(timezone=True), nullable=False),
        sa.Column("not_before", columns.UTCDateTime(timezone=True), nullable=True),
        sa.Column("next_look_at", columns.UTCDateTime(timezone=True), nullable=True),
        sa.Column("requested_at", columns.UTCDateTime(timezone=True), nullable=True),
        _id(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_space_looks")),
        sa.UniqueConstraint("room_id", name=op.f("uq_space_looks_room_id")),
    )
    with op.batch_alter_table("inbox", recreate="never") as batch_op:
        batch_op.add_column(sa.Column("missed", sa.Boolean(), server_default=sa.false(), nullable=False))
    # A message is known by its id alone from now on: a webhook and a list may write its time in different ways.
    op.execute(
        "DELETE FROM inbox WHERE resource = 'messages' AND id NOT IN"
        " (SELECT min(id) FROM inbox WHERE resource = 'messages' GROUP BY event, data_id)"
    )
    op.execute("UPDATE inbox SET data_created = '' WHERE resource = 'messages'")


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("inbox", recreate="never") as batch_op:
        batch_op.drop_column("missed")
    for table in ("space_looks", "webhooks", "access_refusals", "provider_tokens"):
        op.drop_table(table)
