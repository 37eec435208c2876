"""Parses the text of one setting. The message of a ValueError follows the setting's name and shows no secret."""

import base64
import re
from datetime import timedelta
from urllib.parse import urlsplit

from bot.chat import checks
from bot.settings.provider_access import HOW_TO_MAKE_A_KEY
from bot.settings.secret import Secret

MIN_SECRET_LENGTH = 16
"""Characters of a webhook secret. A shorter one could be guessed."""

_DURATION_PART = re.compile(r"([0-9]*\.?[0-9]+)(ms|[dhms])")
_FERNET_KEY = re.compile(r"[A-Za-z0-9_-]{43}=")
_MAX_CREDENTIAL_LENGTH = 2000
"""Webex's are shorter; a longer client id would not fit into an index of the database."""
_UNITS = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_MAX_DURATION = timedelta(days=366)
"""Every sensible duration is shorter, and no date overflows when it is added."""
_MAX_CALL_TIMEOUT = timedelta(minutes=5)
"""A call that hangs keeps one of a few threads busy for so long."""
_MAX_PORT = 65535
_MAX_THREADS = 64
"""One Python process gains nothing from more threads."""
_MAX_LIMIT = 100_000
"""A limit that is higher than this limits nothing."""


def token(text: str) -> Secret:
    """Return an access token that fits into an HTTP header."""
    if text.lower().startswith("bearer "):
        raise ValueError("must be the token alone, without the word Bearer before it")
    if not _is_visible_ascii(text):
        raise ValueError("contains a space, a line break or a character that no token has: copy the token again")
    return Secret(text)


def credential(text: str) -> Secret:
    """Return a client secret or a refresh token."""
    return Secret(client_id(text))


def client_id(text: str) -> str:
    """Return a client id."""
    if not _is_visible_ascii(text):
        raise ValueError("contains a space, a line break or a character that Webex never puts there: copy it again")
    if len(text) > _MAX_CREDENTIAL_LENGTH:
        raise ValueError(f"is longer than {_MAX_CREDENTIAL_LENGTH} characters: copy it again")
    return text


def secret_keys(text: str) -> tuple[Secret, ...]:
    """Return Fernet keys, which are separated by commas. The two spellings of base64 are taken for each other."""
    keys = [part.replace("+", "-").replace("/", "_") for part in _split(text)]
    if not keys or not all(_FERNET_KEY.fullmatch(key) and len(base64.urlsafe_b64decode(key)) == 32 for key in keys):
        raise ValueError(f"is no list of keys with commas between them, each 32 bytes in base64: {HOW_TO_MAKE_A_KEY}")
    return tuple(map(Secret, keys))


def webhook_secrets(text: str) -> tuple[Secret, ...]:
    """Return the webhook secrets, which are separated by commas."""
    parts = _split(text)
    if any(len(part) < MIN_SECRET_LENGTH for part in parts):
        raise ValueError(
            f"is too short: each secret needs at least {MIN_SECRET_LENGTH} characters, and a comma begins another one"
        )
    return tuple(map(Secret, parts))


def emails(text: str) -> tuple[str, ...]:
    """Return the e-mail addresses, which are separated by commas: in lower case, each once, in their order."""
    found = _split(text)
    for email in found:
        if not checks.is_email(email):
            meant = checks.email_within(email)
            hint = f"perhaps {meant} is meant" if meant else "write one such as jane@acme.example"
            raise ValueError(
                f"contains “{email}”, which is not an e-mail address: {hint}. Separate addresses with commas"
            )
    return tuple(dict.fromkeys(email.lower() for email in found))


def api_url(text: str) -> str:
    """Return a base URL that ends in one slash, because relative paths are joined to it."""
    return _web_address(text).rstrip("/") + "/"


def public_url(text: str) -> str:
    """Return a base URL without a slash at its end, and without the path of the webhooks, which the bot adds."""
    address = _web_address(text).rstrip("/")
    if urlsplit(address).path.lower().endswith("/webhooks"):
        raise ValueError(f"ends in /webhooks, which the bot adds by itself: set {address[: -len('/webhooks')]}")
    return address


