"""From a request to its outcome: who asks, which command, whether they may, and what came of it."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.chat.command import CommandSettings, Request, Requester
from bot.chat.message import Change, Refusal
from bot.dispatch import changes, lateness, rate_limits
from bot.dispatch.access import Access, Permission, command_named, commands_for, decide_access, decide_again
from bot.dispatch.outcome import Outcome, record_outcome
from bot.dispatch.pending_request import Detail, PendingRequest
from storage import rights
from storage.engine.database import Database

KEEP_ORGANIZATION_FOR = timedelta(days=1)
"""Minimum time between two questions to Webex about one person's organization: each is a call to Webex."""

_MAX_TRIES = 3
"""How often a change is worked out, if what it rests on changes meanwhile; the last time it is written in any case."""


def answer(database: Database, settings: CommandSettings, request: PendingRequest, now: datetime) -> Outcome | Detail:
    """Work out the outcome of a request, write it, and return it.

    If a detail is missing that only Webex knows, write nothing and return the detail: fetch it, then call again.

    A file is parsed before any transaction. A command that only reads runs in a read-only snapshot. So does one that
    changes much: what it returns is written afterwards in short transactions. Any other command runs in the transaction
    that writes its reply. In the transaction that writes, access is decided once more. If the command speaks for an
    enterprise, that is locked first, as every change of rights to it does.
    """
    tries_left = _MAX_TRIES
    upload, zone = _parsed_file(request), settings.default_timezone
    while True:
        with database.read() as session:
            found = _in_snapshot(session, settings, request, upload, now)
        if isinstance(found, Detail):
            return found
        access, outcome = found
        if not isinstance(outcome, Change):
            return _write(database, settings, request, access, outcome, now)
        tries_left -= 1
        said = changes.write(database, request, access, outcome, now, zone, at_any_rate=not tries_left)
        if said is not None:
            return said


def _in_snapshot(
    session: Session, settings: CommandSettings, request: PendingRequest, upload: object | Refusal | None, now: datetime
) -> Detail | tuple[Access, Outcome | Change | None]:
    """Return what is missing, or who asks and the outcome: None if the command must run in the transaction that writes.

    What limits and lateness refuse is refused before anything is read for it from Webex.
    """
    if _lacks_organization(session, request, now):
        return Detail.ORGANIZATION
    access = decide_access(session, request)
    if not request.already_waited and (too_fast := rate_limits.too_fast(session, settings, access.requester, now)):
        access = replace(access, verdict=too_fast)
    permission = access.permission
    if permission is not None:
        if (refusal := _refusal(session, settings, request, access.requester, permission, now)) is not None:
            return access, refusal
        if (detail := _missing_detail(request, permission)) is not None:
            return detail
        if not permission.command.reads_only:
            return access, None
    return access, _outcome(session, settings, request, access, upload, now)


def _write(
    database: Database,
    settings: CommandSettings,
    request: PendingRequest,
    access: Access,
    outcome: Outcome | None,
    now: datetime,
) -> Outcome:
    """Write an outcome; if there is none yet, run the command first, in the same transaction."""
    with database.write() as session:
        if outcome is None:
            access = decide_again(session, request, access)
            found = _outcome(session, settings, request, access, None, now)
            if isinstance(found, Change):
                raise TypeError(f"{request.line.word} returns a change, so it must run in a snapshot")
            outcome = found
        record_outcome(session, request, access, outcome, now, settings.default_timezone)
    return outcome


def _parsed_file(request: PendingRequest) -> object | Refusal | None:
    """Return what the command makes of the content of its file, or why it cannot; None if there is no content."""
    content, command = request.message.file, command_named(request.line.word)
    if not isinstance(content, bytes) or command is None or command.parse_file is None:
        return None
    try:
        return command.parse_file(content)
    except Refusal as refusal:
        return refusal


def _refusal(
    session: Session,
    settings: CommandSettings,
    request: PendingRequest,
    requester: Requester,
    permission: Permission,
    now: datetime,
) -> Refusal | None:
    """Return why a request that is allowed is refused all the same: it comes too late, or its file is one too many."""
    if (late := lateness.refusal(request, permission, now, settings.default_timezone)) is not None:
        return late
    if permission.enterprise is None or not (permission.command.takes_file and request.message.files):
        return None
    enterprise, already_waited = permission.enterprise, request.already_waited
    return rate_limits.too_many_uploads(session, settings, requester, enterprise, now, already_waited=already_waited)


def _lacks_organization(session: Session, request: PendingRequest, now: datetime) -> bool:
    """Return whether the requester's Webex organization decides what they may, and was not asked for lately."""
    if request.origin.is_operator or Detail.ORGANIZATION in request.fetched:
        return False
    return rights.needs_org_lookup(session, request.message.sender, now - KEEP_ORGANIZATION_FOR)


def _missing_detail(request: PendingRequest, permission: Permission) -> Detail | None:
    """Return what the command must still be told about its message; None if nothing is missing."""
    command, message = permission.command, request.message
    if command.takes_file and len(message.files) == 1 and Detail.FILE not in request.fetched:
        return Detail.FILE
    if command.takes_people and message.mentioned and Detail.PEOPLE not in request.fetched:
        return Detail.PEOPLE
    return None


def _outcome(
    session: Session,
    settings: CommandSettings,
    request: PendingRequest,
    access: Access,
    upload: object | Refusal | None,
    now: datetime,
) -> Outcome | Change:
    if isinstance(access.verdict, Refusal):
        return access.verdict
    if isinstance(upload, Refusal):
        return upload
    command, enterprise = access.verdict.command, access.verdict.enterprise
    arguments = request.line.arguments
    if not command.takes_words and arguments == request.message.names_behind:
        arguments = ""
    no_file = None
    if command.exports and enterprise is not None:
        no_file = rate_limits.no_file(session, settings, access.requester, enterprise, now)
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
        upload=upload,
        no_file=no_file,
    )
    try:
        with nullcontext() if command.reads_only else session.begin_nested():
            return command.run(session, told)
    except Refusal as refusal:
        return refusal
