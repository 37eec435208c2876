"""How long to wait before something is tried again."""

from datetime import timedelta

from bot.webex.errors import MAX_PAUSE, TOKEN_PAUSE, RateLimited, TokenUnavailable

_DEFAULT_RETRY_AFTER = timedelta(seconds=5)
"""The pause after a 429 in which Webex names none."""


def pause(failures: int, failure: Exception | None = None) -> timedelta:
    """Return the pause that Webex asks for; else one that doubles with each failure, from 0.5 s to MAX_PAUSE.

    The pause is always TOKEN_PAUSE while there is no access token.
    """
    if isinstance(failure, RateLimited):
        return failure.retry_after or _DEFAULT_RETRY_AFTER
    if isinstance(failure, TokenUnavailable):
        return TOKEN_PAUSE
    return min(timedelta(seconds=0.5 * 2 ** min(failures, 12)), MAX_PAUSE)
