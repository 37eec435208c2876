"""Only Webex, who knows the secret, can sign a webhook."""

import pytest

from bot.webex.signature import is_signed

SECRET = "key"
BODY = b"The quick brown fox jumps over the lazy dog"
SIGNATURE = "de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9"
"""The published HMAC-SHA1 of that sentence under that key."""

SIGNED_WITH_NOTHING = "fbdb1d1b18aa6c08324b7d64b71fb76370690e1d"
"""The published HMAC-SHA1 of an empty body under an empty key."""


def test_a_body_signed_with_the_secret_is_genuine() -> None:
    assert is_signed(SECRET, BODY, SIGNATURE)


def test_a_changed_body_is_not_genuine() -> None:
    assert not is_signed(SECRET, BODY + b" ", SIGNATURE)


def test_another_secret_is_not_genuine() -> None:
    assert not is_signed("kez", BODY, SIGNATURE)


def test_a_body_signed_with_any_of_several_secrets_is_genuine() -> None:
    assert is_signed(("new", SECRET), BODY, SIGNATURE)
    assert is_signed([SECRET, "new"], BODY, SIGNATURE)
    assert not is_signed(("new", "newer"), BODY, SIGNATURE)


def test_an_empty_secret_signs_nothing() -> None:
    assert not is_signed("", b"", SIGNED_WITH_NOTHING)
    assert not is_signed(("", SECRET), b"", SIGNED_WITH_NOTHING)
    assert not is_signed((), b"", SIGNED_WITH_NOTHING)


@pytest.mark.parametrize(
    "header", [None, "", "é" * 40, "\udc80", SIGNATURE.upper(), SIGNATURE[:-1], f"sha1={SIGNATURE}"]
)
def test_a_header_that_is_not_the_signature_is_not_genuine(header: str | None) -> None:
    assert not is_signed(SECRET, BODY, header)
