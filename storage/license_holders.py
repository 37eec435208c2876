"""The license holders of a roster, with the locations of the mapping."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from storage import locations
from storage.models import LicenseHolderRow
from storage.values.folding import fold, sort_key
from storage.values.license_table import LICENSE_COLUMNS, LicenseHolder

CHUNK = 1000
"""How many license holders one statement writes: on SQLite, 1,000 hold the write lock for about 10 ms."""

_ROWS: Any = LicenseHolderRow.__table__
_OF_ROSTER = _ROWS.c.roster_id == bindparam("roster")
_NEXT_POSITION = select(func.coalesce(func.max(_ROWS.c.position) + 1, 0)).where(_OF_ROSTER)
_KNOWN = select(_ROWS.c.subscriber_id, _ROWS.c.id).where(
    _OF_ROSTER, _ROWS.c.subscriber_id.in_(bindparam("subscribers", expanding=True))
)
_VALUES = ("group_id", *(f"{column}{form}" for column in LICENSE_COLUMNS for form in ("", "_folded", "_sort")))
_UPDATE = (
    update(_ROWS).where(_ROWS.c.id == bindparam("holder")).values({name: bindparam(f"new_{name}") for name in _VALUES})
)

Holders = Sequence[tuple[str, LicenseHolder]]
"""Pairs of subscriber id and license holder, with the location that Webex sends."""


def insert_all(session: Session, enterprise_id: int, roster_id: int, first: int, holders: Holders) -> None:
    """Add license holders to a roster, numbered from `first` in their order. The enterprise must be locked."""
    mapped = _mapped_locations(session, enterprise_id, holders)
    rows = [
        {"roster_id": roster_id, "position": first + index, "subscriber_id": subscriber_id, **_values(holder, mapped)}
        for index, (subscriber_id, holder) in enumerate(holders)
    ]
    if rows:
        session.execute(insert(LicenseHolderRow), rows)


def merge(session: Session, enterprise_id: int, roster_id: int, holders: Holders) -> int:
    """Update the license holders that the roster has, in their places, and add the others at its end.

    Return how many were added. The enterprise must be locked.
    """
    added = 0
    for begin in range(0, len(holders), CHUNK):
        chunk = holders[begin : begin + CHUNK]
        subscribers = [subscriber_id for subscriber_id, _ in chunk]
        found = session.execute(_KNOWN, {"roster": roster_id, "subscribers": subscribers})
        known: dict[str, int] = {row.subscriber_id: row.id for row in found}
        mapped = _mapped_locations(session, enterprise_id, chunk)
        changed = [
            {"holder": known[subscriber_id]} | {f"new_{name}": value for name, value in _values(holder, mapped).items()}
            for subscriber_id, holder in chunk
            if subscriber_id in known
        ]
        if changed:
            session.connection().execute(_UPDATE, changed)
        new = [holder for holder in chunk if holder[0] not in known]
        insert_all(session, enterprise_id, roster_id, session.scalar(_NEXT_POSITION, {"roster": roster_id}) or 0, new)
        added += len(new)
    return added


def _mapped_locations(session: Session, enterprise_id: int, holders: Holders) -> dict[str, str]:
    return locations.find(session, enterprise_id, {fold(holder.service_id) for _, holder in holders})


def _values(holder: LicenseHolder, mapped: Mapping[str, str]) -> dict[str, str]:
    values = {"group_id": holder.location}
    shown = replace(holder, location=mapped.get(fold(holder.service_id), holder.location))
    for column in LICENSE_COLUMNS:
        cell: str = getattr(shown, column)
        values[column] = cell
        values[f"{column}_folded"] = fold(cell)
        values[f"{column}_sort"] = sort_key(cell)
    return values
