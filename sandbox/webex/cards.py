"""Adaptive cards: what may be attached, and the buttons people press."""

from dataclasses import dataclass
from datetime import datetime

from sandbox.webex.errors import WebexError

CARD = "application/vnd.microsoft.card.adaptive"
MAX_BUTTONS = 5


@dataclass(frozen=True, slots=True)
class Action:
    """A card's button, pressed by somebody."""

    id: str
    message_id: str
    room_id: str
    person_id: str
    inputs: dict[str, object]
    created: datetime


def check_attachments(attachments: list[object]) -> tuple[dict[str, object], ...]:
    """The card of a message, checked as far as Webex's rules are known; else 400."""
    if len(attachments) > 1:
        raise WebexError(400, "Only one card per message is supported.")
    return tuple(_check_card(one) for one in attachments)


def _check_card(attachment: object) -> dict[str, object]:
    if not isinstance(attachment, dict) or attachment.get("contentType") != CARD:
        raise WebexError(400, f"Attachments must have the contentType {CARD}.")
    content = attachment.get("content")
    if not isinstance(content, dict) or content.get("type") != "AdaptiveCard":
        raise WebexError(400, "Missing Adaptive Card Type")
    if not isinstance(content.get("version"), str):
        raise WebexError(400, "Missing Adaptive Card Version")
    actions = content.get("actions", [])
    if not isinstance(actions, list) or len(actions) > MAX_BUTTONS:
        raise WebexError(400, f"A card has at most {MAX_BUTTONS} actions.")
    return attachment
