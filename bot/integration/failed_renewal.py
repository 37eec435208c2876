"""A renewal that failed, and how long Webex is not asked again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.webex.errors import RateLimited, TokenRefused, WebexFailure

_REFUSAL_PAUSE = timedelta(minutes=1)
"""After a refusal: an admin must act first."""

_MIN_PAUSE, _MAX_PAUSE = timedelta(seconds=2), timedelta(minutes=5)
"""After no answer: the shortest pause while calls fail for want of a token, the longest while the token still works."""


@dataclass(frozen=True, slots=True)
class FailedRenewal:
    """The renewal of one version of the tokens that failed."""

    error: WebexFailure
    version: int
    at: datetime

    def lasts(self, now: datetime, works_until: datetime | None) -> bool:
        """Return whether Webex is not asked yet. `works_until` is the end of the token, None if it does not work."""
        if isinstance(self.error, TokenRefused):
            pause = _REFUSAL_PAUSE
        elif works_until is None:
            pause = _MIN_PAUSE
        else:
            pause = min(max((works_until - self.at) / 10, _MIN_PAUSE), _MAX_PAUSE)
        if isinstance(self.error, RateLimited) and self.error.retry_after:
            pause = max(pause, self.error.retry_after)
        return now < self.at + pause
