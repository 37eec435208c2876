"""Checks e-mail addresses and time zones, in settings, in chat and at the shell, and finds what was meant."""

import re
from zoneinfo import available_timezones

from bot.chat.did_you_mean import nearest

MAX_EMAIL_LENGTH = 200
"""Characters of an e-mail address. Real ones are far shorter."""
_LOCAL = r"[^@\s,;:<>()\[\]\\\"]+"
"""The part before the @, without the characters that are allowed only in quotes (RFC 5322, section 3.2.3)."""
_LABEL = r"[^\s!-,./:-@\[-`{-~]+"
"""A part of a domain, in any script: of ASCII, only letters, digits and hyphens."""
_EMAIL = re.compile(rf"{_LOCAL}@{_LABEL}(?:\.{_LABEL})+")


def is_email(text: str) -> bool:
    """Return whether the text is one e-mail address and nothing else."""
    return len(text) <= MAX_EMAIL_LENGTH and _EMAIL.fullmatch(text) is not None


def email_within(text: str) -> str | None:
    """Return the first e-mail address in a longer text, such as "Ana <ana@acme.example>"."""
    found = _EMAIL.search(text[:MAX_EMAIL_LENGTH])
    return found[0] if found else None


def is_time_zone(text: str) -> bool:
    """Return whether the text is the IANA name of a time zone, exactly."""
    return text in available_timezones()


def nearest_time_zone(text: str) -> str | None:
    """Return the time zone that was probably meant, also by its city alone: "Chicago" is America/Chicago."""
    names = sorted(available_timezones())
    zones = {name.rpartition("/")[2].lower(): name for name in names} | {name.lower(): name for name in names}
    meant = nearest(text.replace(" ", "_"), zones)
    return zones[meant] if meant else None
