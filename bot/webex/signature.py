"""Checks the signature of a webhook."""

import hmac
from collections.abc import Sequence


def is_signed(secrets: Sequence[str] | str, body: bytes, header: str | None) -> bool:
    """Return whether `header` (X-Spark-Signature, Webex's webhooks guide) signs the raw `body` with one of the secrets.

    Several secrets are accepted, so that one can be replaced. An empty secret never matches.
    """
    if header is None:
        return False
    received = header.encode("utf-8", "replace")
    candidates = (secrets,) if isinstance(secrets, str) else secrets
    matches = [
        hmac.compare_digest(hmac.digest(secret.encode(), body, "sha1").hex().encode(), received)
        for secret in candidates
        if secret
    ]
    return any(matches)
