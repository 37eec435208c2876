"""Adaptive Cards: the checks Webex makes before it accepts one."""

from sandbox.webex.errors import WebexError

CARD = "application/vnd.microsoft.card.adaptive"
MAX_BUTTONS = 5
"""Limits the buttons at the bottom of a card."""


def check_attachments(attachments: list[object]) -> tuple[dict[str, object], ...]:
    """Return the attachments of a message. Raise 400 for what Webex is known to refuse."""
    if len(attachments) > 1:
        raise WebexError(400, "Only one card per message is supported.")
    return tuple(_check_card(attachment) for attachment in attachments)


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
