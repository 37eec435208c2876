"""Who was kept out is known, all take turns, and a queue goes round"""

import sqlalchemy as sa
from alembic import op

from storage.models import columns

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_OPEN = sa.text("due_at IS NOT NULL")
_FIRST = sa.text("due_at IS NOT NULL AND NOT parked")
_PARKED = sa.text("parked")
_QUEUED = sa.text("state = 'queued' AND NOT head")
_SHORT = sa.text("length(service_id_folded) <= 500")
_LINES = {"inbox": ["room_id", "id"], "outbox": ["destination_id", "number"]}
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "denials",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("rights", sa.Text(), nullable=False),
        sa.Column("silent_until", columns.UTCDateTime(timezone=True), nullable=False),
        sa.Column("repeats", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("repeated_at", columns.UTCDateTime(timezone=True), nullable=True),
        sa.Column("id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_denials")),
        sa.UniqueConstraint("person_id", "outcome", name="uq_denials_person"),
    )
    _index("ix_denials_repeated", "denials", ["silent_until"], sa.text("repeats > 0"))
    with op.batch_alter_table("admins", recreate="never") as batch_op:
        batch_op.add_column(sa.Column("any_organization", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("kept_out_at", columns.UTCDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("added_by_id", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("unreachable_at", columns.UTCDateTime(timezone=True), nullable=True))
    with op.batch_alter_table("inbox", recreate="never") as batch_op:
        batch_op.add_column(_turn())
        batch_op.add_column(_parked())
    with op.batch_alter_table("outbox", recreate="never") as batch_op:
        batch_op.add_column(sa.Column("for_operators", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("is_notice", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("can_wait", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(_turn())
        batch_op.add_column(_parked())
    with op.batch_alter_table("syncs", recreate="never") as batch_op:
        batch_op.add_column(sa.Column("queue_order", _ID, server_default=sa.text("0"), nullable=False))
        batch_op.add_column(sa.Column("rests_until", columns.UTCDateTime(timezone=True), nullable=True))
    with op.batch_alter_table("enterprises", recreate="never") as batch_op:
        batch_op.add_column(sa.Column("locations_version", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.execute("UPDATE syncs SET queue_order = id")
    op.execute("UPDATE outbox SET turn = enterprise_id WHERE enterprise_id IS NOT NULL AND due_at IS NOT NULL")
    for table, line in _LINES.items():
        op.drop_index(f"ix_{table}_due", table)
        _index(f"ix_{table}_due", table, ["due_at", "id"], _FIRST)
        _index(f"ix_{table}_parked", table, line, _PARKED)
    _index("ix_inbox_turn", "inbox", ["turn", "due_at", "id"], _FIRST)
    _index("ix_outbox_turn", "outbox", ["can_wait", "turn", "due_at", "id"], _FIRST)
    op.drop_index("ix_syncs_queue", "syncs")
    _index("ix_syncs_queue", "syncs", ["cluster_id", "queue_order"], _QUEUED)
    _index("ix_license_holders_service_id", "license_holders", ["roster_id", "service_id_folded"], _SHORT)


def _turn() -> sa.Column[int]:
    return sa.Column("turn", _ID, server_default=sa.text("0"), nullable=False)


def _parked() -> sa.Column[bool]:
    return sa.Column("parked", sa.Boolean(), server_default=sa.false(), nullable=False)


def _index(name: str, table: str, names: list[str], where: sa.TextClause) -> None:
    op.create_index(name, table, names, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_index("ix_license_holders_service_id", "license_holders")
    op.drop_index("ix_syncs_queue", "syncs")
    _index("ix_syncs_queue", "syncs", ["cluster_id", "id"], _QUEUED)
    op.drop_index("ix_outbox_turn", "outbox")
    op.drop_index("ix_inbox_turn", "inbox")
    for table in _LINES:
        op.drop_index(f"ix_{table}_parked", table)
        op.drop_index(f"ix_{table}_due", table)
        _index(f"ix_{table}_due", table, ["due_at", "id"], _OPEN)
    for table, names in {
        "syncs": ("rests_until", "queue_order"),
        "outbox": ("parked", "turn", "can_wait", "is_notice", "for_operators"),
        "inbox": ("parked", "turn"),
        "enterprises": ("locations_version",),
        "admins": ("unreachable_at", "added_by_id", "kept_out_at", "any_organization"),
    }.items():
        with op.batch_alter_table(table, recreate="never") as batch_op:
            for name in names:
                batch_op.drop_column(name)
    op.drop_table("denials")
