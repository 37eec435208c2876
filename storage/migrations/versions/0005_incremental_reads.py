"""Rosters learn what has changed between two whole readings, and those who wait for long are told so"""

import sqlalchemy as sa
from alembic import op

from storage.models import columns

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("rosters", recreate="never") as batch_op:
        batch_op.add_column(sa.Column("whole", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("begun_at", columns.UTCDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("whole_at", columns.UTCDateTime(timezone=True), nullable=True))
    with op.batch_alter_table("inbox", recreate="never") as batch_op:
        batch_op.add_column(
            sa.Column("status_outbox_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )


def downgrade() -> None:
    with op.batch_alter_table("inbox", recreate="never") as batch_op:
        batch_op.drop_column("status_outbox_id")
    with op.batch_alter_table("rosters", recreate="never") as batch_op:
        batch_op.drop_column("whole_at")
        batch_op.drop_column("begun_at")
        batch_op.drop_column("whole")
