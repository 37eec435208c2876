"""Rosters learn what has changed between two whole readings"""

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("rosters", recreate="never") as batch_op:
        batch_op.add_column(sa.Column("whole", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("begun_at", columns.UTCDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("whole_at", columns.UTCDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("rosters", recreate="never") as batch_op:
        batch_op.drop_column("whole_at")
        batch_op.drop_column("begun_at")
        batch_op.drop_column("whole")
