"""Moves inbox rows: reads what was typed, has the router answer it, and sorts what can go wrong."""

import logging
from dataclasses import replace
from datetime import timedelta

from bot.chat.message import MAX_FILE_BYTES, FileUnreadable, Message
from bot.dispatch import outcome, router
from bot.dispatch.pending_request import Detail, PendingRequest
from bot.jobs import memberships, typed_message
from bot.jobs.engine.context import Context
from bot.jobs.engine.job import Job
from bot.webex.bots import is_bot
from bot.webex.errors import RateLimited, Rejected, TooLarge, Unavailable
from bot.webex.mentions import is_mentioned, others_mentioned, strip_mention
from bot.webex.models import SpaceMessage
from storage import inbox
from storage.models import InboxRow
from storage.values.records import Claim, Identity

log = logging.getLogger(__name__)

MAX_FAILURES = 5
MAX_PEOPLE = 10
"""Who are looked up of those that one message mentions."""

GIVE_UP_AFTER = timedelta(days=1)
_UNSAFE = (410, 428)
LOOKED_FOR = timedelta(seconds=30)
"""For how long a message is looked for that Webex does not show."""


def work(context: Context, row: InboxRow) -> None:
    """Handle one event: a change of a space, or a message, which the router answers."""
    if memberships.handle(context, row):
        return
    message = _heard(context, row)
    if message is None:
        with context.database.write() as session:
            inbox.end(session, Claim(row.id, row.attempt), inbox.DROPPED)
        return
    _answer(context, typed_message.pending_request(row, message))


def failed(context: Context, row: InboxRow, error: Exception) -> bool:
    """Set an event aside that failed too often, or that Webex did not let the bot read for a day."""
    message = None
    if isinstance(error, RateLimited | Unavailable):
        if context.now() - row.received_at < GIVE_UP_AFTER:
            return False
    elif row.failures + 1 < MAX_FAILURES:
        return False
    else:
        message = _readable(context, row)
    log.error("inbox row %d is set aside: %s", row.id, error)
    with context.database.write() as session:
        if message is None:
            inbox.end(session, Claim(row.id, row.attempt), inbox.FAILED, error=str(error))
        else:
            outcome.apologize(session, typed_message.pending_request(row, message), str(error), context.now())
    return True


def _answer(context: Context, request: PendingRequest) -> None:
    """Have the router answer, and fetch from Webex each detail that it lacks."""
    settings = context.settings.command_settings
    while isinstance(lacking := router.answer(context.database, settings, request, context.now()), Detail):
        message = _with_detail(context, request.message, lacking)
        request = replace(request, message=message, fetched=request.fetched | {lacking})


def _with_detail(context: Context, message: Message, detail: Detail) -> Message:
    """Return the message with what Webex says of its sender, its file, or the people it mentions."""
    match detail:
        case Detail.ORGANIZATION:
            return replace(message, sender=replace(message.sender, org_id=_org_of(context, message)))
        case Detail.FILE:
            return replace(message, file=_downloaded(context, message.files[0]))
        case Detail.PEOPLE:
            people = (_person(context, person_id) for person_id in message.mentioned[:MAX_PEOPLE])
            return replace(message, people=tuple(person for person in people if person is not None))


def _heard(context: Context, row: InboxRow) -> Message | None:
    """What was typed to the bot; None where it was not meant for it, or is gone."""
    me = context.me()
    if row.resource != "messages" or row.event != "created" or row.person_id == me.person_id:
        return None
    try:
        seen = context.webex.message(row.data_id)
    except Rejected as rejected:
        if rejected.status != 404 or context.now() - row.received_at > LOOKED_FOR:
            log.info("message %s cannot be read: %s", row.data_id, rejected)
            return None
        raise Unavailable("the message is not there yet") from rejected
    if seen.person_id == me.person_id or is_bot(seen.person_email):
        return None
    direct = seen.room_type == "direct"
    if not direct and not is_mentioned(seen.html, me.person_id):
        return None
    return _message(seen, direct, me.person_id)


def _message(seen: SpaceMessage, direct: bool, bot_id: str) -> Message:
    return Message(
        id=seen.id,
        room_id=seen.room_id,
        direct=direct,
        sender=Identity(seen.person_id, seen.person_email),
        text=strip_mention(seen.text, seen.html, bot_id),
        parent_id=seen.parent_id,
        mentioned=others_mentioned(seen.html, bot_id),
        files=seen.files,
    )


def _org_of(context: Context, message: Message) -> str | None:
    """The sender's organization; None where Webex does not tell that of members.

    Somebody who has left the space since they wrote is asked for by id, lest leaving be a way in.
    """
    try:
        member = context.webex.member(message.room_id, message.sender.person_id)
    except Rejected as rejected:
        log.warning("a sender's membership cannot be read: %s", rejected)
        member = None
    if member is not None:
        return member.org_id
    try:
        org_id = context.webex.person(message.sender.person_id).org_id
    except Rejected as rejected:
        raise Unavailable("the sender cannot be read") from rejected
    if org_id is None:
        raise Unavailable("the sender's organization is not told")
    return org_id


def _person(context: Context, person_id: str) -> Identity | None:
    try:
        person = context.webex.person(person_id)
    except Rejected as rejected:
        log.warning("somebody who is mentioned cannot be read: %s", rejected)
        return None
    return person if person.email else None


def _downloaded(context: Context, address: str) -> bytes | FileUnreadable:
    try:
        return context.webex.file(address, MAX_FILE_BYTES)
    except TooLarge:
        return FileUnreadable.TOO_LARGE
    except Rejected as rejected:
        log.warning("a file cannot be read: %s", rejected)
        return FileUnreadable.UNSAFE if rejected.status in _UNSAFE else FileUnreadable.GONE


def _readable(context: Context, row: InboxRow) -> Message | None:
    """The message of an event that failed, to apologize for; None if reading it is what fails."""
    try:
        return _heard(context, row)
    except Exception:
        log.exception("inbox row %d cannot be read", row.id)
        return None


JOB = Job(inbox.KIND, inbox.claim, work, inbox.next_due, lambda settings: settings.answer_threads, failed)
