"""Where on Webex a call goes: ids as parts of a path, and the link to the next page."""

import re
from collections.abc import Mapping
from urllib.parse import SplitResult, quote, unquote, unquote_plus, urlencode, urljoin, urlsplit

from bot.webex.errors import Rejected
from bot.webex.json_fields import not_understood

_WEBEX = ("webexapis.com", "webex.com", "ciscospark.com")
_NETLOC = re.compile(r"[A-Za-z0-9.\-:\[\]]+")


def segment(identifier: str) -> str:
    """An id as one part of a path; raises Rejected (404) for one that would lead to another path."""
    if identifier in {"", ".", ".."}:
        raise Rejected("Webex has nothing under this id", status=404)
    return quote(identifier, safe="", errors="replace")


def next_page_path(link: str, current: str, base: str, asked: Mapping[str, str]) -> str:
    """The next page's path and query below `base`, with the parameters that were asked for in it.

    Webex's next links have lost filters, or carried them with a bare plus sign or as `null`; whatever else
    the link says is left as it is. Raises Rejected for one that leads out of `base`: the token stays there.
    """
    try:
        target, here = urlsplit(urljoin(current, link)), urlsplit(base)
        at_home = _origin(target) == _origin(here) and "@" not in target.netloc
    except ValueError:
        raise not_understood("the link to the next page is no address") from None
    climbs = any(unquote(step) in {".", ".."} for step in target.path.split("/"))
    if not at_home or climbs or not target.path.startswith(here.path):
        raise not_understood("the link to the next page leads elsewhere")
    return target.path.removeprefix(here.path) + "?" + _with(target.query, asked)


def trusted_file_url(address: str, base: str) -> str:
    """An address that Webex gave, if the token may go there: where `base` is, or over TLS on a domain of Webex's.

    Raises Rejected for any other.
    """
    try:
        target = urlsplit(address)
        # What else a netloc may hold is read differently by different readers.
        plain = _NETLOC.fullmatch(target.netloc) is not None
        at_home = _origin(target) == _origin(urlsplit(base))
        host, port = target.hostname or "", target.port or 443
    except ValueError:
        raise not_understood("the link to a file is no address") from None
    of_webex = any(host == domain or host.endswith(f".{domain}") for domain in _WEBEX)
    if not plain or not (at_home or (target.scheme == "https" and port == 443 and of_webex)):
        raise not_understood("the link to a file leads elsewhere")
    return address


def _origin(address: SplitResult) -> tuple[str, str | None, int | None]:
    usual = {"http": 80, "https": 443}.get(address.scheme)
    return address.scheme, address.hostname, address.port or usual


def _with(query: str, asked: Mapping[str, str]) -> str:
    """The query with what was asked for: pieces that are well, like an opaque cursor, stay byte for byte."""
    kept, missing = [], dict(asked)
    for piece in filter(None, query.split("&")):
        name, _, raw = piece.partition("=")
        name = unquote_plus(name)
        wanted = asked.get(name)
        if wanted is not None and unquote_plus(raw) in (wanted.replace("+", " "), "null"):
            continue
        missing.pop(name, None)
        kept.append(piece)
    return "&".join([*kept, *filter(None, [urlencode(missing)])])
