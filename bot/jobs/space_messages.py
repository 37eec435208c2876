"""Reads the messages of one space when the bot looks back, and puts those into the inbox that are not there yet.

A message is known by its id, so reading it twice changes nothing.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.jobs.engine.context import Context
from bot.webex.models import ListedMessage
from storage import inbox, space_looks
from storage.engine.database import wake
from storage.values.messages import Event
from storage.values.webex_ids import same

log = logging.getLogger(__name__)

OVERLAP = timedelta(seconds=30)
"""By how much two looks overlap: Webex may show a message that late in its lists."""

MAX_AGE = timedelta(days=1)
"""How far back messages are looked for: an older one is not answered."""

MISSED_AFTER = timedelta(seconds=30)
"""Age from which a message counts as missed by the webhooks: a younger one may still be told of."""

SETTLED_AFTER = timedelta(seconds=10)
"""Age of a last activity from which the list of messages is complete: a new message can appear there later."""

_SAME_TIME = timedelta(seconds=1)
"""By how much a message may be older than the activity that it caused."""

MAX_MESSAGE_PAGES = 20
"""Pages of messages that one look reads in a space: 2,000 messages in a day."""


@dataclass(frozen=True, slots=True)
class DueSpace:
    """A space to read: `since` when, and `until` when its messages have been looked at then.

    `activity` is its last activity as Webex says it; None if Webex does not say it, or says it wrongly.
    """

    room_id: str
    is_direct: bool
    since: datetime
    until: datetime
    activity: datetime | None


def record_new(
    context: Context,
    space: DueSpace,
    before_call: Callable[[], None],
    *,
    not_before: datetime,
    missed_since: datetime | None,
) -> int:
    """Put the new messages of a space into the inbox, oldest first, and its position forward.

    Messages from before `not_before` are left. Return how many were missed: those after `missed_since` that no webhook
    told of; with None, none was.
    """
    since = max(space.since - OVERLAP, not_before, context.webex.now() - MAX_AGE)
    me = context.me().person_id
    listed = _oldest_first_after(since, _listed(context, space, since, before_call))
    wanted = [message for message in listed if not same(message.person_id, me)]
    settled = context.webex.now() - MISSED_AFTER
    found = missed = 0
    with context.database.write() as session:
        unknown = inbox.unknown_messages(session, [message.id for message in wanted])
        for message in wanted:
            if message.id not in unknown:
                continue
            at = message.created
            is_missed = missed_since is not None and at is not None and missed_since < at < settled
            event = Event("messages", "created", message.id, "", space.room_id, message.person_id)
            if inbox.record(session.connection(), [event], context.now(), missed=is_missed):
                found += 1
                missed += is_missed
        if found:
            wake(session, inbox.KIND)
        is_behind = _is_behind(space, listed, context.webex.now())
        space_looks.advance(session, space.room_id, space.since if is_behind else space.until)
    if found:
        log.debug("messages found in a space by looking back: %d, of them missed: %d", found, missed)
    return missed


def _is_behind(space: DueSpace, listed: Sequence[ListedMessage], now: datetime) -> bool:
    """Return whether the list may not show the message yet that was the last activity: then it is read once more."""
    if space.activity is None or now - space.activity > SETTLED_AFTER:
        return False
    newest = max((message.created for message in listed if message.created is not None), default=None)
    return newest is None or newest < space.activity - _SAME_TIME


def ends_before(times: Sequence[datetime | None], since: datetime) -> bool:
    """Return whether a page of a list, newest first, ends before `since`; one odd time at its end proves nothing."""
    known = [at for at in times if at is not None]
    return bool(known) and max(known[-2:]) < since


def _listed(context: Context, space: DueSpace, since: datetime, before_call: Callable[[], None]) -> list[ListedMessage]:
    """Return the messages of a space since then, perhaps with older ones, newest first."""
    found: dict[str, ListedMessage] = {}
    pages = context.webex.messages(space.room_id, before_call, mentions_only=not space.is_direct)
    for _ in range(MAX_MESSAGE_PAGES):
        page = next(pages, None)
        new = [message for message in page or () if message.id not in found]
        found |= {message.id: message for message in new}
        if not new or ends_before([message.created for message in new], since):
            return list(found.values())
    log.warning("a space has more than %d messages to look at: the oldest are left", len(found))
    return list(found.values())


def _oldest_first_after(since: datetime, listed: Sequence[ListedMessage]) -> list[ListedMessage]:
    """Return the messages after `since`, oldest first, from a list that is newest first.

    What is listed above a message after `since` is after it, too, whatever its time says.
    """
    oldest_first = list(reversed(listed))
    is_older = [message.created is not None and message.created <= since for message in oldest_first]
    return oldest_first[is_older.index(False) :] if False in is_older else []
