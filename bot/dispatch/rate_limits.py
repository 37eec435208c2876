"""Limits: commands a minute of one person, files an hour of one enterprise. Operators have none.

The settings say how many. A script must leave capacity for others, and each file reads a whole roster.
"""

import math
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.chat.command import CommandSettings, Requester
from bot.chat.message import Denial, Limited, TooFast
from bot.commands import COMMANDS
from bot.replies import rate_limits as replies
from storage import audit, denials, waiting_requests
from storage.values.records import Enterprise

COMMANDS_WITHIN = timedelta(minutes=1)
"""The time in which an admin may type `COMMANDS_PER_MINUTE`."""

MIN_SILENCE = timedelta(seconds=5)
"""The shortest time for which a person who typed too much is not answered: less is over before they have read of it."""

FILES_WITHIN = timedelta(hours=1)
"""The time in which an enterprise may have `FILES_PER_HOUR`."""

_EXPORTING = tuple(command.name for command in COMMANDS if command.exports)
_TAKING_FILES = tuple(command.name for command in COMMANDS if command.takes_file)


def too_fast(session: Session, settings: CommandSettings, requester: Requester, now: datetime) -> TooFast | None:
    """Return the refusal for an admin who has typed `COMMANDS_PER_MINUTE` within COMMANDS_WITHIN; else None.

    It ends when a third of the commands are free again: if it ended with the first, it would be said again and again.
    """
    most = settings.commands_per_minute
    if requester.is_operator or not requester.enterprise_ids:
        return None
    silences = {silence.outcome: silence for silence in denials.current(session, requester.person_id, now)}
    if (told := silences.get(TooFast.audit_outcome)) is not None:
        return TooFast(replies.too_many(most, told.until - now), told.until)
    # Neither commands that wait nor denials that are only counted are in the audit yet.
    left = most - waiting_requests.count(session, requester.person_id)
    if (denied := silences.get(Denial.audit_outcome)) is not None:
        left -= denied.repeats
    since = now - COMMANDS_WITHIN
    if left > 0 and audit.nth_command(session, requester.person_id, left, since) is None:
        return None
    nth = left - max(1, most // 3) + 1
    oldest = audit.nth_command(session, requester.person_id, nth, since) if nth > 0 else None
    wait = max((oldest or now) + COMMANDS_WITHIN - now, MIN_SILENCE)
    whole_seconds = timedelta(seconds=math.ceil(wait.total_seconds()))
    return TooFast(replies.too_many(most, whole_seconds), now + whole_seconds)


def no_file(
    session: Session, settings: CommandSettings, requester: Requester, enterprise: Enterprise, now: datetime
) -> str | None:
    """Return why an enterprise that has had `FILES_PER_HOUR` within FILES_WITHIN gets no file; else None."""
    if requester.is_operator:
        return None
    most = settings.files_per_hour
    nth = audit.nth_export(session, enterprise.id, _EXPORTING, most, now - FILES_WITHIN)
    return None if nth is None else replies.no_file(most, nth + FILES_WITHIN, now, enterprise)


def too_many_uploads(
    session: Session,
    settings: CommandSettings,
    requester: Requester,
    enterprise: Enterprise,
    now: datetime,
    *,
    already_waited: bool,
) -> Limited | None:
    """Return the refusal of a file for an enterprise whose admins sent as many as it may have; else None.

    Each file is read from Webex and parsed, whatever comes of it, so a script must not send them without end. Requests
    that wait are not in the audit yet. They count, but not for a request that waits itself.
    """
    if requester.is_operator:
        return None
    most = settings.files_per_hour
    left = most if already_waited else most - waiting_requests.count_of_enterprise(session, enterprise.id)
    nth = audit.nth_upload(session, enterprise.id, _TAKING_FILES, left, now - FILES_WITHIN) if left > 0 else now
    return None if nth is None else Limited(replies.too_many_uploads(most, nth + FILES_WITHIN, now, enterprise))
