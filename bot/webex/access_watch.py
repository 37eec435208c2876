"""What is told of each call: that Webex accepts a part of the bot's access, or refuses it."""

from collections.abc import Mapping
from typing import Protocol

from bot.webex.errors import AccessRefused
from storage.values.provider_access import AccessSubject


class AccessWatch(Protocol):
    """Learns from the calls which access works. It may be told from any thread."""

    def worked(self, *subjects: AccessSubject) -> None:
        """Take note that Webex has accepted these parts of the access."""

    def refused(self, refusals: Mapping[AccessSubject, AccessRefused]) -> None:
        """Take note that Webex refuses these parts of the access."""


class NoWatch:
    """Takes note of nothing."""

    def worked(self, *subjects: AccessSubject) -> None:
        """Do nothing."""

    def refused(self, refusals: Mapping[AccessSubject, AccessRefused]) -> None:
        """Do nothing."""
