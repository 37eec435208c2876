"""The input of a request: JSON fields and query parameters. Invalid input raises 400."""

import json
import re
from datetime import datetime

from flask import request

from sandbox.webex.errors import WebexError
from sandbox.webex.times import parse_time

_HALF_PAIR = re.compile("[\ud800-\udfff]")
"""Half of a surrogate pair: UTF-8 cannot write it."""


class Fields:
    """The JSON object of a request."""

    def __init__(self, values: dict[str, object]) -> None:
        self._values = values

    def __contains__(self, name: str) -> bool:
        return self._values.get(name) is not None

    def text(self, name: str) -> str | None:
        """Return a string, or None if the field is missing."""
        value = self._values.get(name)
        if value is not None and (not isinstance(value, str) or _HALF_PAIR.search(value)):
            raise WebexError(400, f"The field {name} must be a string.")
        return value

    def required(self, name: str) -> str:
        """Return a string that must not be missing or blank."""
        value = self.text(name)
        if value is None or not value.strip():
            raise WebexError(400, f"The field {name} is required.")
        return value

    def boolean(self, name: str) -> bool:
        """Return true or false, which must not be missing."""
        value = self._values.get(name)
        if not isinstance(value, bool):
            raise WebexError(400, f"The field {name} must be true or false.")
        return value

    def array(self, name: str) -> list[object]:
        """Return a list; empty if the field is missing."""
        value = self._values.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise WebexError(400, f"The field {name} must be an array.")
        return value

    def mapping(self, name: str) -> dict[str, object]:
        """Return an object, which must not be missing."""
        value = self._values.get(name)
        if not isinstance(value, dict):
            raise WebexError(400, f"The field {name} must be an object.")
        return value


def json_fields() -> Fields:
    """Return the JSON object of the request. Raise 415 for another content type, 400 if it is not a JSON object."""
    if not request.is_json:
        raise WebexError(415, "The request needs a JSON body with the content type application/json.")
    try:
        values = json.loads(request.get_data(), parse_constant=_reject_constant)
    except (ValueError, RecursionError) as error:
        raise WebexError(400, "The request body is not valid JSON.") from error
    if not isinstance(values, dict):
        raise WebexError(400, "The request body must be a JSON object.")
    return Fields(values)


def query_time(name: str) -> datetime | None:
    """Return a time from the query, in epoch milliseconds or ISO 8601."""
    text = request.args.get(name)
    if text is None:
        return None
    try:
        return parse_time(text)
    except ValueError as error:
        raise WebexError(400, f"The parameter {name} is not a date and time.") from error


def _reject_constant(name: str) -> object:
    raise ValueError(name)
