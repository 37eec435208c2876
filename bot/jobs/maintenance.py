"""Renews the leases of the rows in hand, and deletes old rows, a portion at a time."""

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from sqlalchemy.orm import Session

from bot.dispatch import silence
from bot.jobs.engine.context import Context
from storage import denials, retention, rosters

log = logging.getLogger(__name__)

KEEP_FOR = timedelta(days=31)
"""How long events and messages are kept: a day longer than the door accepts an event, because clocks differ."""

KEEP_DENIALS_FOR = timedelta(days=1)
"""How long denials are kept after their silence has ended: by then the audit has what they counted."""

KEEP_AUDIT_FOR = timedelta(days=400)
"""How long audit rows are kept: a year, and a month to ask about it."""


def renew(context: Context) -> None:
    """Renew the leases of the rows that this process works on."""
    context.held.renew(context.database, context.now())


def close_silences(context: Context) -> None:
    """Write into the audit how often people were refused without a word."""
    with context.database.quick_read() as session:
        if not denials.has_ended(session, context.now()):
            return
    _in_portions(context, partial(silence.close, now=context.now()))


def prune(context: Context) -> None:
    """Delete old events, delivered messages, old audit rows, old denials and replaced rosters."""
    for delete, kept in (
        (retention.inbox, KEEP_FOR),
        (retention.outbox, KEEP_FOR),
        (retention.audit, KEEP_AUDIT_FOR),
        (retention.denials, KEEP_DENIALS_FOR),
    ):
        _in_portions(context, partial(delete, before=context.now() - kept))
    while not context.stopping.is_set():
        with context.database.read() as session:
            roster_id = rosters.find_obsolete(session)
        if roster_id is None:
            return
        with context.database.write() as session:
            rosters.clear(session, roster_id)


def _in_portions(context: Context, work: Callable[[Session], bool]) -> None:
    """Do this work, each portion in its own transaction, until it says that there is no more."""
    more = True
    while more and not context.stopping.is_set():
        with context.database.write() as session:
            more = work(session)
