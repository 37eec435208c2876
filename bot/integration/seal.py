"""Encrypts the tokens that the database keeps."""

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class Unreadable(Exception):
    """None of the keys opens what was sealed."""


class Seal:
    """Encryption by the first of some keys, decryption by any of them."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Take Fernet keys, at least one."""
        fernets = [Fernet(key) for key in keys]
        self._first, self._all = fernets[0], MultiFernet(fernets)

    def sealed(self, text: str) -> str:
        """Return the text encrypted with the first key."""
        return self._all.encrypt(text.encode()).decode()

    def opened(self, sealed: str) -> str:
        """Return the text that was encrypted with any of the keys. Raise Unreadable if none of them fits."""
        try:
            return self._all.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise Unreadable("no key of BOT_SECRET_KEY opens the tokens in the database") from None

    def has_first_key(self, sealed: str) -> bool:
        """Return whether the first key encrypted this."""
        try:
            self._first.decrypt(sealed.encode())
        except InvalidToken:
            return False
        return True
