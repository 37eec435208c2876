"""The ways in which a call to Webex can fail, and in which an answer can be malformed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.webex.error_responses import retry_after
from bot.webex.errors import (
    AnswerLost,
    RateLimited,
    Rejected,
    ScopeMissing,
    TokenRefused,
    TokenUnavailable,
    Unavailable,
    WebexFailure,
)
from storage.values.records import WebexSyncStatus


@dataclass(frozen=True)
class Trouble:
    """What a call gets instead of its answer, and whether Webex did what it was asked."""

    failure: Callable[[], WebexFailure]
    done: bool = False


def _rejected(status: int, *codes: int, done: bool = False) -> Trouble:
    return Trouble(lambda: Rejected(f"{status} {codes}", status=status, codes=codes, tracking_id="NA"), done)


def _busy(header: str | None) -> Trouble:
    """A 429, with anything in Retry-After."""
    return Trouble(lambda: RateLimited("busy", retry_after=retry_after(header, datetime(2030, 5, 6, tzinfo=UTC))))


ANYWHERE = {
    "503": Trouble(lambda: Unavailable("503")),
    "lost": Trouble(lambda: AnswerLost("lost")),
    "no token": Trouble(lambda: TokenUnavailable("503")),
    "401": Trouble(lambda: TokenRefused("401")),
    "scope": Trouble(lambda: ScopeMissing("403")),
    **{f"429 {header}": _busy(header) for header in (None, "7", "-3", "1e9", "Wed, 01 Jan 2020 00:00:00")},
    "404": _rejected(404),
}
"""What can happen to any call."""

OF_READING = {**ANYWHERE, "403": _rejected(403), "not understood": _rejected(200)}
_CODES = (600005, 600006, 600009, 600001, 600014, 600011, 600029, 699999)
OF_STARTING = {
    **ANYWHERE,
    "503, done": Trouble(lambda: Unavailable("503"), done=True),
    "lost, done": Trouble(lambda: AnswerLost("lost"), done=True),
    "not understood, done": _rejected(200, done=True),
    "403": _rejected(403),
    **{str(code): _rejected(409, code) for code in _CODES},
}

_DAY = timedelta(days=1)
Shape = Callable[[WebexSyncStatus], WebexSyncStatus]

SHAPES: dict[str, Shape] = {
    "": lambda reading: reading,
    "no counts": lambda reading: replace(reading, counts={}, succeeded_at=None),
    "no end": lambda reading: replace(reading, ended_at=None),
    "end of the run before": lambda reading: replace(
        reading, ended_at=reading.started_at and reading.started_at - _DAY
    ),
    "no status": lambda reading: replace(reading, status=None),
    "odd status": lambda reading: replace(reading, status="PARTIAL"),
    "in small letters": lambda reading: replace(reading, status=(reading.status or "").lower()),
    "off": lambda reading: replace(reading, enabled=False),
}
"""How Webex's status may look. Only `FORGETS` leaves out what tells two runs apart, one field at a time."""

FORGETS: dict[str, Shape] = {
    "": lambda reading: reading,
    "start": lambda reading: replace(reading, started_at=None),
    "id": lambda reading: replace(reading, tracking_id=None),
}
