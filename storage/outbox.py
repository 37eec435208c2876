"""The outbox: what is said to whom, in order for each destination, until Webex has it."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, exists, func, select, update
from sqlalchemy.orm import Session

from storage import destinations
from storage.engine import claims
from storage.engine.conditions import state_in
from storage.engine.database import wake
from storage.engine.inserts import insert_row
from storage.models import AttachmentRow, OutboxRow
from storage.values.messages import Address, Draft
from storage.values.records import Claim

KIND = "outbox"
POST, EDIT = "post", "edit"
OPEN, DELIVERED, FAILED, SUPERSEDED = "open", "delivered", "failed", "superseded"

GIVE_UP_AFTER = timedelta(days=1)
FREE_EDITS = 9


def attach(session: Session, name: str, compressed: bytes) -> int:
    """Keep a gzip-compressed file for outbox rows to carry."""
    return insert_row(session, AttachmentRow, name=name, body=compressed)


def send(session: Session, address: Address, draft: Draft, now: datetime) -> int:
    """Queue a message to an address."""
    return _add(session, destinations.next_number_at(session, address), POST, draft, now, None)


def post(session: Session, destination_id: int, draft: Draft, now: datetime) -> int:
    """Queue a message to a destination."""
    return _add(session, _next_at(session, destination_id), POST, draft, now, None)


def _next_at(session: Session, destination_id: int) -> tuple[int, int]:
    return destination_id, destinations.next_number(session, destination_id)


def edit(session: Session, about_id: int, markdown: str, now: datetime, *, last: bool = False) -> None:
    """Queue a change of a message of ours; a newer change replaces one that waits.

    Webex allows ten edits of a message (its messages API): nine are used freely, the tenth is kept for `last`.
    """
    about = session.get_one(OutboxRow, about_id, with_for_update=True, populate_existing=True)
    in_hand = session.scalar(
        select(func.count()).where(
            OutboxRow.about_id == about_id, OutboxRow.state == OPEN, OutboxRow.lease_until.is_not(None)
        )
    )
    if about.edits + (in_hand or 0) >= FREE_EDITS + int(last) or about.state == FAILED:
        return
    session.execute(
        update(OutboxRow)
        .where(OutboxRow.about_id == about_id, OutboxRow.state == OPEN, OutboxRow.lease_until.is_(None))
        .values(state=SUPERSEDED, due_at=None, ended_at=now)
        .execution_options(synchronize_session=False)
    )
    _add(session, _next_at(session, about.destination_id), EDIT, Draft(markdown), now, about_id)


def _add(session: Session, place: tuple[int, int], kind: str, draft: Draft, now: datetime, about_id: int | None) -> int:
    """`place` is a destination and the number there."""
    destination_id, number = place
    inserted = insert_row(
        session,
        OutboxRow,
        destination_id=destination_id,
        number=number,
        kind=kind,
        about_id=about_id,
        parent_id=draft.parent_id,
        markdown=draft.markdown,
        public_markdown=draft.public_markdown,
        personal=draft.personal,
        enterprise_id=draft.enterprise_id,
        person_id=draft.person_id,
        origin_id=draft.origin_id,
        attachment_id=draft.attachment_id,
        state=OPEN,
        created_at=now,
        due_at=now,
    )
    wake(session, KIND)
    return inserted


_ROWS: Any = OutboxRow.__table__
_earlier: Any = _ROWS.alias("earlier")
_IS_NEXT = ~exists().where(
    _earlier.c.destination_id == _ROWS.c.destination_id,
    _earlier.c.number < _ROWS.c.number,
    _earlier.c.due_at.is_not(None),
)


def claim(connection: Connection, now: datetime) -> OutboxRow | None:
    """Take a due row that is the lowest open one of its destination."""
    return claims.claim(connection, OutboxRow, now, _IS_NEXT)


def next_due(session: Session, now: datetime) -> datetime | None:
    """When the outbox has to be looked at again."""
    return claims.next_due(session, OutboxRow, now)


def mark_delivered(session: Session, row: OutboxRow, now: datetime, message_id: str, room_id: str) -> None:
    """Webex has it."""
    _end(session, row, DELIVERED, now, message_id=message_id, room_id=room_id)
    if row.kind == EDIT:
        session.execute(update(OutboxRow).where(OutboxRow.id == row.about_id).values(edits=OutboxRow.edits + 1))


def give_up(session: Session, row: OutboxRow, now: datetime, error: str) -> None:
    """Webex will not have it: kept, counted, and no longer in the way of the next."""
    _end(session, row, FAILED, now, error=error)


def drop(session: Session, row: OutboxRow, now: datetime) -> None:
    """It need not be said any more."""
    _end(session, row, SUPERSEDED, now)


def _end(session: Session, row: OutboxRow, state: str, now: datetime, **values: str) -> None:
    claims.settle(session, OutboxRow, Claim(row.id, row.attempt), state=state, due_at=None, ended_at=now, **values)
    if row.attachment_id is not None:
        forget_attachment(session, row.attachment_id)


def retry(session: Session, row: OutboxRow, at: datetime, error: str) -> None:
    """Try again later."""
    claims.settle(session, OutboxRow, Claim(row.id, row.attempt), due_at=at, failures=row.failures + 1, error=error)


def retry_without_thread(session: Session, row: OutboxRow, now: datetime) -> None:
    """Try again at once, outside the thread that Webex does not accept."""
    claims.settle(session, OutboxRow, Claim(row.id, row.attempt), parent_id=None, due_at=now)


def replace_text(session: Session, row: OutboxRow, markdown: str, now: datetime) -> None:
    """Replace what a row says by a line that anybody may read."""
    claims.settle(
        session,
        OutboxRow,
        Claim(row.id, row.attempt),
        markdown=markdown,
        personal=False,
        attachment_id=None,
        due_at=now,
    )


def forget_attachment(session: Session, attachment_id: int) -> None:
    """Delete a file unless a message that waits still carries it."""
    session.execute(select(AttachmentRow.id).where(AttachmentRow.id == attachment_id).with_for_update())
    waiting = exists().where(OutboxRow.attachment_id == attachment_id, OutboxRow.due_at.is_not(None))
    if session.scalar(select(waiting)):
        return
    session.execute(
        update(OutboxRow)
        .where(OutboxRow.attachment_id == attachment_id)
        .values(attachment_id=None)
        .execution_options(synchronize_session=False)
    )
    session.execute(delete(AttachmentRow).where(AttachmentRow.id == attachment_id))


def count_failed(session: Session) -> int:
    """How many messages were given up."""
    count = session.scalar(select(func.count()).where(state_in(OutboxRow.state, FAILED)))
    return count or 0
