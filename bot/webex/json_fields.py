"""Reading the fields of Webex's JSON: types are checked, and text is made fit for any database."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from bot.webex.errors import Rejected

Item = Mapping[str, object]

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def not_understood(what: str) -> Rejected:
    """The failure for an answer that came well but says something else than it should."""
    return Rejected(f"Webex's answer was not understood: {what}", status=200)


def clean(value: str) -> str:
    """The text without what databases refuse: NUL goes, half a surrogate pair becomes U+FFFD."""
    return _LONE_SURROGATE.sub("\ufffd", value.replace("\0", ""))


def text(item: Item, name: str) -> str:
    """A text field, empty where Webex sends nothing; a number is taken as its digits."""
    match item.get(name):
        case None:
            return ""
        case str(value):
            return clean(value)
        case int(value) if not isinstance(value, bool):
            return str(value)
    raise not_understood(f"{name} is not text")


def optional(item: Item, name: str) -> str | None:
    """A text field, None where it is missing or empty."""
    return text(item, name) or None


def required(item: Item, name: str) -> str:
    """A text field without which the item means nothing."""
    value = text(item, name)
    if not value:
        raise not_understood(f"{name} is missing")
    return value


def flag(item: Item, name: str) -> bool | None:
    """A yes or no, which Webex also writes as text; None where it is neither."""
    match item.get(name):
        case bool(value):
            return value
        case str(value):
            return {"true": True, "false": False}.get(value.strip().lower())
    return None


def as_int(value: object) -> int | None:
    """A whole number of at most 64 bits, also written as text; None for anything else."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,19}", value.strip()):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63:
        return value
    return None


def timestamp(item: Item, name: str) -> datetime | None:
    """A time in UTC; one without a zone is UTC already, and what is no time is None."""
    value = item.get(name)
    if not isinstance(value, str):
        return None
    try:
        read = datetime.fromisoformat(value.strip())
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def child(item: Item, name: str) -> Item:
    """An object within the item, empty where Webex sends none."""
    value = item.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise not_understood(f"{name} is not an object")
    return value


def objects(item: Item, name: str) -> list[Item]:
    """A list of objects within the item, empty where Webex sends none."""
    value = item.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise not_understood(f"{name} is not a list of objects")
    return value


def texts(item: Item, name: str) -> tuple[str, ...]:
    """A list of texts within the item, empty where Webex sends none."""
    value = item.get(name)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise not_understood(f"{name} is not a list of texts")
    return tuple(clean(entry) for entry in value)
