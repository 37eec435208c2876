"""The ways in which Webex writes times."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def now() -> datetime:
    """Return the current time, aware, in UTC."""
    return datetime.now(UTC)


def format_millis(time: datetime) -> str:
    """Write a time as most of Webex's APIs do: 2026-11-22T10:14:00.123Z."""
    return time.isoformat(timespec="milliseconds")[:-6] + "Z"


def format_micros(time: datetime) -> str:
    """Write a time of a sync as the BroadWorks APIs do: with six digits after the seconds."""
    return time.isoformat(timespec="microseconds")[:-6] + "Z"


def parse_time(text: str) -> datetime:
    """Read epoch milliseconds or ISO 8601. Raise ValueError for anything else."""
    if text.isascii() and text.isdigit():
        try:
            return EPOCH + timedelta(milliseconds=int(text))
        except OverflowError as error:
            raise ValueError(text) from error
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)
