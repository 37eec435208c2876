"""Writes a change that a command has worked out in a snapshot: in portions, so that nobody waits long for the lock."""

from datetime import datetime

from bot.chat.message import Change, Refusal, Reply
from bot.dispatch.access import Access, decide_again
from bot.dispatch.outcome import record_outcome
from bot.dispatch.pending_request import PendingRequest
from storage import enterprises
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
    """Write a change and its reply, and return what is said. Return None if what the command read is not true any more.

    Then nothing is written, unless `at_any_rate`. Access is decided once more before the first portion. If the process
    dies between two portions, the request is worked on again, and its command finds the first of them done.
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
            elif access.permission is not None and access.permission.enterprise is not None:
                enterprises.lock(session, access.permission.enterprise.id)
            portion(session)
            if number == len(portions):
                record_outcome(session, request, access, change.reply, now, default_timezone)
    return change.reply
