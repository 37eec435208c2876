"""What the bot says if it answers late."""

from datetime import datetime, timedelta

from bot.formatting.escape import code
from bot.formatting.limits import fits
from bot.formatting.times import clock, duration

_MAX_TYPED = 200
"""Characters of a command that are quoted."""


def late(markdown: str, written_at: datetime, now: datetime, timezone: str) -> str:
    """Say above a reply when its command was written."""
    whole = f"You wrote this at {clock(written_at, now, timezone)}.\n\n{markdown}"
    return whole if fits(whole) else markdown


def ask_again(typed: str, written_at: datetime, age: timedelta, now: datetime, timezone: str, *, has_file: bool) -> str:
    """Refuse a change that was asked for long ago, and quote the command."""
    again = "Send it again, with its file," if has_file else "Type it again"
    return (
        f"You wrote {code(typed, _MAX_TYPED)} at {clock(written_at, now, timezone)}, {duration(age.total_seconds())} "
        f"ago. I read it only now, so I did not do it. {again} if you still want it."
    )
