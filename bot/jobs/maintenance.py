"""Renews the leases of the rows in hand, and deletes old rows, a portion at a time."""

import logging
from datetime import timedelta

from bot.jobs.engine.context import Context
from storage import retention, rosters

log = logging.getLogger(__name__)

KEEP_FOR = timedelta(days=31)
"""How long events and messages are kept: a day longer than the door accepts an event, because clocks differ."""

KEEP_AUDIT_FOR = timedelta(days=400)
"""How long audit rows are kept: a year, and a month to ask about it."""


def renew(context: Context) -> None:
    """Renew the leases of the rows that this process works on."""
    context.held.renew(context.database, context.now())


def prune(context: Context) -> None:
    """Delete old events, delivered messages, old audit rows and replaced rosters."""
    for delete, kept in ((retention.inbox, KEEP_FOR), (retention.outbox, KEEP_FOR), (retention.audit, KEEP_AUDIT_FOR)):
        more = True
        while more and not context.stopping.is_set():
            with context.database.write() as session:
                more = delete(session, context.now() - kept)
    while not context.stopping.is_set():
        with context.database.read() as session:
            roster_id = rosters.find_obsolete(session)
        if roster_id is None:
            return
        with context.database.write() as session:
            rosters.clear(session, roster_id)
