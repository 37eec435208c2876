"""What the bot says to a person or an enterprise that asks for too much."""

import math
from datetime import datetime, timedelta

from bot.formatting.escape import plain
from bot.formatting.quantity import quantity
from bot.formatting.times import when
from storage.values.records import Enterprise


def too_many(commands: int, wait: timedelta) -> str:
    """Refuse a person who sends commands too fast, and is not answered for this long."""
    return (
        f"You sent more than {quantity(commands, 'command')} in a minute, so I did nothing. "
        f"Try again in {math.ceil(wait.total_seconds())} s. Until then, I answer nothing that you send."
    )


def too_many_exports(exports: int, until: datetime, now: datetime, enterprise: Enterprise) -> str:
    """Refuse a file to an enterprise that has had all its files of the last hour."""
    again = when(until, now, enterprise.timezone)
    return (
        f"I made {quantity(exports, 'file')} with license holders or locations for {plain(enterprise.name)} within the "
        f"last hour. That is the limit. I can make the next file {again}. Until then, `licenses count` works."
    )
