"""What cannot be undone is done only if the requester confirms it: in chat by typing it once more."""

import re
from datetime import timedelta

from sqlalchemy.orm import Session

from bot.chat.command import Request
from bot.chat.message import Unconfirmed
from bot.replies import confirmation as replies
from storage import audit
from storage.values.records import AuditEntry

_CONFIRM_WITHIN = timedelta(minutes=5)
"""How long what was typed waits for its confirmation: the replies say so."""

_EXPLAIN_WITHIN = timedelta(hours=1)
"""How long a requester is told that their confirmation comes too late."""

_CLOCKS_DIFFER = timedelta(seconds=2)
"""By how much a confirmation may seem older than the question: Webex's clocks are not exactly the same."""

_MAX_ABOUT = 800
"""Characters of what is to be confirmed that the audit keeps as they are: with a digest they fit in the detail."""

_BETWEEN_WORDS = re.compile(r"[\s,;]+")


def require(
    session: Session, request: Request, command: str, about: str, *questions: str, personal: bool = False
) -> None:
    """Raise Unconfirmed, which asks these questions, unless the requester has confirmed what they ask for.

    In chat: they were asked in this space, for the same enterprise, and typed it again since then. `about` says what is
    to be confirmed, and is the same however it is typed. What they type in between does not matter.
    """
    if request.is_confirmed:
        return
    about = audit.as_kept(about, _MAX_ABOUT)
    why = _why_not(session, request, command, about)
    if why is not None:
        raise Unconfirmed(replies.ask(*filter(None, (why, *questions))), personal=personal, audit_detail=about)


def _why_not(session: Session, request: Request, command: str, about: str) -> str | None:
    """Return None if it is confirmed, else why what was typed does not count; empty if nothing was typed before."""
    since = request.now - _EXPLAIN_WITHIN
    entries = audit.commands_in(session, request.requester.person_id, request.message.room_id, command, since)
    enterprise_id = request.speaks_for.id if request.speaks_for else None
    asked = [
        each for each in entries if each.outcome == Unconfirmed.audit_outcome and each.enterprise_id == enterprise_id
    ]
    same = [each for each in asked if each.detail == about and not _was_done(entries, request, each)]
    current = [each for each in same if each.at > request.now - _CONFIRM_WITHIN]
    if any(request.now - request.age >= each.at - _CLOCKS_DIFFER for each in current):
        return None
    if current:
        return replies.TOO_EARLY
    if same:
        return replies.TOO_LATE
    return replies.DIFFERENT if any(each.at > request.now - _CONFIRM_WITHIN for each in asked) else ""


def _was_done(entries: list[AuditEntry], request: Request, asked: AuditEntry) -> bool:
    """Return whether the same command was carried out after this question."""
    words = _words(request.arguments)
    return any(
        each.outcome == "answered" and each.at > asked.at and _words(each.arguments) == words for each in entries
    )


def _words(arguments: str) -> frozenset[str]:
    return frozenset(_BETWEEN_WORDS.split(arguments.casefold().strip()))
