"""What the bot says to a person or an enterprise that asks for too much."""

from datetime import datetime, timedelta

from bot.formatting.escape import plain
from bot.formatting.quantity import quantity
from bot.formatting.times import when
from storage.values.records import Enterprise


def too_many(commands: int, wait: timedelta) -> str:
    """Refuse a person who sends commands too fast."""
    seconds = max(1, round(wait.total_seconds()))
    return (
        f"You sent more than {quantity(commands, 'command')} in a minute, so I did nothing. Try again in {seconds} s."
    )


def too_many_exports(exports: int, until: datetime, now: datetime, enterprise: Enterprise) -> str:
    """Refuse a file to an enterprise that has had all its files of the last hour."""
    again = when(until, now, enterprise.timezone)
    return (
        f"I made {quantity(exports, 'file')} with license holders or locations for {plain(enterprise.name)} within the "
        f"last hour. That is the limit. I can make the next file {again}. Until then, `licenses count` works."
    )
