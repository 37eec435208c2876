"""Somebody follows a sync once, wherever they asked for it; rows that are due are found in their order"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_MOVED = ("syncs", "rosters", "readings")


def upgrade() -> None:
    followers = sa.table("sync_followers", sa.column("id"), sa.column("sync_id"), sa.column("person_id"))
    first = sa.select(sa.func.min(followers.c.id)).group_by(followers.c.sync_id, followers.c.person_id)
    op.execute(sa.delete(followers).where(followers.c.id.not_in(first)))
    # Some databases have it like this already.
    _unique("sync_id", "person_id")
    _indexed("due_at", "id")


def downgrade() -> None:
    _indexed("due_at")
    _unique("sync_id", "person_id", "room_id")


def _unique(*columns: str) -> None:
    with op.batch_alter_table("sync_followers") as batch_op:
        batch_op.drop_constraint("uq_sync_followers", type_="unique")
        batch_op.create_unique_constraint("uq_sync_followers", list(columns))


def _indexed(*columns: str) -> None:
    due = sa.text("due_at IS NOT NULL")
    for table in _MOVED:
        op.drop_index(f"ix_{table}_due", table)
        op.create_index(f"ix_{table}_due", table, list(columns), sqlite_where=due, postgresql_where=due)
