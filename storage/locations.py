"""The locations mapping: which Service ID is where, as admins say; it comes before the group that Webex sends.

Whoever changes it locks the enterprise first, and so does whoever writes license holders: each sees what the other did.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from storage.engine.conditions import state_in
from storage.models import LicenseHolderRow, LocationRow, RosterRow
from storage.values.folding import fold, sort_key
from storage.values.license_table import LocationCandidate
from storage.values.records import RosterState

_ROWS: Any = LocationRow.__table__
_HOLDERS: Any = LicenseHolderRow.__table__
_ROSTERS: Any = RosterRow.__table__

_OF_ENTERPRISE = _ROWS.c.enterprise_id == bindparam("enterprise")
_KNOWN = select(_ROWS.c.service_id_folded, _ROWS.c.location).where(_OF_ENTERPRISE)
_SOME = _KNOWN.where(_ROWS.c.service_id_folded.in_(bindparam("folded", expanding=True)))
_LISTED = select(_ROWS.c.service_id, _ROWS.c.location).where(_OF_ENTERPRISE).order_by(_ROWS.c.service_id_folded)
_COUNT = select(func.count()).select_from(_ROWS).where(_OF_ENTERPRISE)
_DELETING = delete(_ROWS).where(_OF_ENTERPRISE, _ROWS.c.service_id_folded == bindparam("folded"))
_ROSTERS_OF = select(_ROSTERS.c.id).where(_ROSTERS.c.enterprise_id == bindparam("enterprise"))
_CURRENT = _ROSTERS_OF.where(state_in(_ROSTERS.c.state, RosterState.CURRENT))
_LIVE = _ROSTERS_OF.where(state_in(_ROSTERS.c.state, RosterState.WANTED, RosterState.CURRENT))
_PEOPLE = select(
    _HOLDERS.c.service_id, _HOLDERS.c.service_id_folded, _HOLDERS.c.ext_folded, _HOLDERS.c.email, _HOLDERS.c.location
).where(_HOLDERS.c.roster_id == _CURRENT.scalar_subquery())
_SHOWN = (
    select(_HOLDERS.c.id, _HOLDERS.c.service_id_folded, _HOLDERS.c.group_id, _HOLDERS.c.location)
    .where(_HOLDERS.c.roster_id.in_(_LIVE))
    .order_by(_HOLDERS.c.id)
)
_SHOWING = (
    update(_HOLDERS)
    .where(_HOLDERS.c.id == bindparam("holder"))
    .values(
        location=bindparam("place"),
        location_folded=bindparam("place_folded"),
        location_sort=bindparam("place_sort"),
    )
)
_IN_PORTIONS = {"yield_per": 2000}


def mapping(session: Session, enterprise_id: int) -> dict[str, str]:
    """The whole mapping, by folded Service ID."""
    found = session.execute(_KNOWN, {"enterprise": enterprise_id})
    return {row.service_id_folded: row.location for row in found}


def find(session: Session, enterprise_id: int, folded: Collection[str]) -> dict[str, str]:
    """What the mapping says of these folded Service IDs."""
    found = session.execute(_SOME, {"enterprise": enterprise_id, "folded": list(folded)})
    return {row.service_id_folded: row.location for row in found}


def in_order(session: Session, enterprise_id: int) -> Iterator[tuple[str, str]]:
    """Every Service ID with its location, in order of Service ID."""
    for row in session.execute(_LISTED, {"enterprise": enterprise_id}, execution_options=_IN_PORTIONS):
        yield row.service_id, row.location


def count(session: Session, enterprise_id: int) -> int:
    """How many Service IDs the mapping has."""
    return session.scalar(_COUNT, {"enterprise": enterprise_id}) or 0


def candidates(session: Session, enterprise_id: int) -> Iterator[LocationCandidate]:
    """By what the license holders of the current roster can be named, and where they are."""
    for row in session.execute(_PEOPLE, {"enterprise": enterprise_id}, execution_options=_IN_PORTIONS):
        yield LocationCandidate(*row)


def change(session: Session, enterprise_id: int, wanted: Mapping[str, str], now: datetime) -> None:
    """Set the locations of these Service IDs, or clear them where empty, and show that in every roster there is.

    The enterprise has to be locked.
    """
    places = {fold(service_id): location for service_id, location in wanted.items()}
    new = [
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
    gone = [{"enterprise": enterprise_id, "folded": folded} for folded, location in places.items() if not location]
    connection = session.connection()
    if new:
        connection.execute(_setting(connection.dialect.name), new)
    if gone:
        connection.execute(_DELETING, gone)
    shown = session.execute(_SHOWN, {"enterprise": enterprise_id}, execution_options=_IN_PORTIONS)
    moved = [
        {"holder": holder, "place": place, "place_folded": fold(place), "place_sort": sort_key(place)}
        for holder, folded, group_id, location in shown
        if folded in places and (place := places[folded] or group_id) != location
    ]
    if moved:
        connection.execute(_SHOWING, moved)


@cache
def _setting(dialect: str) -> Any:
    inserting = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(_ROWS)
    return inserting.on_conflict_do_update(
        index_elements=[_ROWS.c.enterprise_id, _ROWS.c.service_id_folded],
        set_={name: inserting.excluded[name] for name in ("service_id", "location", "set_at")},
    )
