"""What an answer of Webex that is no success means."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from bot.webex.errors import RateLimited, Rejected, TokenRefused, Unavailable, WebexFailure
from bot.webex.json_fields import Item, as_int, clean
from bot.webex.sync_error_codes import ErrorKind, error_kind

_SHOWN = 300
_REAL_TOKEN = 8
_SYNC_CODE = re.compile(r"(?<!\d)6000\d\d(?!\d)")


def error_for(
    call: str, status: int, headers: Mapping[str, str], body: bytes, *, token: str, now: datetime
) -> WebexFailure:
    """The failure that an answer with this status stands for; the token is hidden should Webex repeat it.

    `call` names the call; `headers` are looked up without regard to case.
    """
    said = _object(body)
    errors = _errors(said)
    message = said.get("message")
    sentences = [
        sentence for sentence in (message, *(error.get("description") for error in errors)) if isinstance(sentence, str)
    ]
    tracking_id = redacted(headers.get("TrackingID") or said.get("trackingId"), token) or None
    summary = f"Webex answered {status} to {call}"
    said_so = redacted("; ".join(dict.fromkeys(sentences)), token)
    if said_so:
        summary = f"{summary}: {said_so}"
    numbers = [as_int(entry.get("errorCode")) for entry in (said, *errors)]
    named = [int(code) for sentence in sentences for code in _SYNC_CODE.findall(sentence)]
    codes = dict.fromkeys(code for code in (*numbers, *named) if code is not None)
    if status in (423, 429) or (status >= 500 and error_kind(codes) is ErrorKind.BUSY):
        pause = retry_after(headers.get("Retry-After"), now)
        return RateLimited(summary, retry_after=pause, tracking_id=tracking_id)
    if status == 401:
        return TokenRefused(summary, tracking_id=tracking_id)
    if status >= 500:
        return Unavailable(summary, tracking_id=tracking_id)
    return Rejected(summary, status=status, codes=tuple(codes), said=said_so, tracking_id=tracking_id)


def retry_after(header: str | None, now: datetime) -> float | None:
    """Return the seconds to wait, from a number or an HTTP date; None for anything else."""
    if header is None:
        return None
    try:
        seconds = float(header)
    except ValueError:
        try:
            date = parsedate_to_datetime(header)
        except (ValueError, OverflowError):
            return None
        aware = date if date.tzinfo else date.replace(tzinfo=UTC)
        seconds = max((aware - now).total_seconds(), 0.0)
    return seconds if seconds >= 0 else None


def load_json(body: bytes) -> object:
    """The JSON of a body, an empty object for an empty one; raises ValueError for anything else."""
    if not body.strip():
        return {}
    try:
        return json.loads(body)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _object(body: bytes) -> Item:
    try:
        said = load_json(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _errors(said: Item) -> list[Item]:
    errors = said.get("errors")
    return [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []


def redacted(value: object, token: str) -> str:
    """Somebody else's words on one line, short enough for a log, the token hidden."""
    if not isinstance(value, str):
        return ""
    return " ".join(_hidden(clean(value), token).split())[:_SHOWN]


def _hidden(text: str, token: str) -> str:
    """The text without the token; one as short as no real one is would be found within words, and is left there."""
    if len(token) >= _REAL_TOKEN:
        return text.replace(token, "[token]")
    return re.sub(rf"(?<!\w){re.escape(token)}(?!\w)", "[token]", text)
