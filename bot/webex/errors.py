"""The errors of a call to Webex, one class for each thing that the caller can do about it."""

from datetime import timedelta

MIN_RETRY_AFTER = timedelta(seconds=1)
"""The shortest pause, even if Webex asks for none: a zero would have the bot try again in a tight loop."""

MAX_PAUSE = timedelta(minutes=5)
"""The longest pause before a call is tried again, even if Webex asks for more: the bot is to recover soon after Webex
does."""

ACCESS_PAUSE = timedelta(minutes=1)
"""The pause of a row while Webex refuses the bot's access. When it works again, all such rows are due at once."""

TOKEN_PAUSE = timedelta(seconds=3)
"""The pause of a row while no access token can be had: trying again costs no call until the token is renewed."""


class WebexFailure(Exception):
    """A call to Webex failed; `tracking_id` identifies it for Webex's support, and `summary` is the rest."""

    def __init__(self, message: str, *, tracking_id: str | None = None) -> None:
        super().__init__(f"{message} (tracking id {tracking_id})" if tracking_id else message)
        self.summary = message
        self.tracking_id = tracking_id


class RateLimited(WebexFailure):
    """HTTP 429 or 423: too early. `retry_after` is how long to wait, within limits; None if Webex does not say.

    `codes` are the error codes in the answer, if there are any.
    """

    def __init__(
        self, message: str, *, retry_after: float | None, codes: tuple[int, ...] = (), tracking_id: str | None = None
    ) -> None:
        """Take `retry_after` in seconds, as Webex sends it."""
        super().__init__(message, tracking_id=tracking_id)
        self.codes = codes
        self.retry_after: timedelta | None = None
        if retry_after is not None:
            seconds = min(max(retry_after, MIN_RETRY_AFTER.total_seconds()), MAX_PAUSE.total_seconds())
            self.retry_after = timedelta(seconds=seconds)


class Unavailable(WebexFailure):
    """HTTP 5xx: Webex itself failed; it may or may not have carried out the call."""


class TokenUnavailable(Unavailable):
    """There is no access token to send now, because it cannot be renewed yet. Webex has not carried out the call."""


class AccessRefused(Unavailable):
    """Webex refuses the bot's access itself. An operator must act, and the call is tried again until then."""


class TokenRefused(AccessRefused):
    """HTTP 401, or a token that cannot be sent."""


class ScopeMissing(AccessRefused):
    """HTTP 403 wherever a scope or role is needed: the token lacks it."""


class NotABot(AccessRefused):
    """The bot's token belongs to a person: nothing may be read or posted with it."""


class AnswerLost(Unavailable):
    """The connection broke or timed out: Webex may or may not have carried out the call."""


class TooLarge(WebexFailure):
    """A file is larger than the limit; the rest was not read."""


class Rejected(WebexFailure):
    """Any other 4xx, or an answer that the bot does not understand: another attempt would not help.

    `webex_message` is Webex's own message.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int,
        codes: tuple[int, ...] = (),
        webex_message: str = "",
        tracking_id: str | None = None,
    ) -> None:
        super().__init__(message, tracking_id=tracking_id)
        self.status = status
        self.codes = codes
        self.webex_message = webex_message
