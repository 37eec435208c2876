"""Webex's ids. They are base64 of an address, which can differ between Webex's APIs for the same thing."""

import base64


def bare(webex_id: str) -> str:
    """Return the part of an id that is the same in all APIs: the last part of its address, else the id itself."""
    padded = webex_id + "=" * (-len(webex_id) % 4)
    try:
        address = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
    except ValueError:
        return webex_id.casefold()
    scheme, slashes, path = address.partition("://")
    if not slashes or not scheme.isalpha() or "/" not in path:
        return webex_id.casefold()
    return path.rpartition("/")[2].casefold()


def differ(one: str | None, other: str | None) -> bool:
    """Return whether both ids are known and belong to different things."""
    return one is not None and other is not None and not same(one, other)


def same(one: str, other: str) -> bool:
    """Return whether two ids belong to the same thing."""
    return bare(one) == bare(other)
