"""Works on the inbox: reads what was typed and has the router answer it."""

import logging
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta

from bot.chat.message import Message
from bot.dispatch import outcome, router
from bot.dispatch.pending_request import Detail, PendingRequest
from bot.jobs import hearing, memberships, message_reader, typed_message
from bot.jobs.engine.context import Context
from bot.jobs.engine.job import Job
from bot.webex.errors import AccessRefused, RateLimited, Unavailable
from storage import inbox
from storage.engine.fair_lock import FairLock
from storage.models import InboxRow
from storage.values.records import Claim

log = logging.getLogger(__name__)

MAX_FAILURES = 5
"""How often an event is tried that fails for any other reason than Webex: then the sender gets one apology."""

GIVE_UP_AFTER = timedelta(days=1)
"""How long an event is tried, and how old a message may be: a later answer helps nobody."""

_ONE_FILE = FairLock()
"""Held while a file is worked on. A second one would not be ready earlier, and all others would wait longer."""


def work(context: Context, row: InboxRow) -> None:
    """Handle one event: a change of a space, or a message, which is read unless its sender is silent."""
    if not memberships.handle(context, row):
        hearing.hear(context, row, row.person_id, lambda: _read(context, row))


def _read(context: Context, row: InboxRow) -> None:
    """Read a message, and have the router answer it."""
    message = message_reader.read(context, row)
    request = None if message is None else _request(context, row, message)
    if request is None or request.age > GIVE_UP_AFTER:
        if request is not None:
            log.info("inbox row %d is left without a word: it was written more than a day ago", row.id)
        with context.database.write() as session:
            inbox.end(session, Claim(row.id, row.attempt), inbox.DROPPED)
            if message is None and message_reader.is_readable(context, row):
                hearing.leave_unheard(session, row.person_id, context.now())
        return
    _answer(context, row, request)


def failed(context: Context, row: InboxRow, error: Exception) -> bool:
    """Set an event aside that failed too often, or that Webex did not let the bot read for a day.

    An event about a space waits as long as Webex refuses the bot's token.
    """
    message = None
    if isinstance(error, RateLimited | Unavailable):
        # That the bot was removed from a space, for example, ends what the space may read.
        is_kept = isinstance(error, AccessRefused) and row.resource in memberships.RESOURCES
        if is_kept or context.now() - row.received_at < GIVE_UP_AFTER:
            return False
    elif row.failures + 1 < MAX_FAILURES:
        return False
    else:
        try:
            message = message_reader.read(context, row)  # to apologize for
        except (RateLimited, Unavailable):
            return False  # the apology waits for Webex
        except Exception:
            log.exception("inbox row %d cannot be read", row.id)
    level = logging.DEBUG if context.access.explains(error) else logging.ERROR
    log.log(level, "inbox row %d is set aside: %s", row.id, error)
    request = None if message is None else _request(context, row, message)
    with context.database.write() as session:
        if request is None or request.age > GIVE_UP_AFTER:
            inbox.end(session, Claim(row.id, row.attempt), inbox.FAILED, error=str(error))
        else:
            outcome.apologize(session, request, str(error), context.now())
    return True


def _request(context: Context, row: InboxRow, message: Message) -> PendingRequest:
    """Return the request, with its age by two clocks: Webex's since it was written, ours since its event came."""
    request, here = typed_message.pending_request(row, message), context.now() - row.received_at
    age = message.age_when_read - here if row.waited else max(message.age_when_read, here)
    return replace(request, age=max(age, timedelta()))


def _answer(context: Context, row: InboxRow, request: PendingRequest) -> None:
    """Have the router answer, and tell it what it lacks.

    While a file of the same turn is worked on, the next one is not read, and its event is put off. So the files of one
    enterprise hold one thread, and a file waits for one of each other enterprise at most.
    """
    with _ONE_FILE if isinstance(request.message.file, bytes) else nullcontext():
        lacking = router.answer(context.database, context.settings.command_settings, request, context.now())
    if not isinstance(lacking, Detail):
        return
    if lacking is not Detail.FILE:
        _answer(context, row, _with_detail(context, request, lacking))
        return
    with context.files.only(f"turn {row.turn}", context.now()) as free_at:
        if free_at is None:
            _answer(context, row, _with_detail(context, request, lacking))
            return
    with context.database.single_write() as connection:
        inbox.put_off(connection, Claim(row.id, row.attempt), free_at)


def _with_detail(context: Context, request: PendingRequest, detail: Detail) -> PendingRequest:
    message = message_reader.with_detail(context, request.message, detail)
    return replace(request, message=message, fetched=request.fetched | {detail})


JOB = Job(
    inbox.KIND, inbox.claim, work, inbox.next_due, lambda settings: settings.answer_threads, failed, in_turns=True
)
