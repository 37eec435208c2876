"""Reads the fields of Webex's JSON: checks their types and lengths, and makes text storable in any database."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeVar

from bot.webex.errors import Rejected
from storage.values.maxima import MAX_CELL, MAX_EMAIL, MAX_ID, MAX_LISTED, MAX_URL, cut

Item = Mapping[str, object]
Entry = TypeVar("Entry")

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def not_understood(what: str) -> Rejected:
    """Return the error for a successful answer with unexpected content."""
    return Rejected(f"Webex's answer was not understood: {what}", status=200)


def storable(value: str) -> str:
    """Return the text without what databases refuse: remove NUL, and replace half a surrogate pair by U+FFFD."""
    return _LONE_SURROGATE.sub("\ufffd", value.replace("\0", ""))


def text(item: Item, name: str, limit: int = MAX_CELL) -> str:
    """Return a text field, cut at `limit` characters; empty if Webex sends none. A number becomes its digits."""
    return cut(_text(item, name), limit)


def _text(item: Item, name: str) -> str:
    match item.get(name):
        case None:
            return ""
        case str(value):
            return storable(value)
        case int(value) if not isinstance(value, bool):
            return str(value)
    raise not_understood(f"{name} is not text")


def optional(item: Item, name: str, limit: int = MAX_ID) -> str | None:
    """Return an id, or another text that must not be cut; None if it is missing or empty.

    Raise Rejected if it has more than `limit` characters: a part of an id is another id.
    """
    value = _text(item, name)
    if len(value) > limit:
        raise not_understood(f"{name} has {len(value):,} characters")
    return value or None


def required(item: Item, name: str) -> str:
    """Return an id; raise Rejected if it is missing, empty or too long."""
    value = optional(item, name)
    if value is None:
        raise not_understood(f"{name} is missing")
    return value


def email(value: str) -> str:
    """Return an e-mail address; empty if it is too long to be one."""
    return value if len(value) <= MAX_EMAIL else ""


def flag(item: Item, name: str) -> bool | None:
    """Return a boolean field, which Webex also sends as text; None for anything else."""
    match item.get(name):
        case bool(value):
            return value
        case str(value):
            return {"true": True, "false": False}.get(value.strip().lower())
    return None


def as_int(value: object) -> int | None:
    """Return an integer of at most 64 bits, which Webex also sends as text; None for anything else."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,19}", value.strip()):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63:
        return value
    return None


def timestamp(item: Item, name: str) -> datetime | None:
    """Return a time field in UTC, which is also the zone of a time without one; None for anything else."""
    value = item.get(name)
    if not isinstance(value, str):
        return None
    try:
        time = datetime.fromisoformat(value.strip())
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def child(item: Item, name: str) -> Item:
    """Return a field that is an object, empty if Webex sends none."""
    value = item.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise not_understood(f"{name} is not an object")
    return value


def objects(item: Item, name: str) -> list[Item]:
    """Return a field that is a list of objects, empty if Webex sends none."""
    return list(_list_of(dict, "objects", item, name))


def texts(item: Item, name: str) -> tuple[str, ...]:
    """Return a field that is a list of texts, empty if Webex sends none. Each is cut, and so is the list."""
    return tuple(cut(storable(entry), MAX_URL) for entry in _list_of(str, "texts", item, name)[:MAX_LISTED])


def _list_of(kind: type[Entry], plural: str, item: Item, name: str) -> list[Entry]:
    value = item.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(entry, kind) for entry in value):
        raise not_understood(f"{name} is not a list of {plural}")
    return value
