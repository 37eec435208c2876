"""Reads the text of one setting: every reader returns the value, or raises ValueError saying what is wrong.

A reason continues a sentence that begins with the setting's name. None shows what a secret holds.
"""

import re
from datetime import timedelta
from difflib import get_close_matches
from urllib.parse import SplitResult, urlsplit
from zoneinfo import available_timezones

from bot.settings.catalog import SECRET_LENGTH

_PART = re.compile(r"([0-9]*\.?[0-9]+)(ms|[dhms])")
_UNITS = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_MAX_DURATION = timedelta(days=366)
_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+")


def token(text: str) -> str:
    """A bare access token, fit for an HTTP header."""
    if text.lower().startswith("bearer "):
        raise ValueError("must be the bare token, without the word Bearer before it")
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("has a space, a line break or a foreign character in it: copy the token once more")
    return text


def secrets(text: str) -> str:
    """One or more webhook secrets with commas between them."""
    parts = split(text)
    if any(len(part) < SECRET_LENGTH for part in parts):
        raise ValueError(
            f"is too short: a secret has {SECRET_LENGTH} characters or more, and a comma begins another one"
        )
    return ",".join(parts)


def split(text: str) -> tuple[str, ...]:
    """What stands between the commas, nothing empty."""
    return tuple(part for part in (piece.strip() for piece in text.split(",")) if part)


def emails(text: str) -> tuple[str, ...]:
    """E-mail addresses with commas between them, case-folded, each once, in their order."""
    found = split(text)
    for email in found:
        if not _EMAIL.fullmatch(email):
            raise ValueError(f"has “{email}” in it, which is not an e-mail address: set addresses with commas between")
    return tuple(dict.fromkeys(email.lower() for email in found))


def api_url(text: str) -> str:
    """A base URL ending in one slash, as relative paths are joined to it."""
    return _http(text).rstrip("/") + "/"


def public_url(text: str) -> str:
    """A base URL without the slash at its end, and without the door's path, which the bot adds to it."""
    address = _http(text).rstrip("/")
    if urlsplit(address).path.lower().endswith("/webhooks"):
        raise ValueError(f"ends in /webhooks, which the bot adds by itself: set {address[: -len('/webhooks')]}")
    return address


def database_url(text: str) -> str:
    """An SQLAlchemy URL: a file for SQLite, psycopg 3 for PostgreSQL."""
    scheme, mark, rest = text.partition("://")
    if not mark or scheme not in ("sqlite", "postgres", "postgresql", "postgresql+psycopg"):
        raise ValueError(
            "names no database the bot can use: set sqlite:///path/to/file.db or postgres://user:password@host/name"
        )
    if scheme == "sqlite":
        path = rest.removeprefix("/").partition("?")[0]
        if not rest.startswith("/") or path in ("", ":memory:"):
            raise ValueError("names no file: set sqlite:///path/to/file.db, with three slashes before the path")
        return text
    try:
        _ = urlsplit(text).port
    except ValueError:
        raise ValueError(
            "cannot be read: write special characters of the password as %XX (@ is %40, / is %2F)"
        ) from None
    return f"postgresql+psycopg://{rest}"


def timezone(text: str) -> str:
    """The name of a time zone as IANA writes it."""
    names = available_timezones()
    if text in names:
        return text
    wanted = text.replace(" ", "_").lower()
    spoken = {name.rpartition("/")[2].lower(): name for name in sorted(names)}
    spoken |= {name.lower(): name for name in names}
    near = get_close_matches(wanted, spoken, n=1, cutoff=0.7)
    hint = f"perhaps {spoken[near[0]]} is meant" if near else "set a name such as America/Chicago"
    raise ValueError(f"is “{text}”, which is not a time zone: {hint}")


def duration(text: str) -> timedelta:
    """A length of time such as 24h, 1h30m, 1.5h or 250ms; it may be zero."""
    bare = text.replace(" ", "").lower()
    parts = _PART.findall(bare)
    if not parts or "".join(number + unit for number, unit in parts) != bare:
        raise ValueError(f"is “{text}”, which is not a duration: write it like 24h, 10m, 15s, 250ms or 1h30m")
    try:
        length = sum((timedelta(**{_UNITS[unit]: float(number)}) for number, unit in parts), timedelta())
    except OverflowError:
        length = timedelta.max
    if length > _MAX_DURATION:
        raise ValueError(f"is “{text}”, which is too long: set {_MAX_DURATION.days}d or less")
    return length


def span(text: str) -> timedelta:
    """A length of time that is longer than nothing."""
    length = duration(text)
    if not length:
        raise ValueError(f"is “{text}”, which is too short: set more than nothing, such as 15s")
    return length


def port(text: str) -> int:
    """A TCP port."""
    return _whole(text, 65535)


def threads(text: str) -> int:
    """How many threads: at least one."""
    return _whole(text, 64)


def _whole(text: str, most: int) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text) or not 1 <= int(text) <= most:
        raise ValueError(f"is “{text}”: set a whole number from 1 to {most}")
    return int(text)


def _http(text: str) -> str:
    try:
        url: SplitResult | None = urlsplit(text)
        fits = bool(url and url.hostname and url.port != 0)
    except ValueError:
        url, fits = None, False
    if url is None or not fits or url.scheme not in ("http", "https") or re.search(r"\s", text):
        raise ValueError("is not a web address: set one that begins with https:// or http://")
    if "@" in url.netloc or url.query or url.fragment:
        raise ValueError("must be a plain address, without a user, a ? or a #")
    return text
