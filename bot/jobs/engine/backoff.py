"""How long to wait before something is tried again."""

from datetime import timedelta

from bot.webex.errors import MAX_PAUSE, RateLimited

_DEFAULT_RETRY_AFTER = timedelta(seconds=5)


def pause(failures: int, failure: Exception | None = None) -> timedelta:
    """Seconds that double with every failure, up to five minutes; or what Webex asked for."""
    if isinstance(failure, RateLimited):
        return failure.retry_after or _DEFAULT_RETRY_AFTER
    return min(timedelta(seconds=0.5 * 2 ** min(failures, 12)), MAX_PAUSE)
