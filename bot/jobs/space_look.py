"""One look back at all spaces: which of them had something new, and the messages there that are not in the inbox yet.

Everything is decided by Webex's clock. A message is known by its id, so looking at it twice changes nothing.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from bot.jobs.engine.backoff import pause
from bot.jobs.engine.context import Context
from bot.jobs.engine.turn import Turn
from bot.jobs.pace import Pace
from bot.webex.errors import RateLimited, Rejected, Unavailable
from bot.webex.models import ListedMessage, SpaceActivity
from storage import inbox, space_looks
from storage.engine.database import wake
from storage.space_looks import Cursor
from storage.values.messages import Event
from storage.values.webex_ids import same

log = logging.getLogger(__name__)

OVERLAP = timedelta(seconds=30)
"""By how much two looks overlap: Webex may show a message that late in its lists."""

MAX_AGE = timedelta(days=1)
"""How far back messages are looked for: an older one is not answered."""

MISSED_AFTER = timedelta(seconds=30)
"""How old a message is, at least, that no webhook has told of although one should have: webhooks can be slow."""

MAX_SPACE_PAGES = 16
"""Pages of spaces that one look reads: 4,000 spaces. Webex says that it sorts no more than 3,000 reliably."""

MAX_MESSAGE_PAGES = 20
"""Pages of messages that one look reads in a space: 2,000 messages in a day."""

_UNDATED_AGAIN = timedelta(minutes=2)
"""How often a space is read whose last activity Webex does not say, or says wrongly."""

_MAX_AHEAD = timedelta(seconds=5)
"""By how much a time may be ahead of Webex's own: answers name full seconds."""

_MAX_FAILURES = 3
"""Spaces in a row that Webex does not let the bot read, after which a look ends: it is then no matter of the space."""

_KEEP_TURN_AFTER = 2.0
"""Seconds after which the turn is taken again before a call: less is a needless write to the database."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of a look.

    `was_cut`: its time was over, or another look was requested. `has_failed`: spaces are left that Webex did not let
    the bot read. `missed`: how many messages no webhook told of.
    """

    was_cut: bool = False
    has_failed: bool = False
    missed: int = 0


@dataclass(frozen=True, slots=True)
class _Space:
    """A space to read: `since` when, and `until` when its messages have been looked at then."""

    room_id: str
    is_direct: bool
    since: datetime
    until: datetime
    activity: datetime | None


