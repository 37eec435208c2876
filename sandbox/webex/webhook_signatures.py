"""The headers that sign a webhook's delivery: the SHA-1 one, and the newer one with several signatures.

The newer header is a list of `alg=hex`. Which webhooks carry it is not documented, so tests choose.
"""

import hmac
from collections.abc import Collection

SPARK_HEADER, WEBEX_HEADER = "X-Spark-Signature", "X-Webex-Signature"
_WEBEX_ALGORITHMS = ("sha256", "sha512")


def sign(secret: str | None, body: bytes, headers: Collection[str]) -> dict[str, str]:
    """Return those headers with their values for exactly these bytes; nothing without a secret."""
    if not secret:
        return {}

    def digest(algorithm: str) -> str:
        return hmac.new(secret.encode(), body, algorithm).hexdigest()

    values = {
        SPARK_HEADER: digest("sha1"),
        WEBEX_HEADER: ",".join(f"{algorithm}={digest(algorithm)}" for algorithm in _WEBEX_ALGORITHMS),
    }
    return {name: value for name, value in values.items() if name in headers}
