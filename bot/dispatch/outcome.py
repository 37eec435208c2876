"""Writes the outcome of a request: what is said, its audit row, and how the request ends or waits."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot.chat.message import Denial, FreshData, Refusal, Reply, TooFast, TooLate, Wait
from bot.dispatch import lateness, silence
from bot.dispatch.access import Access
from bot.dispatch.pending_request import Awaited, PendingRequest
from bot.replies import delivery
from bot.services import kept_out
from storage import audit, rights, rosters, webex_status
from storage.values.records import AuditEntry

MAX_DENIED_ARGUMENTS = 200
"""Characters of a denied command's arguments that the audit keeps: a stranger must not fill it."""

Outcome = Reply | Wait | Refusal


def record_outcome(
    session: Session, request: PendingRequest, access: Access, outcome: Outcome, now: datetime, default_timezone: str
) -> None:
    """Write what came of a request: what is said, the audit row, and the end of the request or what it waits for.

    `default_timezone` is that of what is said for no enterprise.
    """
    known, permission = access.rights, access.permission
    if known.has_changes:
        rights.learn(session, request.message.sender, known, now)
    if isinstance(outcome, Wait):
        if permission is None or permission.enterprise is None:
            raise LookupError(f"a command from {request.origin.name} waits without an enterprise")
        request.origin.set_aside(session, _request_data(session, outcome, permission.enterprise.id, now), now)
        return
    # Before anything is said: a roster that was read also ends requests first, and then edits their messages.
    request.origin.finish(session, now)
    if not isinstance(outcome, Denial | TooFast):
        _audit(session, request, _answer(session, request, outcome, access, now, default_timezone))
    elif _deny(session, request, outcome, now, default_timezone):
        _audit(session, request, AuditEntry(now, None, outcome.audit_outcome))
    kept_out.tell(session, request.message.sender, request.message.room_id, known, now)


def record_part(session: Session, request: PendingRequest, access: Access, detail: str, now: datetime) -> None:
    """Write into the audit of the enterprise that a change was stopped after a part of it."""
    enterprise = access.permission.enterprise if access.permission else None
    _audit(session, request, AuditEntry(now, enterprise.id if enterprise else None, "stopped", detail=detail))


def apologize(session: Session, request: PendingRequest, error: str, now: datetime) -> None:
    """End a request that failed again and again, and say so once."""
    request.origin.fail(session, error)
    request.origin.answer(session, Reply(delivery.APOLOGY), None, now)
    _audit(session, request, AuditEntry(now, None, "failed"))


def _answer(
    session: Session,
    request: PendingRequest,
    outcome: Reply | Refusal,
    access: Access,
    now: datetime,
    default_timezone: str,
) -> AuditEntry:
    """Say what came of it where it was asked; return what the audit keeps of that."""
    if isinstance(outcome, Refusal):
        reply = Reply(outcome.markdown, personal=outcome.personal, audit_detail=outcome.audit_detail)
        word = outcome.audit_outcome
    else:
        reply, word = outcome, "answered"
    permission = access.permission
    enterprise = permission.enterprise if permission else None
    markdown = reply.markdown
    if request.message.files and not (permission and permission.command.takes_file):
        markdown = delivery.file_unused(markdown)
    if permission and enterprise and permission.is_ambiguous and not reply.gives_up_rights:
        markdown = delivery.speaks_for(markdown, enterprise)
    if not isinstance(outcome, TooLate):
        markdown = lateness.noted(markdown, request, permission, now, default_timezone)
    for_operators = access.requester.is_operator and reply.personal and enterprise is None
    reply = replace(reply, markdown=markdown, for_operators=for_operators)
    request.origin.answer(session, reply, None if reply.gives_up_rights else enterprise, now)
    return AuditEntry(
        at=now,
        enterprise_id=enterprise.id if enterprise else reply.audit_enterprise_id,
        outcome=word,
        detail=reply.audit_detail,
        file=reply.attachment.name if reply.attachment else None,
    )


def _deny(
    session: Session, request: PendingRequest, refusal: Denial | TooFast, now: datetime, default_timezone: str
) -> bool:
    """Refuse in private, and return whether that was said: a person who was told just before is not told again."""
    until = refusal.until if isinstance(refusal, TooFast) else now + silence.REPEAT_AFTER
    if not silence.begin(session, request.message.sender, refusal.audit_outcome, now, until):
        return False
    markdown = lateness.noted(refusal.markdown, request, None, now, default_timezone)
    request.origin.answer_privately(session, markdown, now)
    return True


def _audit(session: Session, request: PendingRequest, row: AuditEntry) -> None:
    sender = request.message.sender
    audit.add(
        session,
        replace(
            row,
            person_id=sender.person_id,
            email=sender.email,
            room_id=request.message.room_id,
            command=request.line.word,
            arguments=request.line.arguments[: MAX_DENIED_ARGUMENTS if row.outcome == Denial.audit_outcome else None],
        ),
    )


def _request_data(session: Session, wait: Wait, enterprise_id: int, now: datetime) -> Awaited:
    if wait.fresh is FreshData.READING:
        return Awaited(wait, enterprise_id, reading_id=webex_status.request(session, enterprise_id, now))
    whole = wait.fresh is FreshData.WHOLE_ROSTER
    return Awaited(wait, enterprise_id, roster_id=rosters.request(session, enterprise_id, now, whole=whole))
