"""How the sandbox refuses: an HTTP status and Webex's words for it."""


class WebexError(Exception):
    """An answer other than success; `code` goes into `errors[].errorCode`, `retry_after` (seconds) into the header."""

    def __init__(self, status: int, message: str, *, code: int | None = None, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.retry_after = retry_after


def not_found(what: str) -> WebexError:
    """The answer for things that are not there and for things the caller may not see: the same, on purpose."""
    return WebexError(404, f"There is no such {what}.")
