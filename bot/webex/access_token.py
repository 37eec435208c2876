"""The access token of the calls to Webex: what a client asks for it, and the kind that never changes."""

from collections.abc import Callable
from typing import Protocol

from bot.webex.errors import TokenRefused


class AccessToken(Protocol):
    """The token that a client sends, asked for at each call. It may be asked from any thread."""

    def current(self) -> str:
        """Return the token to send now. Raise TokenRefused or TokenUnavailable if there is none."""

    def renewed(self, refused: str) -> str | None:
        """Return another token than the one that Webex refused with a 401; None if there is no other.

        Raise TokenRefused if no other can be had without an operator, and TokenUnavailable if it cannot be had now.
        """


class RenewableToken(AccessToken, Protocol):
    """A token that is renewed before its end."""

    def look(self) -> None:
        """Take over what other processes have kept."""

    @property
    def refusal(self) -> TokenRefused | None:
        """Why Webex will not renew the token, while it still works; None if it will, or if nobody has asked."""


class FixedToken:
    """A token that is never renewed."""

    def __init__(self, token: str) -> None:
        """Raise ValueError if no HTTP header can carry the token."""
        if not fits_header(token):
            raise ValueError(MUST_BE_VISIBLE_ASCII)
        self._token = token

    def current(self) -> str:
        """Return the token."""
        return self._token

    def renewed(self, refused: str) -> None:
        """Return None: there is no other token."""


class WatchedToken(FixedToken):
    """A token that is never renewed, and that says so when Webex refuses it."""

    def __init__(self, token: str, on_refusal: Callable[[], None]) -> None:
        """Call `on_refusal` after each 401; it must not make a call with this token's client."""
        super().__init__(token)
        self._on_refusal = on_refusal

    def renewed(self, refused: str) -> None:
        """Say that Webex refuses the token."""
        self._on_refusal()


MUST_BE_VISIBLE_ASCII = "an access token is visible ASCII characters, without spaces"


def fits_header(token: str) -> bool:
    """Return whether an HTTP header can carry the token."""
    return bool(token) and all("!" <= character <= "~" for character in token)
