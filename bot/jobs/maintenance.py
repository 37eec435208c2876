"""Upkeep: renews the leases in hand, and deletes what nobody needs any more, a portion at a time."""

import logging
from datetime import timedelta

from bot.jobs.engine.context import Context
from storage import retention, rosters

log = logging.getLogger(__name__)

KEEP_FOR = timedelta(days=31)
"""A day longer than the door takes events for new, as clocks differ."""

AUDIT_KEPT = timedelta(days=400)


def renew(context: Context) -> None:
    """Lengthen the leases of the rows in hand."""
    context.held.renew(context.database, context.now())


def prune(context: Context) -> None:
    """Delete old events, delivered messages, old rows of the audit and replaced rosters."""
    for delete, kept in ((retention.inbox, KEEP_FOR), (retention.outbox, KEEP_FOR), (retention.audit, AUDIT_KEPT)):
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
