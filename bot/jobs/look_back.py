"""Looks back at the spaces for messages that no webhook told of. Where there are no webhooks, that is the only way.

When: soon after the start, after a webhook was repaired, after the database was away, and at intervals, in one process
at a time. How one look goes is in `space_look.py`.
"""

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from bot.jobs import missed_messages
from bot.jobs.engine.backoff import pause
from bot.jobs.engine.context import Context
from bot.jobs.engine.turn import NotMyTurn, Turn
from bot.jobs.pace import Pace
from bot.jobs.space_look import Looked, SpaceLooks
from bot.webex.errors import RateLimited, WebexFailure
from storage import space_looks, webhooks

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=2)
"""How often spaces are looked at where webhooks tell of messages: a lost one is answered that late at most."""

_TURN = "look back"
"""The lease of the process that looks."""

_TICK = 1.0
"""Seconds between two glances at whether a look was requested."""

_AFTER_WEBHOOKS = 15.0
"""Seconds that the first look waits for the first look at the webhooks: another installation may have them."""

_FAILED_AGAIN = 10.0
"""Seconds until the next look if some spaces could not be read."""


@dataclass(frozen=True, slots=True)
class _Mode:
    """How looks go, with webhooks or without.

    `glance_seconds` lie between two glances at the database: was it away, or was a look requested? A look takes
    `max_seconds`; what is left is left to the next, which sees newer messages. `max_pause` follows a look that Webex
    did not answer. `burst` calls may follow each other at once.
    """

    glance_seconds: float
    max_seconds: float
    max_pause: timedelta
    burst: int


_WITH_WEBHOOKS = _Mode(glance_seconds=2.0, max_seconds=120.0, max_pause=EVERY, burst=1)
_POLLING = _Mode(glance_seconds=_TICK, max_seconds=10.0, max_pause=timedelta(seconds=15), burst=4)
"""A look that finds a message makes two calls; the burst is enough for two looks."""


def request(context: Context) -> None:
    """Make a look due in this process, within a second."""
    context.look_requested.set()


def run(context: Context) -> None:
    """Look back whenever it is due, until the process stops."""
    looking = _Looking(context)
    if looking.is_polling:
        log.warning(
            "BOT_PUBLIC_URL is not set, so there are no webhooks: the spaces are looked at every %g s. This way "
            "the bot does not see pressed buttons, nor that it is added to a space or removed from one",
            context.settings.webex_poll.total_seconds(),
        )
    while not context.stopping.is_set():
        context.stopping.wait(looking.tick())


class _Looking:
    """Decides when to look."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.is_polling = not context.settings.bot_public_url
        self._mode = _POLLING if self.is_polling else _WITH_WEBHOOKS
        self._every = context.settings.webex_poll if self.is_polling else EVERY
        self._looks = SpaceLooks(context, Pace(self._mode.burst, context.stopping))
        self._started_at = self._reliable_since = time.monotonic()
        self._is_database_away = False
        self._is_forced = True
        self._rests = False
        self._requested_at: datetime | None = None
        self._not_before = 0.0
        self._glance_at = 0.0
        self._failures = 0

    def tick(self) -> float:
        """Look if that is due; return the seconds until the next tick."""
        now = time.monotonic()
        if self._context.look_requested.is_set():
            self._context.look_requested.clear()
            self._look_at_once()
        if now < self._not_before or (now < self._glance_at and not self._is_forced):
            return self._until(max(self._not_before, 0.0 if self._is_forced else self._glance_at))
        try:
            if self._is_waiting_for_webhooks():
                return _TICK / 10
            if self._is_resting():
                return _TICK
            wait = self._wait()
            if wait <= 0:
                self._look()
                wait = self._wait()
        except NotMyTurn:
            self._not_before = now + _TICK
        except SQLAlchemyError as error:
            self._database_failed(error)
        except WebexFailure as failure:
            self._webex_failed(failure)
        else:
            self._glance_at = time.monotonic() + min(wait, self._mode.glance_seconds)
        return self._until(max(self._not_before, self._glance_at))

    def _is_waiting_for_webhooks(self) -> bool:
        has_looked = self._context.has_looked_at_webhooks.is_set()
        return not has_looked and time.monotonic() - self._started_at < _AFTER_WEBHOOKS

    def _is_resting(self) -> bool:
        """Return whether another installation of the bot has the webhooks, and answers in its place."""
        with self._context.database.quick_read() as session:
            rests = webhooks.taken_by(session) is not None
        if self._rests and not rests:
            self._look_at_once()
        self._rests = rests
        return rests

    def _look_at_once(self) -> None:
        """Have a look made now. What was written before it does not count as missed: there is a known reason."""
        self._is_forced, self._reliable_since = True, time.monotonic()

    def _until(self, at: float) -> float:
        return min(max(at - time.monotonic(), 0.0), _TICK)

    def _wait(self) -> float:
        """Return the seconds until a look is due, by what all processes know; zero or less if it is due now."""
        with self._context.database.quick_read() as session:
            times = space_looks.times(session)
        if self._is_database_away:
            log.info("the database is back: looking for messages that could not be stored meanwhile")
            self._is_database_away = False
            self._look_at_once()
        if times.requested_at != self._requested_at:
            self._requested_at = times.requested_at
            self._look_at_once()
        due = times.next_look_at
        wait = 0.0 if due is None else (due - self._context.now()).total_seconds()
        # A time further ahead comes from a clock that was wrong.
        return 0.0 if self._is_forced or wait > self._every.total_seconds() else wait

    def _look(self) -> None:
        self._context.me()  # in the account of a person, the bot must read nothing
        began = self._context.now()
        with Turn(self._context, _TURN) as turn:
            self._is_forced = False
            try:
                looked = self._looks.look(turn, missed_since=self._missed_since(), max_seconds=self._mode.max_seconds)
            except (WebexFailure, SQLAlchemyError, NotMyTurn):
                self._is_forced = True
                raise
            self._set_next(began, looked)
        self._failures = 0
        if looked.missed:
            missed_messages.report(self._context, looked.missed)

    def _set_next(self, began: datetime, looked: Looked) -> None:
        wait = self._every.total_seconds()
        if looked.has_failed:
            wait = min(wait, _FAILED_AGAIN)
        if looked.was_cut:
            wait = 0.0
        with self._context.database.write() as session:
            space_looks.set_next(session, began + timedelta(seconds=wait))

    def _missed_since(self) -> datetime | None:
        """Return since when each message should have come by a webhook; None if there are no webhooks."""
        if self.is_polling:
            return None
        return self._context.webex.now() - timedelta(seconds=time.monotonic() - self._reliable_since)

    def _database_failed(self, error: SQLAlchemyError) -> None:
        if not self._is_database_away:
            log.warning("cannot look back, because the database cannot be reached: %s", type(error).__name__)
        self._is_database_away = True
        self._not_before = time.monotonic() + _TICK

    def _webex_failed(self, failure: WebexFailure) -> None:
        self._failures += 1
        wait = pause(self._failures + 2, failure)
        if not isinstance(failure, RateLimited):
            wait = min(wait, self._mode.max_pause)
        level = self._context.access.log_level(failure)
        log.log(level, "looking back failed: %s; trying again in %d s", failure, wait.total_seconds())
        self._not_before = time.monotonic() + wait.total_seconds()
