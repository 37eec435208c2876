"""Writes a change that a command has worked out in a snapshot: in portions, so that nobody waits long for the lock."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.chat.message import Change, Denial, Refusal, Reply
from bot.dispatch.access import Access, decide_again
from bot.dispatch.outcome import record_outcome, record_part
from bot.dispatch.pending_request import PendingRequest
from bot.replies import access as replies
from storage import enterprises, rights
from storage.engine.database import Database


def write(
    database: Database,
    request: PendingRequest,
    access: Access,
    change: Change,
    now: datetime,
    default_timezone: str,
    *,
    at_any_rate: bool,
) -> Reply | Refusal | None:
    """Write a change and its reply, and return what is said.

    If what the command read is not true any more, write nothing and return None; with `at_any_rate`, write it all the
    same. Access is decided once more before the first portion, and the rights are looked at again before each other
    one. If the process dies between two portions, the request is worked on again, and its command finds the first of
    them done.
    """
    portions = change.portions or (lambda _session: None,)
    for number, portion in enumerate(portions, start=1):
        with database.write() as session:
            if number == 1:
                access = decide_again(session, request, access)
                if isinstance(access.verdict, Refusal):
                    record_outcome(session, request, access, access.verdict, now, default_timezone)
                    return access.verdict
                if not at_any_rate and not change.is_current(session):
                    return None
            elif (stopped := _lost_rights(session, request, access)) is not None:
                done = f"{change.reply.audit_detail}, {number - 1:,} of {len(portions):,} parts"
                record_part(session, request, access, done, now)
                record_outcome(session, request, access, stopped, now, default_timezone)
                return stopped
            portion(session)
            if number == len(portions):
                record_outcome(session, request, access, change.reply, now, default_timezone)
    return change.reply


def _lost_rights(session: Session, request: PendingRequest, access: Access) -> Denial | None:
    """Lock the enterprise, and return what is said if the requester has no rights to it any more."""
    if access.permission is None or access.permission.enterprise is None:
        return None
    enterprise = enterprises.lock(session, access.permission.enterprise.id)
    if request.origin.is_operator:
        return None
    known = rights.find(session, request.message.sender)
    return None if known.operator or enterprise.id in known.enterprise_ids else Denial(replies.STOPPED)
