"""Who was refused just now and is not told again for a while: what such a person repeats is counted, not listed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, select, update
from sqlalchemy.orm import Session

from storage.engine.inserts import insert_if_missing
from storage.models import DenialRow
from storage.models.columns import UTCDateTime
from storage.values.records import Identity


@dataclass(frozen=True, slots=True)
class Silence:
    """The time in which a person is not told again what they were told.

    `outcome` is the audit's word for what they were told. `email` is the address that they had then, and `rights` a
    digest of their rights. `repeats` counts what was refused without a word since then and is not in the audit yet;
    `repeated_at` is when that happened last.
    """

    id: int
    person_id: str
    email: str
    outcome: str
    rights: str
    until: datetime
    repeats: int
    repeated_at: datetime | None


_ROWS: Any = DenialRow.__table__
_SILENCES: Select[Any] = select(
    *(_ROWS.c[name] for name in ("id", "person_id", "email", "outcome", "rights")),
    *(_ROWS.c[name] for name in ("silent_until", "repeats", "repeated_at")),
)
_CURRENT = _SILENCES.where(
    _ROWS.c.person_id == bindparam("person"), _ROWS.c.silent_until > bindparam("now", type_=UTCDateTime)
)
_LOCK = _SILENCES.where(
    _ROWS.c.person_id == bindparam("person"), _ROWS.c.outcome == bindparam("kind")
).with_for_update()
_ENDED = _SILENCES.where(_ROWS.c.repeats > 0, _ROWS.c.silent_until <= bindparam("now", type_=UTCDateTime))
_COUNT = (
    update(_ROWS)
    .where(_ROWS.c.id == bindparam("row"), _ROWS.c.silent_until > bindparam("now", type_=UTCDateTime))
    .values(repeats=_ROWS.c.repeats + 1, repeated_at=bindparam("now", type_=UTCDateTime))
    .returning(_ROWS.c.id)
)


def current(session: Session, person_id: str, now: datetime) -> list[Silence]:
    """Return the silences of a person that have not ended."""
    return [Silence(*row) for row in session.execute(_CURRENT, {"person": person_id, "now": now})]


def lock(session: Session, who: Identity, outcome: str, now: datetime) -> Silence:
    """Lock a person's silence of one kind, so that nobody else begins it. One that is new has ended already."""
    values = {"person_id": who.person_id, "email": who.email, "outcome": outcome, "rights": ""}
    insert_if_missing(session, DenialRow, **values, silent_until=now, repeats=0)
    return Silence(*session.execute(_LOCK, {"person": who.person_id, "kind": outcome}).one())


def begin(session: Session, silence: Silence, email: str, rights: str, until: datetime) -> None:
    """Begin a locked silence again, with no repeats."""
    values = {"email": email, "rights": rights, "silent_until": until, "repeats": 0, "repeated_at": None}
    session.execute(update(_ROWS).where(_ROWS.c.id == silence.id).values(**values))


def count_repeat(session: Session, silence_id: int, now: datetime) -> bool:
    """Count what is refused in a silence without a word. Return False, and count nothing, if the silence has ended."""
    return session.scalar(_COUNT, {"row": silence_id, "now": now}) is not None


def has_ended(session: Session, now: datetime) -> bool:
    """Return whether a silence with repeats has ended."""
    return session.scalar(_ENDED.limit(1), {"now": now}) is not None


def take_repeats(session: Session, now: datetime, limit: int) -> Sequence[Silence]:
    """Return silences that have ended with repeats, and reset those; other processes get other silences."""
    ended = _ENDED.limit(limit).with_for_update(skip_locked=True)
    found = [Silence(*row) for row in session.execute(ended, {"now": now})]
    reset = update(_ROWS).where(_ROWS.c.id.in_([silence.id for silence in found]))
    session.execute(reset.values(repeats=0, repeated_at=None))
    return found
