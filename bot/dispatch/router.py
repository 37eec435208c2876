"""From a request to its outcome: who asks, which command, whether they may, and what came of it."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.chat.command import CommandSettings, Request
from bot.chat.message import Refusal, Reply
from bot.dispatch import lateness, rate_limits
from bot.dispatch.access import Access, Permission, commands_for, decide_access
from bot.dispatch.outcome import Outcome, record_outcome
from bot.dispatch.pending_request import Detail, PendingRequest
from storage import enterprises, rights
from storage.engine.database import Database

KEEP_ORGANIZATION_FOR = timedelta(days=1)
"""Minimum time between two questions to Webex about one person's organization: each is a call to Webex."""


def answer(database: Database, settings: CommandSettings, request: PendingRequest, now: datetime) -> Outcome | Detail:
    """Work out the outcome of a request, write it, and return it.

    If a detail is missing that only Webex knows, write nothing and return the detail: fetch it, then call again.

    A command that only reads runs in a read-only snapshot. Any other command runs in the transaction that writes its
    reply. There access is decided once more. If the command speaks for an enterprise, that is locked first, as every
    change of rights to it does.
    """
    with database.read() as session:
        if _lacks_organization(session, request, now):
            return Detail.ORGANIZATION
        access = decide_access(session, request)
        if not request.already_waited and (too_fast := rate_limits.too_fast(session, settings, access.requester, now)):
            access = replace(access, verdict=too_fast)
        if (detail := _missing_detail(request, access.permission)) is not None:
            return detail
        is_write = access.permission and not access.permission.command.only_reads(request.message)
        outcome = None if is_write else _outcome(session, settings, request, access, now)
        if access.permission is not None:
            outcome = lateness.refusal(request, access.permission, now, settings.default_timezone) or outcome
    with database.write() as session:
        if outcome is None:
            access = _decide_again(session, request, access)
            outcome = _outcome(session, settings, request, access, now)
        record_outcome(session, request, access, outcome, now, settings.default_timezone)
    return outcome


def _lacks_organization(session: Session, request: PendingRequest, now: datetime) -> bool:
    """Return whether the requester's Webex organization decides what they may, and was not asked for lately."""
    if request.origin.is_operator or Detail.ORGANIZATION in request.fetched:
        return False
    return rights.needs_org_lookup(session, request.message.sender, now - KEEP_ORGANIZATION_FOR)


def _missing_detail(request: PendingRequest, permission: Permission | None) -> Detail | None:
    """Return what the command must still be told about its message; None if nothing is missing, or it may not run."""
    if permission is None:
        return None
    command, message = permission.command, request.message
    if command.takes_file and len(message.files) == 1 and Detail.FILE not in request.fetched:
        return Detail.FILE
    if command.takes_people and message.mentioned and Detail.PEOPLE not in request.fetched:
        return Detail.PEOPLE
    return None


def _decide_again(session: Session, request: PendingRequest, access: Access) -> Access:
    """Decide access in the transaction that writes, to the enterprise of the first decision alone, which it locks."""
    if access.permission is not None and access.permission.enterprise is not None:
        enterprise = enterprises.lock(session, access.permission.enterprise.id)
        request = replace(request, enterprise_id=enterprise.id)
    return decide_access(session, request)


def _outcome(
    session: Session, settings: CommandSettings, request: PendingRequest, access: Access, now: datetime
) -> Outcome:
    if isinstance(access.verdict, Refusal):
        return access.verdict
    command, enterprise = access.verdict.command, access.verdict.enterprise
    arguments = request.line.arguments
    if not command.takes_words and arguments == request.message.names_behind:
        arguments = ""
    told = Request(
        request.message,
        arguments,
        access.requester,
        enterprise,
        commands_for(access.requester),
        now,
        settings,
        request.received_at,
        already_waited=request.already_waited,
        progress_shown=request.progress_shown,
        is_confirmed=request.is_confirmed,
        given_fields=request.given_fields,
        age=request.age,
    )
    try:
        with nullcontext() if command.only_reads(request.message) else session.begin_nested():
            outcome = command.run(session, told)
            if isinstance(outcome, Reply) and outcome.attachment and enterprise and command.exports:
                rate_limits.check_exports(session, settings, access.requester, enterprise, now)
    except Refusal as refusal:
        return refusal
    return outcome
