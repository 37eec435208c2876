"""Shows how far the reading of a roster is, in the status messages of the people who wait for it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.replies.licenses import reading
from storage import inbox, outbox

FIRST_UPDATE_AFTER = timedelta(seconds=10)
"""When a status message is updated first. Each next update comes after twice that time: edits are limited."""


class Progress:
    """Updates the status messages of one reading, less and less often: Webex allows ten edits of a message."""

    def __init__(self, roster_id: int, begun: datetime) -> None:
        self.pages = 0
        self._roster_id = roster_id
        self._begun = begun
        self._next = FIRST_UPDATE_AFTER

    def update(self, session: Session, now: datetime) -> None:
        """Say how many pages are read, if it is time for an update."""
        if now - self._begun < self._next:
            return
        while self._next <= now - self._begun:
            self._next *= 2
        for outbox_id in inbox.status_messages(session, self._roster_id):
            outbox.edit(session, outbox_id, reading(self.pages), now)


def show_end(session: Session, status_messages: Iterable[int], markdown: str, now: datetime) -> None:
    """Say in the status messages of a reading that it is over. Every writer of them locks the roster first."""
    for outbox_id in status_messages:
        outbox.edit(session, outbox_id, markdown, now, last=True)
