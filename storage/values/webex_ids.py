"""Webex's ids. They are base64 of an address, which can differ between Webex's APIs for the same thing.

In the HTML of a message, some clients write the address itself, or only its last part.
"""

import base64


def bare(webex_id: str) -> str:
    """Return the part of an id that is the same in all APIs: the last part of its address, else the id itself."""
    scheme, slashes, path = (_decoded(webex_id) or webex_id).partition("://")
    if not slashes or not scheme.isalpha() or "/" not in path:
        return webex_id.casefold()
    return path.rpartition("/")[2].casefold()


def _decoded(webex_id: str) -> str | None:
    """Return the address that an id in base64 holds, with or without padding; None if it is not base64."""
    text = webex_id.rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("ascii")
    except ValueError:
        return None


def differ(one: str | None, other: str | None) -> bool:
    """Return whether both ids are known and belong to different things."""
    return one is not None and other is not None and not same(one, other)


def same(one: str, other: str) -> bool:
    """Return whether two ids belong to the same thing."""
    return bare(one) == bare(other)
