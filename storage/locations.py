"""The locations that admins set for Service IDs. They take precedence over the group that Webex sends.

To change the mapping and to write license holders, the enterprise must be locked: so each sees what the other wrote.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from storage.engine.conditions import state_in
from storage.engine.database import IN_PORTIONS
from storage.models import LicenseHolderRow, LocationRow, RosterRow
from storage.values.folding import fold, sort_key
from storage.values.license_table import LocationCandidate
from storage.values.records import RosterState

_ROWS: Any = LocationRow.__table__
_HOLDERS: Any = LicenseHolderRow.__table__
_ROSTERS: Any = RosterRow.__table__

_OF_ENTERPRISE = _ROWS.c.enterprise_id == bindparam("enterprise")
_MAPPING = select(_ROWS.c.service_id_folded, _ROWS.c.location).where(_OF_ENTERPRISE)
_FIND = _MAPPING.where(_ROWS.c.service_id_folded.in_(bindparam("folded", expanding=True)))
_IN_ORDER = select(_ROWS.c.service_id, _ROWS.c.location).where(_OF_ENTERPRISE).order_by(_ROWS.c.service_id_folded)
_COUNT = select(func.count()).select_from(_ROWS).where(_OF_ENTERPRISE)
_DELETE = delete(_ROWS).where(_OF_ENTERPRISE, _ROWS.c.service_id_folded == bindparam("folded"))
_ROSTERS_OF = select(_ROSTERS.c.id).where(_ROSTERS.c.enterprise_id == bindparam("enterprise"))
_CURRENT = _ROSTERS_OF.where(state_in(_ROSTERS.c.state, RosterState.CURRENT))
_LIVE = _ROSTERS_OF.where(state_in(_ROSTERS.c.state, RosterState.WANTED, RosterState.CURRENT))
_CANDIDATES = select(
    _HOLDERS.c.service_id, _HOLDERS.c.service_id_folded, _HOLDERS.c.ext_folded, _HOLDERS.c.email, _HOLDERS.c.location
).where(_HOLDERS.c.roster_id == _CURRENT.scalar_subquery())
_SHOWN = (
    select(_HOLDERS.c.id, _HOLDERS.c.service_id_folded, _HOLDERS.c.group_id, _HOLDERS.c.location)
    .where(_HOLDERS.c.roster_id.in_(_LIVE))
    .order_by(_HOLDERS.c.id)
)
_SET_SHOWN = (
    update(_HOLDERS)
    .where(_HOLDERS.c.id == bindparam("holder"))
    .values(
        location=bindparam("new_location"),
        location_folded=bindparam("new_folded"),
        location_sort=bindparam("new_sort"),
    )
)


def mapping(session: Session, enterprise_id: int) -> dict[str, str]:
    """Return all locations by folded Service ID."""
    found = session.execute(_MAPPING, {"enterprise": enterprise_id})
    return {row.service_id_folded: row.location for row in found}


def find(session: Session, enterprise_id: int, folded: Collection[str]) -> dict[str, str]:
    """Return the locations of these folded Service IDs, without those that have none."""
    found = session.execute(_FIND, {"enterprise": enterprise_id, "folded": list(folded)})
    return {row.service_id_folded: row.location for row in found}


def in_order(session: Session, enterprise_id: int) -> Iterator[tuple[str, str]]:
    """Return all Service IDs with their locations, in order of Service ID."""
    for row in session.execute(_IN_ORDER, {"enterprise": enterprise_id}, execution_options=IN_PORTIONS):
        yield row.service_id, row.location


def count(session: Session, enterprise_id: int) -> int:
    """Count the Service IDs that have a location."""
    return session.scalar(_COUNT, {"enterprise": enterprise_id}) or 0


def candidates(session: Session, enterprise_id: int) -> Iterator[LocationCandidate]:
    """Return the license holders of the current roster as candidates for a location."""
    for row in session.execute(_CANDIDATES, {"enterprise": enterprise_id}, execution_options=IN_PORTIONS):
        yield LocationCandidate(*row)


def change(session: Session, enterprise_id: int, wanted: Mapping[str, str], now: datetime) -> None:
    """Set the locations of these Service IDs, or clear them if empty, and update all live rosters.

    The enterprise must be locked.
    """
    new_locations = {fold(service_id): location for service_id, location in wanted.items()}
    rows = [
        {
            "enterprise_id": enterprise_id,
            "service_id": service_id,
            "service_id_folded": fold(service_id),
            "location": location,
            "set_at": now,
        }
        for service_id, location in wanted.items()
        if location
    ]
    cleared = [
        {"enterprise": enterprise_id, "folded": folded} for folded, location in new_locations.items() if not location
    ]
    connection = session.connection()
    if rows:
        connection.execute(_upsert(connection.dialect.name), rows)
    if cleared:
        connection.execute(_DELETE, cleared)
    shown = session.execute(_SHOWN, {"enterprise": enterprise_id}, execution_options=IN_PORTIONS)
    moved = [
        {"holder": holder, "new_location": new, "new_folded": fold(new), "new_sort": sort_key(new)}
        for holder, folded, group_id, location in shown
        if folded in new_locations and (new := new_locations[folded] or group_id) != location
    ]
    if moved:
        connection.execute(_SET_SHOWN, moved)


@cache
def _upsert(dialect: str) -> Any:
    statement = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(_ROWS)
    return statement.on_conflict_do_update(
        index_elements=[_ROWS.c.enterprise_id, _ROWS.c.service_id_folded],
        set_={name: statement.excluded[name] for name in ("service_id", "location", "set_at")},
    )
