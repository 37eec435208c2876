"""The outbox: messages and edits to send, in order for each destination, until Webex has accepted them."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, delete, exists, func, insert, select, update
from sqlalchemy.orm import Session

from storage import destinations
from storage.engine import claims
from storage.engine.conditions import none_exists, state_in
from storage.engine.database import wake
from storage.engine.inserts import insert_row
from storage.engine.parking import is_line_long, is_not_parked, let_next_in
from storage.engine.turn_claims import turn_claimer
from storage.models import AttachmentRow, OutboxRow
from storage.models.columns import UTCDateTime
from storage.values.messages import Address, Draft
from storage.values.records import Claim
from storage.values.turns import OPERATORS, OTHERS

KIND = "outbox"
POST, EDIT = "post", "edit"
OPEN, DELIVERED, FAILED, SUPERSEDED = "open", "delivered", "failed", "superseded"
UNREACHABLE = "unreachable"
"""Webex does not know the address of the message. This is no failure of the bot, so it is not counted as one."""

GIVE_UP_AFTER = timedelta(days=1)
"""How long a message is tried: an outage of Webex is over by then, or the message is no longer of use."""
MAX_EDITS = 9
"""Webex allows ten edits of a message (its messages API). One is left for the last edit."""
_ROWS: Any = OutboxRow.__table__
_earlier: Any = _ROWS.alias("earlier")
_IS_NEXT = none_exists(
    _earlier.c.destination_id == _ROWS.c.destination_id,
    _earlier.c.number < _ROWS.c.number,
    _earlier.c.due_at.is_not(None),
)
_HURRIED = select(_ROWS.c.id).where(
    _ROWS.c.destination_id == bindparam("destination"), _ROWS.c.due_at.is_not(None), _ROWS.c.can_wait
)
# It waits for no row: the work that ends a row may wait for the destination, which is locked here.
_HURRY = (
    update(_ROWS)
    .where(_ROWS.c.id.in_(_HURRIED.with_for_update(skip_locked=True, key_share=True)))
    .values(can_wait=False)
)
"""An answer is sent after what is numbered before it, so notices to its destination go as early as answers."""

_ABOUT: Any = bindparam("about")
_EDITED: Select[Any] = (
    select(*(_ROWS.c[name] for name in ("enterprise_id", "turn", "edits", "state")))
    .where(_ROWS.c.id == _ABOUT)
    .with_for_update()
)
_OPEN_EDITS = select(_ROWS.c.lease_until).where(_ROWS.c.about_id == _ABOUT, state_in(_ROWS.c.state, OPEN))
_SUPERSEDE = (
    update(_ROWS)
    .where(_ROWS.c.about_id == _ABOUT, state_in(_ROWS.c.state, OPEN), _ROWS.c.lease_until.is_(None))
    .values(state=SUPERSEDED, due_at=None, ended_at=bindparam("now", type_=UTCDateTime))
    .returning(_ROWS.c.id)
)
_IS_PARKED = is_line_long(OutboxRow, "destination_id", "number")
_LET_NEXT_IN = let_next_in(OutboxRow, "destination_id", "number")
_ADD = insert(_ROWS).values(parked=_IS_PARKED).returning(_ROWS.c.id)
_COUNT_EDIT = update(_ROWS).where(_ROWS.c.id == _ABOUT).values(edits=_ROWS.c.edits + 1)

_FILES: Any = AttachmentRow.__table__
_FILE: Any = bindparam("file")
_CARRIES = _ROWS.c.attachment_id == _FILE
_LOCK_FILE = select(_FILES.c.id).where(_FILES.c.id == _FILE).with_for_update()
_LEAVE_FILE = update(_ROWS).where(_CARRIES, _ROWS.c.due_at.is_(None)).values(attachment_id=None)
_DELETE_FILE = delete(_FILES).where(_FILES.c.id == _FILE, ~exists().where(_CARRIES))


def attach(session: Session, name: str, compressed: bytes) -> int:
    """Store a gzip-compressed file for outbox rows. Return its id."""
    return insert_row(session, AttachmentRow, name=name, body=compressed)


def send(session: Session, address: Address, draft: Draft, now: datetime) -> int:
    """Queue a message to an address. Return the id of the outbox row."""
    return _add(session, destinations.next_number_at(session, address), POST, draft, now, None)


def post(session: Session, destination_id: int, draft: Draft, now: datetime) -> int:
    """Queue a message to a destination. Return the id of the outbox row."""
    numbered = destination_id, destinations.next_number(session, destination_id)
    return _add(session, numbered, POST, draft, now, None)


def edit(session: Session, about_id: int, markdown: str, now: datetime, *, last: bool = False) -> None:
    """Queue an edit of a message. It replaces an edit that still waits.

    Do nothing if the message was given up or has had `MAX_EDITS`. The `last` edit may be one more.
    """
    numbered = destinations.next_number_of(session, about_id)  # locks the destination first, as `send` does
    about = session.execute(_EDITED, {"about": about_id}).one()
    leases = session.scalars(_OPEN_EDITS, {"about": about_id}).all()
    being_sent = sum(lease is not None for lease in leases)
    if about.edits + being_sent >= MAX_EDITS + int(last) or about.state in (FAILED, UNREACHABLE):
        return
    if being_sent < len(leases):
        for superseded in session.scalars(_SUPERSEDE, {"about": about_id, "now": now}).all():
            session.execute(_LET_NEXT_IN, {"of": superseded})
    draft = Draft(markdown, enterprise_id=about.enterprise_id, is_notice=True, turn=about.turn)
    _add(session, numbered, EDIT, draft, now, about_id)


def _add(
    session: Session, numbered: tuple[int, int], kind: str, draft: Draft, now: datetime, about_id: int | None
) -> int:
    """Add a row. `numbered` is a destination and the number of the row there."""
    destination_id, number = numbered
    if not draft.is_notice:
        session.execute(_HURRY, {"destination": destination_id})
    values = asdict(draft) | {
        "destination_id": destination_id,
        "number": number,
        "kind": kind,
        "about_id": about_id,
        "turn": _turn(draft),
        "can_wait": draft.is_notice,
        "state": OPEN,
        "created_at": now,
        "due_at": now,
        "line": destination_id,
    }
    wake(session, KIND)
    outbox_id: int = session.execute(_ADD, values).scalar_one()
    return outbox_id


def _turn(draft: Draft) -> int:
    if draft.turn is not None:
        return draft.turn
    return draft.enterprise_id or (OPERATORS if draft.for_operators else OTHERS)


claim = turn_claimer(OutboxRow, _IS_NEXT, can_wait=_ROWS.c.can_wait)
"""Claim a due row that has the lowest open number of its destination, in turns; rows that can wait come last."""
next_due = claims.next_due_of(OutboxRow, is_not_parked(_ROWS))


def mark_delivered(session: Session, row: OutboxRow, now: datetime, message_id: str, room_id: str, **said: str) -> None:
    """End a row that Webex has accepted. `said` has the row's `markdown` if another text was posted instead."""
    _end(session, row, DELIVERED, now, message_id=message_id, room_id=room_id, **said)


