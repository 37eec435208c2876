"""How far the reading of a roster is, in the status messages of those who wait for it."""

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
        self._say(session, reading(self.pages), now, last=False)

    def end(self, session: Session, now: datetime) -> None:
        """Say that all are read."""
        self._say(session, reading(self.pages, ended=True), now, last=True)

    def _say(self, session: Session, markdown: str, now: datetime, *, last: bool) -> None:
        for outbox_id in inbox.status_messages(session, self._roster_id):
            outbox.edit(session, outbox_id, markdown, now, last=last)
