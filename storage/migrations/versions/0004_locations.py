"""Admins say where license holders are; what Webex says is kept beside that"""

import sqlalchemy as sa
from alembic import op

from storage.models import columns

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "locations",
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("service_id", sa.Text(), nullable=False),
        sa.Column(
            "service_id_folded", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("set_at", columns.UTCDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprises.id"], name=op.f("fk_locations_enterprise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_locations")),
        sa.UniqueConstraint("enterprise_id", "service_id_folded", name="uq_locations_service_id"),
    )
    with op.batch_alter_table("license_holders", recreate="never") as batch_op:
        batch_op.add_column(sa.Column("group_id", sa.Text(), server_default="", nullable=False))
    holders = sa.table("license_holders", sa.column("group_id"), sa.column("location"))
    op.execute(sa.update(holders).values(group_id=holders.c.location))


def downgrade() -> None:
    with op.batch_alter_table("license_holders", recreate="never") as batch_op:
        batch_op.drop_column("group_id")
    op.drop_table("locations")
