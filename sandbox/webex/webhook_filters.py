"""Webhook filters such as `roomId=...&personEmail=...`."""

from collections.abc import Mapping
from urllib.parse import unquote

from sandbox.webex.errors import WebexError

FILTERS = {
    "messages": {"roomId", "roomType", "personId", "personEmail", "mentionedPeople", "hasFiles", "hasAttachments"},
    "memberships": {"roomId", "personId", "personEmail", "isModerator"},
    "rooms": {"type", "isLocked"},
    "attachmentActions": {"roomId", "personId"},
}


def check_filter(resource: str, filter_text: str) -> None:
    """Raise 400 for a filter that this resource does not support."""
    for key, value in _parts(filter_text):
        if key not in FILTERS.get(resource, ()) or not value:
            raise WebexError(400, f"The filter '{key}' is not supported for {resource}.")


def matches(filter_text: str | None, fields: Mapping[str, object], owner_id: str) -> bool:
    """Return whether every condition of a filter holds for these fields. `me` stands for the webhook's owner."""
    return all(_holds(fields.get(key), value, owner_id) for key, value in _parts(filter_text or ""))


def _parts(filter_text: str) -> list[tuple[str, str]]:
    pairs = (part.partition("=") for part in filter_text.split("&") if part)
    return [(key, unquote(value)) for key, _, value in pairs]


def _holds(field: object, value: str, owner_id: str) -> bool:
    if isinstance(field, list):
        return any((owner_id if wanted == "me" else wanted) in field for wanted in value.split(","))
    if isinstance(field, bool):
        return value.casefold() == str(field).casefold()
    return isinstance(field, str) and field.casefold() == value.casefold()
