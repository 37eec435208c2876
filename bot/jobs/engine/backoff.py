"""How long to wait before something is tried again."""

from datetime import timedelta

from bot.webex.errors import RateLimited

_LONGEST = timedelta(minutes=5)
_UNSAID = timedelta(seconds=5)


def pause(failures: int, failure: Exception | None = None) -> timedelta:
    """Seconds that double with every failure, up to five minutes; or what Webex asked for."""
    if isinstance(failure, RateLimited):
        asked = _UNSAID if failure.retry_after is None else timedelta(seconds=failure.retry_after)
        return min(max(asked, timedelta(seconds=1)), _LONGEST)
    return min(timedelta(seconds=0.5 * 2 ** min(failures, 12)), _LONGEST)
