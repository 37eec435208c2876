"""Whether a webhook is really from Webex."""

import hmac
from collections.abc import Sequence


def is_signed(secrets: Sequence[str] | str, body: bytes, header: str | None) -> bool:
    """Whether `header` (X-Spark-Signature, Webex's webhooks guide) signs the raw `body` with one of the secrets.

    Several secrets are accepted while one is being replaced. An empty secret signs nothing.
    """
    if header is None:
        return False
    given = header.encode("utf-8", "replace")
    known = (secrets,) if isinstance(secrets, str) else secrets
    matches = [
        hmac.compare_digest(hmac.digest(secret.encode(), body, "sha1").hex().encode(), given)
        for secret in known
        if secret
    ]
    return any(matches)
