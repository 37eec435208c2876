"""Upkeep: renews the leases in hand, and deletes what nobody needs any more, a portion at a time."""

import logging
from datetime import timedelta

from bot.context import Context
from storage import pruning, rosters

log = logging.getLogger(__name__)

KEPT = timedelta(days=30)


def renew(context: Context) -> None:
    """Lengthen the leases of the rows in hand."""
    context.held.renew(context.database, context.now())


def prune(context: Context) -> None:
    """Delete old events, delivered messages and replaced rosters."""
    before = context.now() - KEPT
    for delete in (pruning.inbox, pruning.outbox):
        more = True
        while more and not context.stopping.is_set():
            with context.database.write() as session:
                more = delete(session, before)
    while not context.stopping.is_set():
        with context.database.read() as session:
            roster_id = rosters.obsolete(session)
        if roster_id is None:
            return
        with context.database.write() as session:
            rosters.clear(session, roster_id)
