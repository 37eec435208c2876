"""Checks the signatures of a webhook (Webex's webhooks guide).

`X-Spark-Signature` is the HMAC-SHA1 of the raw body. Some webhooks also have `X-Webex-Signature`, a list of
`algorithm=signature` with SHA-256 and SHA-512. Its format is known only from a client of Webex, so `:` and base64 are
accepted as well.
"""

import base64
import hmac
import re
from collections.abc import Iterator, Sequence

MAX_HEADER_CHARACTERS = 1024
"""The longest header that is read: three times what all known signatures need."""

MAX_SIGNATURES = 8
"""The most signatures in one header, so that nobody can have the bot compute many."""

_ALGORITHMS = {"sha1": 40, "sha256": 64, "sha512": 128}
"""The known algorithms, and how many hex digits a signature of each has."""

_SEPARATORS = re.compile(r"[,;\s]+")
_EQUALS = re.compile("[=:]")

Signature = tuple[str, bytes]
"""An algorithm, and what should be a signature in hex digits."""


def is_signed(
    secrets: Sequence[str] | str, body: bytes, spark_header: str | None, webex_header: str | None = None
) -> bool:
    """Return whether one of the secrets made every signature of the raw `body`, and there is at least one.

    Several secrets are accepted, so that one can be replaced. An empty secret never matches.
    """
    received = [*_spark_signature(spark_header), *_webex_signatures(webex_header)]
    if not received or len(received) > MAX_SIGNATURES + 1:
        return False
    candidates = (secrets,) if isinstance(secrets, str) else secrets
    matches = [_all_match(secret, body, received) for secret in candidates if secret]
    return any(matches)


def _all_match(secret: str, body: bytes, received: Sequence[Signature]) -> bool:
    """Compare every signature, in a time that does not depend on where they differ."""
    matches = [
        algorithm in _ALGORITHMS
        and hmac.compare_digest(hmac.digest(secret.encode(), body, algorithm).hex().encode(), signature)
        for algorithm, signature in received
    ]
    return all(matches)


def _spark_signature(header: str | None) -> Iterator[Signature]:
    if header and header.strip():
        yield "sha1", header.encode("utf-8", "replace")


def _webex_signatures(header: str | None) -> Iterator[Signature]:
    """Yield the signatures of known algorithms; one with the algorithm "" for what cannot be a signature."""
    header = header or ""
    if len(header) > MAX_HEADER_CHARACTERS:
        yield "", b""
        return
    for part in filter(None, _SEPARATORS.split(header)):
        algorithm, *signatures = _EQUALS.split(part, maxsplit=1)
        name, signature = algorithm.lower().replace("-", ""), "".join(signatures)
        if not signatures:  # a signature without its algorithm has the length of one
            name, signature = next((known for known, size in _ALGORITHMS.items() if size == len(part)), ""), part
        if name in _ALGORITHMS or not name:
            yield name, _in_hex(signature, _ALGORITHMS.get(name, 0)).encode("utf-8", "replace")


def _in_hex(signature: str, digits: int) -> str:
    """Return a signature in lower-case hex. One that has not this many digits is read as base64."""
    try:
        return signature.lower() if len(signature) == digits else base64.b64decode(signature, validate=True).hex()
    except ValueError:
        return ""
