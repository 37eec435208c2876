"""From a failed response of Webex to an error."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from bot.webex.errors import RateLimited, Rejected, TokenRefused, Unavailable, WebexFailure
from bot.webex.json_fields import Item, as_int, storable
from bot.webex.sync_error_codes import ErrorKind, error_kind

MAX_REDACTED_CHARACTERS = 300
"""The longest part of Webex's words in an error, so that a log line stays readable."""

_MIN_TOKEN_CHARACTERS = 8
_SYNC_CODE = re.compile(r"(?<!\d)6000\d\d(?!\d)")


def error_for(
    call: str, status: int, headers: Mapping[str, str], body: bytes, *, token: str, now: datetime
) -> WebexFailure:
    """Return the error for a failed response; if Webex repeats the token, it is hidden.

    `call` names the call. `headers` must ignore case.
    """
    content = _json_object(body)
    errors = listed_errors(content)
    said = (content.get("message"), *(error.get("description") for error in errors))
    sentences = [sentence for sentence in said if isinstance(sentence, str)]
    tracking_id = redacted(headers.get("TrackingID") or content.get("trackingId"), token) or None
    summary = f"Webex answered {status} to {call}"
    webex_message = redacted("; ".join(dict.fromkeys(sentences)), token)
    if webex_message:
        summary = f"{summary}: {webex_message}"
    codes_in_fields = [as_int(entry.get("errorCode")) for entry in (content, *errors)]
    codes_in_sentences = [int(code) for sentence in sentences for code in _SYNC_CODE.findall(sentence)]
    codes = dict.fromkeys(code for code in (*codes_in_fields, *codes_in_sentences) if code is not None)
    if status in (423, 429) or (status >= 500 and error_kind(codes) in (ErrorKind.BUSY, ErrorKind.IN_PROGRESS)):
        pause = retry_after(headers.get("Retry-After"), now)
        return RateLimited(summary, retry_after=pause, codes=tuple(codes), tracking_id=tracking_id)
    if status == 401:
        return TokenRefused(summary, tracking_id=tracking_id)
    if status >= 500:
        return Unavailable(summary, tracking_id=tracking_id)
    return Rejected(summary, status=status, codes=tuple(codes), webex_message=webex_message, tracking_id=tracking_id)


def listed_errors(content: Item) -> list[Item]:
    """Return the objects in the list `errors` of a failed response, whatever else is there."""
    listed = content.get("errors")
    return [error for error in listed if isinstance(error, dict)] if isinstance(listed, list) else []


def retry_after(header: str | None, now: datetime) -> float | None:
    """Return the seconds to wait, from a number or an HTTP date; None for anything else."""
    if header is None:
        return None
    try:
        seconds = float(header)
    except ValueError:
        date = http_date(header)
        if date is None:
            return None
        seconds = max((date - now).total_seconds(), 0.0)
    return seconds if seconds >= 0 else None


def http_date(header: str | None) -> datetime | None:
    """Return the time of an HTTP date, in UTC; None for anything else."""
    if header is None:
        return None
    try:
        date = parsedate_to_datetime(header)
        return date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def load_json(body: bytes) -> object:
    """Return the JSON of a body, an empty object if it is empty; raise ValueError if it is no JSON."""
    if not body.strip():
        return {}
    try:
        return json.loads(body)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _json_object(body: bytes) -> Item:
    try:
        content = load_json(body)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def redacted(value: object, token: str) -> str:
    """Return a text on one line, cut for a log and without the token; an empty text if the value is no text."""
    if not isinstance(value, str):
        return ""
    return " ".join(_without_token(storable(value), token).split())[:MAX_REDACTED_CHARACTERS]


def _without_token(text: str, token: str) -> str:
    """Hide the token; a token too short to be real only as a word of its own, because other words may contain it."""
    if len(token) >= _MIN_TOKEN_CHARACTERS:
        return text.replace(token, "[token]")
    return re.sub(rf"(?<!\w){re.escape(token)}(?!\w)", "[token]", text)
