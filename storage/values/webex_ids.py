"""Webex's ids: opaque texts that are base64 of an address, which may differ between its APIs for the same thing."""

import base64
import binascii


def bare(webex_id: str) -> str:
    """The part of an id by which the thing itself is known: the last of its address, else the id as it is."""
    padded = webex_id + "=" * (-len(webex_id) % 4)
    try:
        address = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return webex_id.casefold()
    scheme, slashes, path = address.partition("://")
    if not slashes or not scheme.isalpha() or "/" not in path:
        return webex_id.casefold()
    return path.rpartition("/")[2].casefold()


def differ(one: str | None, other: str | None) -> bool:
    """Whether two ids, as far as they are known, are of different things."""
    return one is not None and other is not None and not same(one, other)


def same(one: str, other: str) -> bool:
    """Whether two ids are of the same thing."""
    return bare(one) == bare(other)
