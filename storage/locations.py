"""The locations that admins set for Service IDs. They take precedence over the group that Webex sends.

To change the mapping and to write license holders, the enterprise must be locked: so each sees what the other wrote.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from storage.engine.conditions import state_in
from storage.engine.database import IN_PORTIONS
from storage.models import EnterpriseRow, LicenseHolderRow, LocationRow, RosterRow
from storage.models.rosters import INDEXED_SERVICE_IDS
from storage.values.folding import fold, sort_key, sort_key_of_folded
from storage.values.license_table import LocationCandidate, LocationChange
from storage.values.records import RosterState

CHUNK = 500
"""How many locations one transaction changes: on SQLite, 500 hold the write lock for some 20 ms."""

_ROWS: Any = LocationRow.__table__
_ENTERPRISES: Any = EnterpriseRow.__table__
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
    .where(_HOLDERS.c.roster_id.in_(_LIVE), text(INDEXED_SERVICE_IDS))
    .where(_HOLDERS.c.service_id_folded.in_(bindparam("folded", expanding=True)))
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
_VERSION = select(_ENTERPRISES.c.locations_version).where(_ENTERPRISES.c.id == bindparam("enterprise"))
_NEXT_VERSION = (
    update(_ENTERPRISES)
    .where(_ENTERPRISES.c.id == bindparam("enterprise"))
    .values(locations_version=_ENTERPRISES.c.locations_version + 1)
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


def version(session: Session, enterprise_id: int) -> int:
    """Return a number that each change of the mapping makes greater."""
    found: int = session.scalars(_VERSION, {"enterprise": enterprise_id}).one()
    return found


def in_every_form(wanted: Mapping[str, str]) -> list[LocationChange]:
    """Return the new locations by Service ID as `change` needs them. Many take long: hold no lock."""
    folded = {location: fold(location) for location in set(wanted.values())}
    sorted_by = {location: sort_key_of_folded(form) for location, form in folded.items()}
    return [
        LocationChange(service_id, fold(service_id), location, folded[location], sorted_by[location])
        for service_id, location in wanted.items()
    ]


def change(session: Session, enterprise_id: int, changes: Sequence[LocationChange], now: datetime) -> None:
    """Set the locations of these Service IDs, or clear them if empty, and update all live rosters.

    The enterprise must be locked. Change at most CHUNK at once: on SQLite, others wait meanwhile.
    """
    rows = [
        {
            "enterprise_id": enterprise_id,
            "service_id": one.service_id,
            "service_id_folded": one.service_id_folded,
            "location": one.location,
            "set_at": now,
        }
        for one in changes
        if one.location
    ]
    cleared = [{"enterprise": enterprise_id, "folded": one.service_id_folded} for one in changes if not one.location]
    connection = session.connection()
    connection.execute(_NEXT_VERSION, {"enterprise": enterprise_id})
    if rows:
        connection.execute(_upsert(connection.dialect.name), rows)
    if cleared:
        connection.execute(_DELETE, cleared)
    by_service_id = {one.service_id_folded: one for one in changes}
    shown = connection.execute(_SHOWN, {"enterprise": enterprise_id, "folded": list(by_service_id)}).all()
    moved = [
        _shown_as(holder, by_service_id[folded], group_id)
        for holder, folded, group_id, location in shown
        if (by_service_id[folded].location or group_id) != location
    ]
    if moved:
        connection.execute(_SET_SHOWN, moved)


def _shown_as(holder: int, changed: LocationChange, group_id: str) -> dict[str, object]:
    if changed.location:
        new = changed.location, changed.location_folded, changed.location_sort
    else:
        new = group_id, fold(group_id), sort_key(group_id)
    return {"holder": holder, "new_location": new[0], "new_folded": new[1], "new_sort": new[2]}


@cache
def _upsert(dialect: str) -> Any:
    statement = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(_ROWS)
    return statement.on_conflict_do_update(
        index_elements=[_ROWS.c.enterprise_id, _ROWS.c.service_id_folded],
        set_={name: statement.excluded[name] for name in ("service_id", "location", "set_at")},
    )
