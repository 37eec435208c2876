"""Checks the fields of an enterprise that an admin or an operator gives, in chat and at the shell."""

import re

from bot.chat import checks
from bot.chat.addresses import find_addresses

FIELDS = ("sp-enterprise-id", "cluster", "timezone", "name", "admin")
MAX_FIELD_LENGTH = 200
"""Characters of a text, so that it fits into replies and tables."""
MAX_KEY_LENGTH = 63
DEFAULT_CLUSTER = "default"
"""The cluster of an enterprise that is added without one: such enterprises share it."""

_KEY = re.compile(rf"[a-z0-9][a-z0-9-]{{0,{MAX_KEY_LENGTH - 1}}}")


class InvalidField(ValueError):
    """The text given for a field cannot be used. `field` is None for the key; `problem` is the reason."""

    def __init__(self, field: str | None, problem: str) -> None:
        super().__init__(problem)
        self.field = field
        self.problem = problem


def key(given: str) -> str:
    """Return the key, if it is one: a short name that is easy to type."""
    if not _KEY.fullmatch(given):
        raise InvalidField(
            None, f"{given!r} is not made of lower-case letters, digits and hyphens ({MAX_KEY_LENGTH} at most)"
        )
    return given


def slug(text: str) -> str:
    """Return a key made of a name: lower case, with hyphens between its words."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:MAX_KEY_LENGTH].rstrip("-") or "enterprise"


def text(field: str, given: str) -> str:
    """Return the text without spaces around it, if it is neither empty nor too long."""
    if not given.strip() or len(given) > MAX_FIELD_LENGTH or "\0" in given:
        raise InvalidField(field, f"must have 1 to {MAX_FIELD_LENGTH} characters")
    return given.strip()


def zone(given: str) -> str:
    """Return the name of the time zone, if there is one."""
    if not checks.is_time_zone(given):
        raise InvalidField("timezone", f"{given!r} is not a time zone{_did_you_mean(checks.nearest_time_zone(given))}")
    return given


def emails(given: str) -> list[str]:
    """Return the e-mail addresses, without the names, brackets and signs around them, if there is nothing else."""
    found, left_over = find_addresses(given)
    if left_over or not found:
        wrong = (left_over or [given])[0][: checks.MAX_EMAIL_LENGTH]
        if wrong.count("@") > 1:
            raise InvalidField("admin", f"{wrong!r} has more than one e-mail address")
        raise InvalidField("admin", f"{wrong!r} is not an e-mail address{_did_you_mean(checks.email_within(wrong))}")
    return found


def _did_you_mean(meant: str | None) -> str:
    return f" (did you mean {meant}?)" if meant else ""
