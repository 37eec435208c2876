"""Messages that no webhook told of, though one should have: they are counted, and operators are told of many."""

import logging
import uuid
from datetime import timedelta

from bot.jobs.engine.context import Context
from bot.replies import looking_back as replies
from bot.services import operators
from storage import inbox
from storage.engine import leases

log = logging.getLogger(__name__)

MANY = 3
"""How many missed messages the operators are told of: one can be Webex's accident."""

WITHIN = timedelta(minutes=10)
"""In what time MANY must be missed."""

TELL_AGAIN_AFTER = timedelta(hours=1)
"""Minimum time between two messages to the operators."""

_TOLD = "missed messages told"


def report(context: Context, count: int) -> None:
    """Log that looking back has found messages that no webhook told of; tell the operators if these are many lately."""
    log.info("webhooks missed %d messages, which looking back has found", count)
    now, address = context.now(), context.settings.bot_public_url
    with context.database.write() as session:
        missed = inbox.count_missed(session, now - WITHIN)
        if missed < MANY or not leases.take(session, _TOLD, uuid.uuid4().hex, now, TELL_AGAIN_AFTER):
            return
        operators.tell(session, replies.missed(missed, WITHIN, address), now)
    log.warning(
        "webhooks missed %d messages in %d min: is %s/webhooks reachable?", missed, WITHIN.seconds // 60, address
    )
