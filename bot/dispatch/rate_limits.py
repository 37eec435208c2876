"""How much is too much: commands of one person, files of one enterprise; operators may as much as they like."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.chat.command import Requester
from bot.chat.message import Limited, TooFast
from bot.commands import COMMANDS
from bot.replies import access as replies
from storage import audit, inbox
from storage.values.records import Enterprise

MAX_COMMANDS, COMMANDS_WITHIN = 30, timedelta(minutes=1)
EXPORTING = tuple(command.name for command in COMMANDS if command.exports)
MAX_EXPORTS, EXPORTS_WITHIN = 60, timedelta(hours=1)


def check_commands(session: Session, who: Requester, now: datetime) -> None:
    """Raise TooFast where an admin has typed as many commands as they may for a while."""
    if who.operator or not who.enterprise_ids:
        return
    left = MAX_COMMANDS - inbox.count_waiting(session, who.person_id)  # which are audited only when they are answered
    if left <= 0:
        raise TooFast(replies.too_many(MAX_COMMANDS, COMMANDS_WITHIN))
    nth = audit.nth_command(session, who.person_id, left, now - COMMANDS_WITHIN)
    if nth is not None:
        raise TooFast(replies.too_many(MAX_COMMANDS, nth + COMMANDS_WITHIN - now))


def check_exports(session: Session, who: Requester, enterprise: Enterprise, now: datetime) -> None:
    """Raise Limited where as many files were made for an enterprise as may be for a while."""
    if who.operator:
        return
    nth = audit.nth_export(session, enterprise.id, EXPORTING, MAX_EXPORTS, now - EXPORTS_WITHIN)
    if nth is not None:
        raise Limited(replies.too_many_exports(MAX_EXPORTS, nth + EXPORTS_WITHIN, now, enterprise))
