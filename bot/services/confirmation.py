"""What cannot be undone is done when it is typed a second time."""

from datetime import timedelta

from sqlalchemy.orm import Session

from bot.chat.command import Request
from bot.chat.message import UNCONFIRMED
from storage import audit

WITHIN = timedelta(minutes=5)


def confirmed(session: Session, request: Request, command: str) -> bool:
    """Whether the last that somebody typed in this space was the same, for the same enterprise, and was not done for
    want of confirmation.
    """
    last = audit.last_command(session, request.requester.person_id, request.message.room_id, request.now - WITHIN)
    if last is None or last.outcome != UNCONFIRMED:
        return False
    enterprise_id = request.chosen.id if request.chosen else None
    return (last.command, last.arguments, last.enterprise_id) == (command, request.arguments, enterprise_id)