def database_url(text: str) -> Secret:
    """Return an SQLAlchemy URL: a file for SQLite, psycopg 3 for PostgreSQL."""
    scheme, separator, rest = text.partition("://")
    if not separator or scheme not in ("sqlite", "postgres", "postgresql", "postgresql+psycopg"):
        raise ValueError(
            "names no database the bot can use: set sqlite:///path/to/file.db or postgres://user:password@host/name"
        )
    if scheme == "sqlite":
        path = rest.removeprefix("/").partition("?")[0]
        if not rest.startswith("/") or path in ("", ":memory:"):
            raise ValueError("names no file: set sqlite:///path/to/file.db, with three slashes before the path")
        return Secret(text)
    try:
        _ = urlsplit(text).port
    except ValueError:
        raise ValueError(
            "cannot be read: write special characters of the password as %XX (@ is %40, / is %2F)"
        ) from None
    return Secret(f"postgresql+psycopg://{rest}")


def time_zone(text: str) -> str:
    """Return the IANA name of a time zone."""
    if not checks.is_time_zone(text):
        meant = checks.nearest_time_zone(text)
        hint = f"perhaps {meant} is meant" if meant else "set a name such as America/Chicago"
        raise ValueError(f"is “{text}”, which is not a time zone: {hint}")
    return text


def duration(text: str) -> timedelta:
    """Return a duration written like 24h, 1h30m, 1.5h or 250ms; it may be zero."""
    compact = text.replace(" ", "").lower()
    parts = _DURATION_PART.findall(compact)
    if not parts or "".join(number + unit for number, unit in parts) != compact:
        raise ValueError(f"is “{text}”, which is not a duration: write it like 24h, 10m, 15s, 250ms or 1h30m")
    try:
        length = sum((timedelta(**{_UNITS[unit]: float(number)}) for number, unit in parts), timedelta())
    except OverflowError:
        length = timedelta.max
    if length > _MAX_DURATION:
        raise ValueError(f"is “{text}”, which is too long: set {_MAX_DURATION.days}d or less")
    return length


def positive_duration(text: str) -> timedelta:
    """Return a duration that is longer than zero."""
    length = duration(text)
    if not length:
        raise ValueError(f"is “{text}”, which is too short: set more than zero, such as 15s")
    return length


def poll_interval(text: str) -> timedelta:
    """Return a duration of at least a second."""
    length = duration(text)
    if length < timedelta(seconds=1):
        raise ValueError(f"is “{text}”, which is too short: set 1s or more")
    return length


def call_timeout(text: str) -> timedelta:
    """Return how long to wait for the answer to one call."""
    length = positive_duration(text)
    if length > _MAX_CALL_TIMEOUT:
        raise ValueError(f"is “{text}”, which is too long: set {_MAX_CALL_TIMEOUT // timedelta(minutes=1)}m or less")
    return length


def port(text: str) -> int:
    """Return a TCP port."""
    return _whole_number(text, _MAX_PORT)


def thread_count(text: str) -> int:
    """Return a number of threads."""
    return _whole_number(text, _MAX_THREADS)


def limit(text: str) -> int:
    """Return how many of something there may be."""
    return _whole_number(text, _MAX_LIMIT)


def _is_visible_ascii(text: str) -> bool:
    return text.isascii() and text.isprintable() and " " not in text


def _split(text: str) -> list[str]:
    return [part for piece in text.split(",") if (part := piece.strip())]


def _whole_number(text: str, maximum: int) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text) or not 1 <= int(text) <= maximum:
        raise ValueError(f"is “{text}”: set a whole number from 1 to {maximum}")
    return int(text)


def _web_address(text: str) -> str:
    try:
        url = urlsplit(text)
        is_http = url.scheme in ("http", "https") and url.hostname and url.port != 0 and not re.search(r"\s", text)
    except ValueError:
        is_http = False
    if not is_http:
        raise ValueError("is not a web address: set one that begins with https:// or http://")
    if "@" in url.netloc or url.query or url.fragment:
        raise ValueError("must be a plain address, without a user, a ? or a #")
    return text
