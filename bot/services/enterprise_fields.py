"""What may be told of an enterprise, in chat and at the shell: each field checked, or Wrong says what is not right."""

import re
from zoneinfo import ZoneInfo, available_timezones

from bot.chat.did_you_mean import nearest

FIELDS = ("sp-enterprise-id", "cluster", "timezone", "name", "admin")
MAX_FIELD_LENGTH = 200
MAX_KEY_LENGTH = 63
DEFAULT_CLUSTER = "default"
"""Of enterprises of which nobody says where they are: all on one."""

_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\"]+")


class InvalidField(ValueError):
    """What was given for a field is not right; the field is None where it is the key."""

    def __init__(self, field: str | None, problem: str) -> None:
        super().__init__(problem)
        self.field = field
        self.problem = problem


def key(given: str) -> str:
    """A short name that can be typed everywhere."""
    if not _KEY.fullmatch(given):
        raise InvalidField(None, f"{given!r} is not made of lower-case letters, digits and hyphens (63 at most)")
    return given


def slug(text: str) -> str:
    """A key made of a name: lower case, hyphens between its words, no longer than a key may be."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:MAX_KEY_LENGTH].rstrip("-") or "enterprise"


def text(field: str, given: str) -> str:
    """A text that is not empty."""
    if not given.strip() or len(given) > MAX_FIELD_LENGTH or "\0" in given:
        raise InvalidField(field, f"must have 1 to {MAX_FIELD_LENGTH} characters")
    return given.strip()


def zone(given: str) -> str:
    """The name of a time zone."""
    if given not in available_timezones():
        meant = nearest(given, available_timezones())
        raise InvalidField("timezone", f"{given!r} is not a time zone" + (f"; did you mean {meant}?" if meant else ""))
    return ZoneInfo(given).key


def email(given: str) -> str:
    """Somebody's address."""
    if len(given) > MAX_FIELD_LENGTH or not _EMAIL.fullmatch(given):
        raise InvalidField("admin", f"{given[:MAX_FIELD_LENGTH]!r} is not an e-mail address")
    return given
