"""The filters of webhooks: `roomId=...&personEmail=...`."""

from collections.abc import Mapping
from urllib.parse import unquote

from sandbox.webex.errors import WebexError

FILTERS = {
    "messages": {
        "roomId",
        "roomType",
        "personId",
        "personEmail",
        "mentionedPeople",
        "hasFiles",
        "hasAttachments",
    },
    "memberships": {"roomId", "personId", "personEmail", "isModerator"},
    "rooms": {"type", "isLocked"},
    "attachmentActions": {"roomId", "personId"},
}


def check_filter(resource: str, written: str) -> None:
    """Refuse with 400 a filter that this resource does not have."""
    for key, value in _parts(written):
        if key not in FILTERS.get(resource, ()) or not value:
            raise WebexError(400, f"The filter '{key}' is not supported for {resource}.")


def matches(written: str | None, facts: Mapping[str, object], owner_id: str) -> bool:
    """Whether every condition of a filter holds; `me` is the webhook's owner."""
    return all(_holds(facts.get(key), value, owner_id) for key, value in _parts(written or ""))


def _parts(written: str) -> list[tuple[str, str]]:
    pairs = (part.partition("=") for part in written.split("&") if part)
    return [(key, unquote(value)) for key, _, value in pairs]


def _holds(fact: object, value: str, owner_id: str) -> bool:
    if isinstance(fact, list):
        return any((owner_id if wanted == "me" else wanted) in fact for wanted in value.split(","))
    if isinstance(fact, bool):
        return value.casefold() == str(fact).casefold()
    return isinstance(fact, str) and fact.casefold() == value.casefold()