def give_up(session: Session, row: OutboxRow, now: datetime, error: str) -> None:
    """End a row that Webex does not accept. It is kept and counted, and the next row of its destination can go."""
    _end(session, row, FAILED, now, error=error)


def give_up_unreachable(session: Session, row: OutboxRow, now: datetime, error: str) -> None:
    """End a row to an address that Webex does not know."""
    _end(session, row, UNREACHABLE, now, error=error)


def drop(session: Session, row: OutboxRow, now: datetime) -> None:
    """End a row that is no longer needed."""
    _end(session, row, SUPERSEDED, now)


def withhold(session: Session, row: OutboxRow, now: datetime) -> None:
    """End a row whose reader may not have it any more, and delete its text."""
    _end(session, row, SUPERSEDED, now, markdown="")


def _end(session: Session, row: OutboxRow, state: str, now: datetime, **values: str) -> None:
    claims.settle(session, OutboxRow, Claim(row.id, row.attempt), state=state, due_at=None, ended_at=now, **values)
    if row.kind == EDIT and state == DELIVERED:
        session.execute(_COUNT_EDIT, {"about": row.about_id})  # before the next row is let in, as in `edit`
    session.execute(_LET_NEXT_IN, {"of": row.id})
    if row.attachment_id is not None:
        forget_attachment(session, row.attachment_id)


def retry_without_thread(session: Session, row: OutboxRow, now: datetime) -> None:
    """Send a row again now, outside the thread that Webex does not accept."""
    claims.settle(session, OutboxRow, Claim(row.id, row.attempt), parent_id=None, due_at=now)


def replace_text(session: Session, row: OutboxRow, markdown: str, now: datetime) -> None:
    """Replace a row's text and file with a line without personal data, and send that now."""
    values = {"markdown": markdown, "personal": False, "attachment_id": None, "due_at": now}
    claims.settle(session, OutboxRow, Claim(row.id, row.attempt), **values)


def forget_attachment(session: Session, attachment_id: int) -> None:
    """Delete a file, unless an open row carries it."""
    for statement in (_LOCK_FILE, _LEAVE_FILE, _DELETE_FILE):
        session.execute(statement, {"file": attachment_id})


def count_failed(session: Session) -> int:
    """Count the rows that were given up."""
    return session.scalar(select(func.count()).where(state_in(OutboxRow.state, FAILED))) or 0
