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
        f"You sent more than {quantity(commands, 'command')} in a minute, so I did not run this one. "
        f"Try again in {math.ceil(wait.total_seconds())} s. Until then, I answer nothing that you send."
    )


def no_file(most: int, until: datetime, now: datetime, enterprise: Enterprise) -> str:
    """Say why an answer has no file: the enterprise has had all its files of the last hour."""
    again = when(until, now, enterprise.timezone)
    return (
        f"There is no CSV this time: I made {quantity(most, 'file')} for {plain(enterprise.name)} within the last "
        f"hour, and that is the limit. I can make the next one {again}."
    )


def too_many_uploads(most: int, until: datetime, now: datetime, enterprise: Enterprise) -> str:
    """Refuse a file of locations, because the enterprise has asked for `locations` too often."""
    again = when(until, now, enterprise.timezone)
    return (
        f"I answered `locations` {quantity(most, 'time')} for {plain(enterprise.name)} within the last hour, and that "
        f"is the limit for files that I read. Nothing was changed. Please send the file again {again}."
    )
