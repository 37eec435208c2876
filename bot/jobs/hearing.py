"""Decides whether an event is read from Webex at all: a person without rights costs few reads."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime

from sqlalchemy.orm import Session

from bot.dispatch import silence
from bot.jobs.engine.context import Context
from storage import denials, inbox, rights
from storage.models import InboxRow
from storage.values.records import Claim, Identity
from storage.values.turns import WITHOUT_RIGHTS


def hear(context: Context, row: InboxRow, person_id: str, read: Callable[[], None], outcome: str = "") -> None:
    """Have an event of a person read, or end it unread because the person is silent.

    `outcome` names a kind of silence that ends this event for everybody, whatever their rights. An event of a person
    without rights waits while another one of theirs is read, or could not be read just now: its answer decides.
    """
    if row.waited:  # it was heard before it waited
        read()
        return
    with context.database.quick_read() as session:
        is_known = row.turn not in WITHOUT_RIGHTS or _has_rights(session, person_id)
    with nullcontext() if is_known else context.strangers.only(person_id, context.now()) as free_at:
        if free_at is not None:
            with context.database.single_write() as connection:
                inbox.put_off(connection, Claim(row.id, row.attempt), free_at)
        elif not _end_unread(context, row, person_id, outcome):
            read()


def leave_unheard(session: Session, person_id: str, now: datetime) -> None:
    """Have no event of a person without rights read for a minute, because one was read for nothing."""
    if person_id and not _has_rights(session, person_id):
        silence.begin(session, Identity(person_id, ""), silence.UNHEARD, now, now + silence.REPEAT_AFTER)


def _has_rights(session: Session, person_id: str) -> bool:
    return rights.find(session, Identity(person_id, "")).has_any


def _end_unread(context: Context, row: InboxRow, person_id: str, outcome: str) -> bool:
    now = context.now()
    with context.database.quick_read() as session:
        found = silence.find(session, person_id, now, outcome)
    if found is None:
        return False
    with context.database.write() as session:
        if not denials.count_repeat(session, found.id, now):
            return False
        inbox.end(session, Claim(row.id, row.attempt), inbox.DROPPED)
    return True
