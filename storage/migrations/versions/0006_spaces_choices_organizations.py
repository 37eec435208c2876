"""Spaces are tied to enterprises, people choose among theirs, and the audit tells what was exported"""

import sqlalchemy as sa
from alembic import op

from storage.models import columns

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "choices",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("since", columns.UTCDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprises.id"], name=op.f("fk_choices_enterprise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_choices")),
        sa.UniqueConstraint("person_id", name=op.f("uq_choices_person_id")),
    )
    with op.batch_alter_table("spaces", recreate="never") as batch_op:
        batch_op.add_column(sa.Column("linked", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("trusted", sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table("admins", recreate="never") as batch_op:
        batch_op.add_column(sa.Column("org_id", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("org_seen_at", columns.UTCDateTime(timezone=True), nullable=True))
    with op.batch_alter_table("inbox", recreate="never") as batch_op:
        batch_op.add_column(sa.Column("actor_id", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(
            sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
    with op.batch_alter_table("audit", recreate="never") as batch_op:
        batch_op.add_column(sa.Column("file", sa.Text(), nullable=True))
    op.create_index("ix_audit_person", "audit", ["person_id", "at"])
    op.create_index("ix_audit_enterprise", "audit", ["enterprise_id", "at"])
    op.drop_index("ix_audit_enterprise_id", "audit")
    for statement in _KEEPING[op.get_bind().dialect.name]:
        op.execute(statement)


_KEEPING = {
    "sqlite": (
        """CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END""",
    ),
    "postgresql": (
        """CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the audit is only added to'; END $$""",
        "CREATE TRIGGER audit_stays BEFORE UPDATE ON audit FOR EACH ROW EXECUTE FUNCTION audit_stays()",
    ),
}
_NOT_KEEPING = {
    "sqlite": ("DROP TRIGGER audit_stays",),
    "postgresql": ("DROP TRIGGER audit_stays ON audit", "DROP FUNCTION audit_stays()"),
}


def downgrade() -> None:
    for statement in _NOT_KEEPING[op.get_bind().dialect.name]:
        op.execute(statement)
    op.create_index("ix_audit_enterprise_id", "audit", ["enterprise_id"])
    op.drop_index("ix_audit_enterprise", "audit")
    op.drop_index("ix_audit_person", "audit")
    with op.batch_alter_table("audit", recreate="never") as batch_op:
        batch_op.drop_column("file")
    with op.batch_alter_table("inbox", recreate="never") as batch_op:
        batch_op.drop_column("enterprise_id")
        batch_op.drop_column("actor_id")
    with op.batch_alter_table("admins", recreate="never") as batch_op:
        batch_op.drop_column("org_seen_at")
        batch_op.drop_column("org_id")
    with op.batch_alter_table("spaces", recreate="never") as batch_op:
        batch_op.drop_column("trusted")
        batch_op.drop_column("linked")
    op.drop_table("choices")