class SpaceLooks:
    """Looks at all spaces, again and again. Remembers which spaces Webex does not let the bot read now."""

    def __init__(self, context: Context, pace: Pace) -> None:
        self._context = context
        self._pace = pace
        self._kept_at = 0.0
        self._not_before: dict[str, float] = {}
        self._refused: dict[str, datetime | None] = {}
        self._cursor_seen: tuple[datetime | None, float] = (None, 0.0)

    def look(self, turn: Turn, *, missed_since: datetime | None, max_seconds: float) -> Looked:
        """Put the new messages of all spaces into the inbox.

        A message after `missed_since` that no webhook told of was missed; with None, none was. After `max_seconds`, or
        if another look is requested, what is left is left to the next look.
        """
        self._kept_at = time.monotonic()
        ends_at = self._kept_at + max_seconds
        with self._context.database.quick_read() as session:
            cursor = space_looks.cursor(session)
        if cursor is None:
            self._begin(turn)
            return Looked()
        spaces, is_whole = self._active_spaces(turn, self._active_since(cursor))
        left: list[_Space] = []
        missed = failures = 0
        was_cut = False
        due = self._due(spaces, cursor)
        for number, space in enumerate(due):
            was_cut = number > 0 and (time.monotonic() > ends_at or self._context.look_requested.is_set())
            if was_cut or failures == _MAX_FAILURES:
                left += due[number:]
                break
            if time.monotonic() < self._not_before.get(space.room_id, 0.0):
                left.append(space)
                continue
            try:
                missed += self._read(turn, space, cursor, missed_since)
            except RateLimited as limited:
                self._not_before[space.room_id] = time.monotonic() + pause(0, limited).total_seconds()
                log.warning("a space is looked at later: %s", limited)
            except Unavailable as unavailable:
                log.warning("a space is looked at later: %s", unavailable)
            except Rejected as rejected:
                self._skip(space, rejected)
                continue
            else:
                self._not_before.pop(space.room_id, None)
                failures = 0
                continue
            left.append(space)
            failures += 1
        if is_whole:
            self._move_cursor(cursor, spaces, left)
        return Looked(was_cut, bool(left) and not was_cut, missed)

    def _begin(self, turn: Turn) -> None:
        """Note where things stand at the first look of this installation."""
        spaces, _ = self._active_spaces(turn, None)
        times = {space.room_id: space.last_activity for space in spaces if space.last_activity is not None}
        at = max(times.values(), default=self._webex_now())
        with self._context.database.write() as session:
            space_looks.begin(session, at, times)
        log.info("looking back begins: messages from before %s are not answered", at.isoformat(timespec="seconds"))

    def _active_since(self, cursor: Cursor) -> datetime:
        """Return since when spaces are looked at; without overlap once nothing has happened for longer than that."""
        seen, seen_at = self._cursor_seen
        if seen != cursor.looked_until:
            self._cursor_seen = cursor.looked_until, time.monotonic()
        elif time.monotonic() - seen_at > OVERLAP.total_seconds():
            return cursor.looked_until
        return cursor.looked_until - OVERLAP

    def _active_spaces(self, turn: Turn, since: datetime | None) -> tuple[list[SpaceActivity], bool]:
        """Return the spaces with activity at or after `since`, perhaps with others, and whether these are all.

        Without `since`, those that overlap with the newest.
        """
        found: dict[str, SpaceActivity] = {}
        pages = self._context.webex.active_spaces(partial(self._before_call, turn))
        for _ in range(MAX_SPACE_PAGES):
            try:
                page = next(pages, None)
            except Rejected as rejected:
                if not found:
                    raise
                log.warning("the list of spaces breaks off: %s", rejected)
                return list(found.values()), False
            new = [self._sane(space) for space in page or () if space.room_id not in found]
            found |= {space.room_id: space for space in new}
            times = [space.last_activity for space in new]
            if since is None:
                since = max((at for at in times if at is not None), default=self._webex_now()) - OVERLAP
            if not new or _are_older(times, since):
                return list(found.values()), True
        log.warning("more than %d spaces had activity lately: the rest are not looked at", len(found))
        return list(found.values()), True

    def _sane(self, space: SpaceActivity) -> SpaceActivity:
        """Return the space without its last activity if that is in the future."""
        at = space.last_activity
        is_sane = at is None or at <= self._webex_now() + _MAX_AHEAD
        return space if is_sane else replace(space, last_activity=None)

    def _due(self, spaces: Sequence[SpaceActivity], cursor: Cursor) -> list[_Space]:
        """Return the spaces with activity since they were looked at: 1:1 spaces first, then the longest waiting."""
        with self._context.database.quick_read() as session:
            positions = space_looks.positions(session, [space.room_id for space in spaces])
        now = self._webex_now()
        due = []
        for space in spaces:
            at, position = space.last_activity, positions.get(space.room_id)
            if space.room_id in self._refused and self._refused[space.room_id] == at:
                continue
            since = cursor.looked_until - OVERLAP if position is None else position
            if since < (at or now - _UNDATED_AGAIN):
                due.append(_Space(space.room_id, space.is_direct, since, at or now, at))
        return sorted(due, key=lambda space: (not space.is_direct, space.until))

    def _read(self, turn: Turn, space: _Space, cursor: Cursor, missed_since: datetime | None) -> int:
        """Put the new messages of a space into the inbox, oldest first; return how many were missed."""
        since = max(space.since - OVERLAP, cursor.not_before, self._webex_now() - MAX_AGE)
        me = self._context.me().person_id
        listed = _oldest_first_after(since, self._messages(turn, space, since))
        wanted = [message for message in listed if not same(message.person_id, me)]
        settled = self._webex_now() - MISSED_AFTER
        found = missed = 0
        with self._context.database.write() as session:
            unknown = inbox.unknown_messages(session, [message.id for message in wanted])
            for message in wanted:
                if message.id not in unknown:
                    continue
                at = message.created
                is_missed = missed_since is not None and at is not None and missed_since < at < settled
                event = Event("messages", "created", message.id, "", space.room_id, message.person_id)
                if inbox.record(session.connection(), [event], self._context.now(), missed=is_missed):
                    found += 1
                    missed += is_missed
            if found:
                wake(session, inbox.KIND)
            space_looks.advance(session, space.room_id, space.until)
        if found:
            log.info("looking back found %d messages in a space, %d of them missed", found, missed)
        return missed

    def _messages(self, turn: Turn, space: _Space, since: datetime) -> list[ListedMessage]:
        """Return the messages of a space since then, perhaps with older ones, newest first."""
        found: dict[str, ListedMessage] = {}
        pages = self._context.webex.messages(
            space.room_id, partial(self._before_call, turn), mentions_only=not space.is_direct
        )
        for _ in range(MAX_MESSAGE_PAGES):
            page = next(pages, None)
            new = [message for message in page or () if message.id not in found]
            found |= {message.id: message for message in new}
            if not new or _are_older([message.created for message in new], since):
                return list(found.values())
        log.warning("a space has more than %d messages to look at: the oldest are left", len(found))
        return list(found.values())

    def _skip(self, space: _Space, rejected: Rejected) -> None:
        """Leave a space alone until something new happens there; its position stays."""
        log.info("a space cannot be looked at: %s", rejected)
        self._refused[space.room_id] = space.activity
        with self._context.database.write() as session:
            space_looks.advance(session, space.room_id, space.since)

    def _move_cursor(self, cursor: Cursor, spaces: Sequence[SpaceActivity], left: Sequence[_Space]) -> None:
        """Move the cursor to the newest activity, but not past a space that is left, unless that is a day old."""
        newest = max((space.last_activity for space in spaces if space.last_activity), default=cursor.looked_until)
        oldest = self._webex_now() - MAX_AGE
        until = min([newest, *(max(space.activity, oldest) for space in left if space.activity is not None)])
        if until > cursor.looked_until:
            with self._context.database.write() as session:
                space_looks.advance_cursor(session, until)

    def _before_call(self, turn: Turn) -> None:
        """Wait until a call may be made, and keep the turn."""
        self._pace.wait()
        if time.monotonic() - self._kept_at > _KEEP_TURN_AFTER:
            turn.keep()
            self._kept_at = time.monotonic()

    def _webex_now(self) -> datetime:
        return self._context.webex.now()


def _oldest_first_after(since: datetime, listed: Sequence[ListedMessage]) -> list[ListedMessage]:
    """Return the messages after `since`, oldest first, from a list that is newest first.

    What is listed above a message after `since` is after it, too, whatever its time says.
    """
    oldest_first = list(reversed(listed))
    is_older = [message.created is not None and message.created <= since for message in oldest_first]
    return oldest_first[is_older.index(False) :] if False in is_older else []


def _are_older(times: Sequence[datetime | None], since: datetime) -> bool:
    """Return whether a page of a list, newest first, ends before `since`; one odd time at its end proves nothing."""
    known = [at for at in times if at is not None]
    return bool(known) and max(known[-2:]) < since
