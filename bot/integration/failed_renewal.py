"""A renewal that failed, and how long Webex is not asked again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.webex.errors import RateLimited, TokenRefused, TokenUnavailable, WebexFailure

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

    @property
    def refusal(self) -> TokenRefused | None:
        """The error, if Webex has refused the renewal."""
        return self.error if isinstance(self.error, TokenRefused) else None

    def lasts(self, now: datetime, works_until: datetime | None) -> bool:
        """Return whether Webex is not asked yet. `works_until` is the end of the token, None if it does not work."""
        if self.refusal:
            pause = _REFUSAL_PAUSE
        elif works_until is None:
            pause = _MIN_PAUSE
        else:
            pause = min(max((works_until - self.at) / 10, _MIN_PAUSE), _MAX_PAUSE)
        if isinstance(self.error, RateLimited) and self.error.retry_after:
            pause = max(pause, self.error.retry_after)
        return self.at <= now < self.at + pause  # a clock that was set back must not make the pause long

    def to_raise(self) -> TokenRefused | TokenUnavailable:
        """Return the error for a call that has no token because of this."""
        if refusal := self.refusal:
            return refusal.with_traceback(None)
        return TokenUnavailable(f"the provider's access token cannot be renewed yet: {self.error}")
