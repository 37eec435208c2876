"""What cannot be undone is done when it is typed a second time."""

from datetime import timedelta

from sqlalchemy.orm import Session

from bot.message import Asked
from storage import audit

WITHIN = timedelta(minutes=5)
UNCONFIRMED = "unconfirmed"


def confirmed(session: Session, asked: Asked, command: str) -> bool:
    """Whether the last that somebody typed in this space was the same, and was not done for want of confirmation."""
    last = audit.last(session, asked.asker.person_id, asked.message.room_id, asked.now - WITHIN)
    return last == (command, asked.arguments, UNCONFIRMED)
