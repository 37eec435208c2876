"""Where a call may go: ids as parts of a path, links to the next page, and URLs of files."""

import re
from collections.abc import Mapping
from urllib.parse import SplitResult, quote, unquote, unquote_plus, urlencode, urljoin, urlsplit

from bot.webex.errors import Rejected
from bot.webex.json_fields import not_understood

DEFAULT_PORTS = {"http": 80, "https": 443}

_WEBEX_DOMAINS = ("webexapis.com", "webex.com", "ciscospark.com")
_NETLOC = re.compile(r"[A-Za-z0-9.\-:\[\]]+")


def segment(identifier: str) -> str:
    """Return an id as one part of a path; raise Rejected (404) for an id that would lead to another path."""
    if identifier in {"", ".", ".."}:
        raise Rejected("Webex has nothing under this id", status=404)
    return quote(identifier, safe="", errors="replace")


def next_page_path(link: str, current: str, base: str, params: Mapping[str, str]) -> str:
    """Return the next page's path and query below `base`, with the parameters of the first page.

    Webex's links to a next page may lose a parameter, or have it with a bare plus sign or as `null`. The rest of the
    link is kept. Raise Rejected if it leads out of `base`, because the token must not go there.
    """
    try:
        target, here = urlsplit(urljoin(current, link)), urlsplit(base)
        is_at_base = _origin(target) == _origin(here) and "@" not in target.netloc
    except ValueError:
        raise not_understood("the link to the next page is no address") from None
    goes_up = any(unquote(step) in {".", ".."} for step in target.path.split("/"))
    if not is_at_base or goes_up or not target.path.startswith(here.path):
        raise not_understood("the link to the next page leads elsewhere")
    return target.path.removeprefix(here.path) + "?" + _with_params(target.query, params)


def trusted_file_url(url: str, base: str) -> str:
    """Return a file's URL if the token may be sent there: to the host of `base`, or over TLS to a domain of Webex.

    Raise Rejected otherwise.
    """
    try:
        target = urlsplit(url)
        # Programs differ in how they read other characters, and so in which host they see.
        is_plain = _NETLOC.fullmatch(target.netloc) is not None
        is_at_base = _origin(target) == _origin(urlsplit(base))
        host, port = target.hostname or "", target.port or 443
    except ValueError:
        raise not_understood("the link to a file is no address") from None
    is_webex = any(host == domain or host.endswith(f".{domain}") for domain in _WEBEX_DOMAINS)
    if not is_plain or not (is_at_base or (target.scheme == "https" and port == 443 and is_webex)):
        raise not_understood("the link to a file leads elsewhere")
    return url


def _origin(address: SplitResult) -> tuple[str, str | None, int | None]:
    default_port = DEFAULT_PORTS.get(address.scheme)
    return address.scheme, address.hostname, address.port or default_port


def _with_params(query: str, params: Mapping[str, str]) -> str:
    """Return the query with the parameters; its other pieces, like an opaque cursor, stay byte for byte."""
    kept, missing = [], dict(params)
    for piece in filter(None, query.split("&")):
        name, _, raw = piece.partition("=")
        name = unquote_plus(name)
        expected = params.get(name)
        if expected is not None and unquote_plus(raw) in (expected.replace("+", " "), "null"):
            continue
        missing.pop(name, None)
        kept.append(piece)
    return "&".join([*kept, *filter(None, [urlencode(missing)])])
