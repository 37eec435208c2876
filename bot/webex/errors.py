"""What can go wrong when Webex is asked, as exceptions that say what to do about it."""

from datetime import timedelta

MIN_RETRY_AFTER = timedelta(seconds=1)
MAX_PAUSE = timedelta(minutes=5)
"""The longest pause before a call is tried again, even if Webex asks for more: the bot is to recover soon after Webex
does."""


class WebexFailure(Exception):
    """Webex did not do what it was asked; `tracking_id` is the handle for Webex's support."""

    def __init__(self, message: str, *, tracking_id: str | None = None) -> None:
        super().__init__(f"{message} (tracking id {tracking_id})" if tracking_id else message)
        self.tracking_id = tracking_id


class RateLimited(WebexFailure):
    """HTTP 429 or 423: too early. `retry_after` is how long to wait, within limits; None if Webex does not say."""

    def __init__(self, message: str, *, retry_after: float | None, tracking_id: str | None = None) -> None:
        """Take `retry_after` in seconds, as Webex sends it."""
        super().__init__(message, tracking_id=tracking_id)
        self.retry_after = None if retry_after is None else _within_limits(retry_after)


class Unavailable(WebexFailure):
    """A 5xx: Webex itself failed, and may or may not have done what it was asked."""


class TokenRefused(Unavailable):
    """HTTP 401: Webex does not accept our token. An operator can mend that, so nothing is given up for it."""


class AnswerLost(Unavailable):
    """The connection broke or timed out: whether Webex did it is unknown."""


class TooLarge(WebexFailure):
    """Webex sends more than is wanted of it; the rest was not read."""


class Rejected(WebexFailure):
    """Any other 4xx, or an answer that cannot be understood: asking again would not help. `said` is what Webex said."""

    def __init__(
        self,
        message: str,
        *,
        status: int,
        codes: tuple[int, ...] = (),
        said: str = "",
        tracking_id: str | None = None,
    ) -> None:
        super().__init__(message, tracking_id=tracking_id)
        self.status = status
        self.codes = codes
        self.said = said


def _within_limits(seconds: float) -> timedelta:
    return timedelta(seconds=min(max(seconds, MIN_RETRY_AFTER.total_seconds()), MAX_PAUSE.total_seconds()))
