"""Webex's ways of writing a moment."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)


def millis(moment: datetime) -> str:
    """As most of Webex's APIs write it: 2026-11-22T10:14:00.123Z."""
    return moment.isoformat(timespec="milliseconds")[:-6] + "Z"


def micros(moment: datetime) -> str:
    """As the BroadWorks APIs write a sync's times: six fractional digits."""
    return moment.isoformat(timespec="microseconds")[:-6] + "Z"


def parse(text: str) -> datetime:
    """Read epoch milliseconds or ISO 8601; raises ValueError for anything else."""
    if text.isascii() and text.isdigit():
        try:
            return EPOCH + timedelta(milliseconds=int(text))
        except OverflowError as error:
            raise ValueError(text) from error
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
