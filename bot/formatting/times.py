"""Times and durations the way people read them."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR


def when(moment: datetime, now: datetime, timezone: str) -> str:
    """Return a time in an enterprise's zone and its distance from now: "Mon 23 Nov 10:14 CST, in 19 h".

    An unknown zone counts as UTC.
    """
    seconds = (moment - now).total_seconds()
    distance = _roughly(abs(seconds))
    seen_from_now = "just now" if round(seconds) == 0 else f"in {distance}" if seconds > 0 else f"{distance} ago"
    return f"{at(moment, now, timezone)}, {seen_from_now}"


def at(moment: datetime, now: datetime, timezone: str) -> str:
    """Return a time in an enterprise's zone, for text that people read again later: "Mon 23 Nov 10:14 CST"."""
    zone = _zone(timezone)
    local = moment.astimezone(zone)
    year = "" if local.year == now.astimezone(zone).year else f" {local.year}"
    return f"{local:%a} {local.day} {local:%b}{year} {local:%H:%M} {_zone_name(local)}"


def clock(moment: datetime, now: datetime, timezone: str) -> str:
    """Return a time of day in an enterprise's zone, "11:48 CST"; if that is not today, "11:48 CST on Mon 23 Nov"."""
    zone = _zone(timezone)
    local, today = moment.astimezone(zone), now.astimezone(zone)
    day = "" if local.date() == today.date() else f" on {local:%a} {local.day} {local:%b}"
    year = "" if local.year == today.year else f" {local.year}"
    return f"{local:%H:%M} {_zone_name(local)}{day}{year}"


def duration(seconds: float) -> str:
    """Return a length of time in its two largest units: "8 s", "2 min", "1 h 12 min", "3 d 4 h"."""
    whole = round(max(seconds, 0))
    if whole < _MINUTE:
        return f"{whole} s"
    minutes = round(whole / _MINUTE)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(round(whole / _HOUR), 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def iso(moment: datetime) -> str:
    """Return a time in UTC as ISO 8601 to the second: 2026-11-22T10:14:00Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _roughly(seconds: float) -> str:
    """Return a length of time without minutes where it is many hours."""
    if seconds < 10 * _HOUR:
        return duration(seconds)
    if seconds < 2 * _DAY:
        return f"{round(seconds / _HOUR)} h"
    return f"{round(seconds / _DAY)} d"


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC


def _zone_name(local: datetime) -> str:
    """Return the zone's abbreviation; for a zone that has only a number, such as "+0330", return "UTC+3:30"."""
    name = local.tzname() or "UTC"
    if name[0] not in "+-":
        return name
    hours, minutes = int(name[1:3]), name[3:5]
    if not hours and minutes in ("", "00"):
        return "UTC"
    return f"UTC{name[0]}{hours}" + (f":{minutes}" if minutes not in ("", "00") else "")
