"""One look back at all spaces: which of them had something new, and in which order they are read.

Everything is decided by Webex's clock. How one space is read is in `space_messages.py`.
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
from bot.jobs.space_messages import MAX_AGE, OVERLAP, DueSpace, ends_before, record_new
from bot.webex.errors import RateLimited, Rejected, Unavailable, WebexFailure
from bot.webex.models import SpaceActivity
from storage import space_looks
from storage.space_looks import Cursor

log = logging.getLogger(__name__)

MAX_SPACE_PAGES = 16
"""Pages of spaces that one look reads: 4,000 spaces. Webex says that it sorts no more than 3,000 reliably."""

_UNDATED_AGAIN = timedelta(minutes=2)
"""How often a space is read whose last activity Webex does not say, or says wrongly."""

_MAX_AHEAD = timedelta(seconds=5)
"""By how much a time may be ahead of Webex's own: answers name full seconds."""

_MAX_FAILURES = 3
"""Spaces in a row that Webex does not let the bot read, after which a look ends: it is then no matter of the space."""

_MAX_DOUBLINGS = 7
"""How often the pause of a space that fails is doubled: up to about a minute, which a sender can wait."""

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
class _Failed:
    """How often in a row a space could not be read, and when it may be tried again, by the monotonic clock."""

    count: int
    not_before: float


_NEVER = _Failed(0, 0.0)


class SpaceLooks:
    """Looks at all spaces, again and again. Remembers which spaces Webex does not let the bot read now."""

    def __init__(self, context: Context, pace: Pace) -> None:
        self._context = context
        self._pace = pace
        self._kept_at = 0.0
        self._failed: dict[str, _Failed] = {}
        self._refused: dict[str, datetime] = {}
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
        left: list[DueSpace] = []
        missed = failures = 0
        was_cut = False
        due = self._due(spaces, cursor)
        for number, space in enumerate(due):
            was_cut = number > 0 and (time.monotonic() > ends_at or self._context.look_requested.is_set())
            if was_cut or failures == _MAX_FAILURES:
                left += due[number:]
                break
            if time.monotonic() < self._failed.get(space.room_id, _NEVER).not_before:
                left.append(space)
                continue
            try:
                missed += record_new(
                    self._context,
                    space,
                    partial(self._before_call, turn),
                    not_before=cursor.not_before,
                    missed_since=missed_since,
                )
            except (RateLimited, Unavailable) as failure:
                self._leave(space, failure)
            except Rejected as rejected:
                self._skip(space, rejected)
                continue
            else:
                self._failed.pop(space.room_id, None)
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
            if not new or ends_before(times, since):
                return list(found.values()), True
        log.warning("more than %d spaces had activity lately: the rest are not looked at", len(found))
        return list(found.values()), True

    def _sane(self, space: SpaceActivity) -> SpaceActivity:
        """Return the space without its last activity if that is in the future."""
        at = space.last_activity
        is_sane = at is None or at <= self._webex_now() + _MAX_AHEAD
        return space if is_sane else replace(space, last_activity=None)

    def _due(self, spaces: Sequence[SpaceActivity], cursor: Cursor) -> list[DueSpace]:
        """Return the spaces with activity since they were looked at: 1:1 spaces first, then the longest waiting.

        Spaces that failed come last, so that they keep no other from being read.
        """
        positions = self._positions(spaces, cursor)
        now = self._webex_now()
        due = []
        for space in spaces:
            at, since = space.last_activity, positions[space.room_id]
            if space.room_id in self._refused and (at or now) <= self._refused[space.room_id]:
                continue
            if since < (at or now - _UNDATED_AGAIN):
                due.append(DueSpace(space.room_id, space.is_direct, since, at or now, at))
        return sorted(due, key=lambda space: (space.room_id in self._failed, not space.is_direct, space.until))

    def _positions(self, spaces: Sequence[SpaceActivity], cursor: Cursor) -> dict[str, datetime]:
        """Return until when each space has been looked at; for a new one, until when all have been.

        The cursor does not wait for a space without a last activity, so such a space gets a position of its own.
        """
        with self._context.database.quick_read() as session:
            known = space_looks.positions(session, [space.room_id for space in spaces])
        new = [space for space in spaces if space.room_id not in known]
        undated = [space.room_id for space in new if space.last_activity is None]
        since = cursor.looked_until - OVERLAP
        if undated:
            with self._context.database.write() as session:
                for room_id in undated:
                    space_looks.advance(session, room_id, since)
        return known | {space.room_id: since for space in new}

    def _leave(self, space: DueSpace, failure: WebexFailure) -> None:
        """Leave a space to a later look; the more often it fails in a row, the later."""
        count = self._failed.get(space.room_id, _NEVER).count + 1
        wait = pause(min(count + 2, _MAX_DOUBLINGS), failure)
        self._failed[space.room_id] = _Failed(count, time.monotonic() + wait.total_seconds())
        log.log(logging.WARNING if count == 1 else logging.DEBUG, "a space is looked at later: %s", failure)

    def _skip(self, space: DueSpace, rejected: Rejected) -> None:
        """Leave a space alone until something new happens there, or for a while; its position stays."""
        log.info("a space cannot be looked at: %s", rejected)
        self._refused[space.room_id] = space.activity or space.until + _UNDATED_AGAIN
        with self._context.database.write() as session:
            space_looks.advance(session, space.room_id, space.since)

    def _move_cursor(self, cursor: Cursor, spaces: Sequence[SpaceActivity], left: Sequence[DueSpace]) -> None:
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
