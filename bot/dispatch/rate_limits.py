"""Limits: commands a minute of one person, files an hour of one enterprise. Operators have none.

The settings say how many. A script must leave capacity for others, and each file reads a whole roster.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.chat.command import CommandSettings, Requester
from bot.chat.message import Limited, TooFast
from bot.commands import COMMANDS
from bot.replies import rate_limits as replies
from storage import audit, waiting_requests
from storage.values.records import Enterprise

COMMANDS_WITHIN = timedelta(minutes=1)
"""The time in which an admin may type `COMMANDS_PER_MINUTE`."""

FILES_WITHIN = timedelta(hours=1)
"""The time in which an enterprise may have `FILES_PER_HOUR`."""

EXPORTING = tuple(command.name for command in COMMANDS if command.exports)


def too_fast(session: Session, settings: CommandSettings, requester: Requester, now: datetime) -> TooFast | None:
    """Return the refusal for an admin who has typed `COMMANDS_PER_MINUTE` within COMMANDS_WITHIN; else None."""
    most = settings.commands_per_minute
    if requester.is_operator or not requester.enterprise_ids:
        return None
    # Commands that wait are not in the audit yet.
    left = most - waiting_requests.count(session, requester.person_id)
    if left <= 0:
        return TooFast(replies.too_many(most, COMMANDS_WITHIN))
    nth = audit.nth_command(session, requester.person_id, left, now - COMMANDS_WITHIN)
    return None if nth is None else TooFast(replies.too_many(most, nth + COMMANDS_WITHIN - now))


def check_exports(
    session: Session, settings: CommandSettings, requester: Requester, enterprise: Enterprise, now: datetime
) -> None:
    """Raise Limited if an enterprise has had `FILES_PER_HOUR` within FILES_WITHIN."""
    most = settings.files_per_hour
    if requester.is_operator:
        return
    nth = audit.nth_export(session, enterprise.id, EXPORTING, most, now - FILES_WITHIN)
    if nth is not None:
        raise Limited(replies.too_many_exports(most, nth + FILES_WITHIN, now, enterprise))
