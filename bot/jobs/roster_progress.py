"""How far the reading of a roster is, in the status messages of those who wait for it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.replies.licenses import reading
from storage import inbox, outbox

FIRST = timedelta(seconds=10)
"""How long a reading takes at least of which anything is told; after that each time twice as long."""


class Progress:
    """Tells of one reading, less and less often: Webex allows few edits of a message."""

    def __init__(self, roster_id: int, begun: datetime) -> None:
        self.pages = 0
        self._roster_id = roster_id
        self._begun = begun
        self._next = FIRST

    def tell(self, session: Session, now: datetime) -> None:
        """Say how many pages were read so far, if it is time."""
        if now - self._begun < self._next:
            return
        while self._next <= now - self._begun:
            self._next *= 2
        for outbox_id in inbox.status_messages(session, self._roster_id):
            outbox.edit(session, outbox_id, reading(self.pages), now)


def tell_end(session: Session, status_messages: Iterable[int], markdown: str, now: datetime) -> None:
    """Say in the status messages of a reading that it is over. Its roster has to be locked by then, as whoever says
    something about one locks it first.
    """
    for outbox_id in status_messages:
        outbox.edit(session, outbox_id, markdown, now, last=True)
