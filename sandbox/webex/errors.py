"""Errors that the API returns."""


class WebexError(Exception):
    """An error response.

    Args:
        code: becomes `errors[].errorCode`.
        retry_after: seconds for the Retry-After header.
    """

    def __init__(self, status: int, message: str, *, code: int | None = None, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.retry_after = retry_after


def not_found(what: str) -> WebexError:
    """Return the 404 for a thing that does not exist or that the caller cannot see. Both look the same on purpose."""
    return WebexError(404, f"There is no such {what}.")
