"""An overview of all enterprises. The number of statements does not grow with the number of enterprises."""

from collections import Counter, defaultdict
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage import enterprises
from storage.engine.conditions import state_in
from storage.history import ATTEMPT_STATES
from storage.models import AdminRow, SpaceRow, SyncRow
from storage.values.records import Overview

_SYNCS: Any = SyncRow.__table__
_LAST = select(func.max(_SYNCS.c.id)).where(state_in(_SYNCS.c.state, *ATTEMPT_STATES)).group_by(_SYNCS.c.enterprise_id)


def find_all(session: Session) -> list[Overview]:
    """Return an overview of each enterprise in use, in order of key."""
    admins: dict[int, list[str]] = defaultdict(list)
    for row in session.execute(select(AdminRow.enterprise_id, AdminRow.email).order_by(AdminRow.email_folded)):
        admins[row.enterprise_id].append(row.email)
    spaces = Counter(session.scalars(select(SpaceRow.enterprise_id)))
    found = session.execute(
        select(_SYNCS.c.enterprise_id, _SYNCS.c.state, _SYNCS.c.ended_at).where(_SYNCS.c.id.in_(_LAST))
    )
    last = {row.enterprise_id: row for row in found}
    overviews = []
    for enterprise in enterprises.in_use(session):
        sync = last.get(enterprise.id)
        state, ended_at = (None, None) if sync is None else (sync.state, sync.ended_at)
        overviews.append(Overview(enterprise, tuple(admins[enterprise.id]), spaces[enterprise.id], state, ended_at))
    return overviews
