"""Rows that wait for another try, because the work on them failed."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from storage import inbox, outbox, rosters, syncs, webex_status
from storage.engine.claims import ClaimableTable
from storage.engine.conditions import state_in
from storage.engine.database import wake
from storage.models import InboxRow, OutboxRow, ReadingRow, RosterRow, SyncRow
from storage.values.records import ACTIVE, WaitsFor

_KINDS: dict[ClaimableTable, str] = {
    InboxRow: inbox.KIND,
    OutboxRow: outbox.KIND,
    SyncRow: syncs.KIND,
    RosterRow: rosters.KIND,
    ReadingRow: webex_status.KIND,
}
OF_BOT: tuple[ClaimableTable, ...] = (InboxRow, OutboxRow)
"""The rows that need the bot's own token."""

OF_PROVIDER: tuple[ClaimableTable, ...] = (SyncRow, RosterRow, ReadingRow)
"""The rows that need the provider's access."""


def bring_forward(session: Session, tables: Iterable[ClaimableTable], now: datetime) -> None:
    """Make the rows due that wait for another try, because the access that they need works again."""
    for table in tables:
        rows: Any = table.__table__
        waits = rows.c.failures > 0
        if table is SyncRow:
            waits |= rows.c.waits_for == WaitsFor.ACCESS
            is_active = state_in(rows.c.state, *ACTIVE)  # as the index has it: nearly all syncs have ended
            session.execute(update(rows).where(is_active, rows.c.rests_until > now, waits).values(rests_until=None))
            waits_in_queue = (rows.c.waits_for == WaitsFor.ACCESS, rows.c.due_at.is_(None))
            session.execute(update(rows).where(is_active, *waits_in_queue).values(waits_for=None))
        session.execute(update(rows).where(rows.c.due_at > now, waits).values(due_at=now))
        wake(session, _KINDS[table])
