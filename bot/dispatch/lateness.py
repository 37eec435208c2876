"""What is answered late: that is said, and a change that was asked for long ago is not made."""

from datetime import datetime, timedelta

from bot.chat.message import TooLate
from bot.dispatch.access import Permission
from bot.dispatch.pending_request import PendingRequest
from bot.replies import lateness as replies

SAY_AFTER = timedelta(minutes=1)
"""Age from which an answer says when its command was written: the requester may have asked again, or asked others."""

ASK_AFTER = timedelta(hours=1)
"""Age from which a change is not made: the requester may not want it any more."""


def refusal(request: PendingRequest, permission: Permission, now: datetime, default_timezone: str) -> TooLate | None:
    """Return the refusal of a change that was asked for too long ago; None for anything else."""
    message, command = request.message, permission.command
    is_change = not command.only_reads(message) and request.line.arguments.casefold() not in command.lists_with
    if request.written_at is None or not is_change or request.age <= ASK_AFTER:
        return None
    typed = message.text if message.direct else request.line.word  # in a group, it stands above, in the thread
    zone, has_file = _zone(permission, default_timezone), bool(message.files)
    return TooLate(replies.ask_again(typed, request.written_at, request.age, now, zone, has_file=has_file))


def noted(
    markdown: str, request: PendingRequest, permission: Permission | None, now: datetime, default_timezone: str
) -> str:
    """Say above a late answer when its command was written."""
    if request.written_at is None or request.age <= SAY_AFTER:
        return markdown
    return replies.late(markdown, request.written_at, now, _zone(permission, default_timezone))


def _zone(permission: Permission | None, default_timezone: str) -> str:
    enterprise = permission.enterprise if permission else None
    return enterprise.timezone if enterprise else default_timezone
