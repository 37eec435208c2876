"""How long to wait before something is tried again."""

from datetime import timedelta

from bot.webex.errors import RateLimited

_MAX_PAUSE = timedelta(minutes=5)
_DEFAULT_RETRY_AFTER = timedelta(seconds=5)


def pause(failures: int, failure: Exception | None = None) -> timedelta:
    """Seconds that double with every failure, up to five minutes; or what Webex asked for."""
    if isinstance(failure, RateLimited):
        asked = _DEFAULT_RETRY_AFTER if failure.retry_after is None else timedelta(seconds=failure.retry_after)
        return min(max(asked, timedelta(seconds=1)), _MAX_PAUSE)
    return min(timedelta(seconds=0.5 * 2 ** min(failures, 12)), _MAX_PAUSE)
