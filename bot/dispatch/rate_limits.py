"""Limits: commands a minute of one person, files an hour of one enterprise. Operators have none."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.chat.command import Requester
from bot.chat.message import Limited, TooFast
from bot.commands import COMMANDS
from bot.replies import rate_limits as replies
from storage import audit, waiting_requests
from storage.values.records import Enterprise

MAX_COMMANDS, COMMANDS_WITHIN = 30, timedelta(minutes=1)
"""Commands of one admin: nobody types faster, and a script must leave capacity for others."""

MAX_EXPORTS, EXPORTS_WITHIN = 60, timedelta(hours=1)
"""Files of one enterprise's license holders and locations: each reads its whole roster, and others wait meanwhile."""

EXPORTING = tuple(command.name for command in COMMANDS if command.exports)


def too_fast(session: Session, requester: Requester, now: datetime) -> TooFast | None:
    """Return the refusal for an admin who has typed MAX_COMMANDS within COMMANDS_WITHIN; else None."""
    if requester.is_operator or not requester.enterprise_ids:
        return None
    # Commands that wait are not in the audit yet.
    left = MAX_COMMANDS - waiting_requests.count(session, requester.person_id)
    if left <= 0:
        return TooFast(replies.too_many(MAX_COMMANDS, COMMANDS_WITHIN))
    nth = audit.nth_command(session, requester.person_id, left, now - COMMANDS_WITHIN)
    return None if nth is None else TooFast(replies.too_many(MAX_COMMANDS, nth + COMMANDS_WITHIN - now))


def check_exports(session: Session, requester: Requester, enterprise: Enterprise, now: datetime) -> None:
    """Raise Limited if an enterprise has had MAX_EXPORTS within EXPORTS_WITHIN."""
    if requester.is_operator:
        return
    nth = audit.nth_export(session, enterprise.id, EXPORTING, MAX_EXPORTS, now - EXPORTS_WITHIN)
    if nth is not None:
        raise Limited(replies.too_many_exports(MAX_EXPORTS, nth + EXPORTS_WITHIN, now, enterprise))
