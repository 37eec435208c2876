"""What happened to a webhook: stored until the operators are told."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MAX_DETAIL_CHARACTERS = 300
"""The longest detail that is stored: an address or Webex's words, cut so that all fits into one message."""


class Happening(StrEnum):
    """What can happen to a webhook. Those up to ADDRESS are faults that the bot repairs."""

    DELETED = "deleted"
    INACTIVE = "inactive"
    RESOURCE = "other resource"
    DUPLICATE = "duplicate"
    ADDRESS = "other address"
    TAKEN_OVER = "taken over"
    REFUSED = "refused"
    LIMITED = "limited"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class WebhookNews:
    """One thing that happened to a webhook, and when it was last seen right. `detail` is an address, or a reason."""

    name: str
    happening: Happening
    detail: str = ""
    right_at: datetime | None = None

    @property
    def stored(self) -> str:
        """The text for the database."""
        return f"{self.happening}: {self.detail[:MAX_DETAIL_CHARACTERS]}"


def read(name: str, stored: str, right_at: datetime | None) -> WebhookNews:
    """Return the news that was stored as a text."""
    happening, _, detail = stored.partition(": ")
    return WebhookNews(name, Happening(happening), detail, right_at)
