"""What cannot be undone is done only if the requester confirms it: in chat by typing it once more."""

from datetime import timedelta

from sqlalchemy.orm import Session

from bot.chat.command import Request
from bot.chat.message import Unconfirmed
from storage import audit
from storage.values.maxima import MAX_REASON, cut

_CONFIRM_WITHIN = timedelta(minutes=5)
"""How long what was typed waits for its confirmation: the replies say so."""

_CLOCKS_DIFFER = timedelta(seconds=2)
"""By how much a confirmation may seem older than the question: Webex's clocks are not exactly the same."""


def is_confirmed(session: Session, request: Request, command: str, about: str = "") -> bool:
    """Return whether the requester has confirmed what they ask for.

    In chat: the last command they typed in this space is the same, for the same enterprise, and ended unconfirmed. What
    they typed before they were asked confirms nothing. `about` is the detail of that refusal: two people who are
    mentioned can have the same name.
    """
    if request.is_confirmed:
        return True
    last = audit.last_command(
        session, request.requester.person_id, request.message.room_id, request.now - _CONFIRM_WITHIN
    )
    if last is None or last.outcome != Unconfirmed.audit_outcome:
        return False
    if request.now - request.age < last.at - _CLOCKS_DIFFER:
        return False  # it was written before the bot asked
    enterprise_id = request.speaks_for.id if request.speaks_for else None
    return (last.command, last.arguments, last.enterprise_id, last.detail) == (
        command,
        audit.as_kept(request.arguments),
        enterprise_id,
        cut(about, MAX_REASON),
    )
