"""Reading what a request says: JSON objects and query parameters, with 400 for everything that does not fit."""

import json
from datetime import datetime

from flask import request

from sandbox.webex.errors import WebexError
from sandbox.webex.times import parse


class Fields:
    """The JSON object of a request, field by field."""

    def __init__(self, values: dict[str, object]) -> None:
        self._values = values

    def __contains__(self, name: str) -> bool:
        return self._values.get(name) is not None

    def text(self, name: str) -> str | None:
        """A text, None where there is none."""
        value = self._values.get(name)
        if value is not None and (not isinstance(value, str) or not _is_writable(value)):
            raise WebexError(400, f"The field {name} must be a string.")
        return value

    def needed(self, name: str) -> str:
        """A text that must not be missing or blank."""
        value = self.text(name)
        if value is None or not value.strip():
            raise WebexError(400, f"The field {name} is required.")
        return value

    def flag(self, name: str) -> bool:
        """True or false, which must not be missing."""
        value = self._values.get(name)
        if not isinstance(value, bool):
            raise WebexError(400, f"The field {name} must be true or false.")
        return value

    def array(self, name: str) -> list[object]:
        """A list, empty where there is none."""
        value = self._values.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise WebexError(400, f"The field {name} must be an array.")
        return value

    def mapping(self, name: str) -> dict[str, object]:
        """An object, which must not be missing."""
        value = self._values.get(name)
        if not isinstance(value, dict):
            raise WebexError(400, f"The field {name} must be an object.")
        return value


def json_fields() -> Fields:
    """The request's JSON object: 415 for another content type, 400 for anything that is not one."""
    if not request.is_json:
        raise WebexError(415, "The request needs a JSON body with the content type application/json.")
    try:
        values = json.loads(request.get_data(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise WebexError(400, "The request body is not valid JSON.") from error
    if not isinstance(values, dict):
        raise WebexError(400, "The request body must be a JSON object.")
    return Fields(values)


def query_moment(name: str) -> datetime | None:
    """A moment from the query: epoch milliseconds or ISO 8601."""
    written = request.args.get(name)
    if written is None:
        return None
    try:
        return parse(written)
    except ValueError as error:
        raise WebexError(400, f"The parameter {name} is not a date and time.") from error


def _refuse_constant(name: str) -> object:
    raise ValueError(name)


def _is_writable(value: str) -> bool:
    """Half a surrogate pair is no text."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
