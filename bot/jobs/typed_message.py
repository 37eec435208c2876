"""A typed message as the origin of a request: its inbox row waits or ends, and the outbox takes the answer."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.chat import command_line
from bot.chat.message import Message, Reply
from bot.dispatch.pending_request import Awaited, PendingRequest
from bot.replies import licenses
from bot.services import messages
from storage import inbox, outbox
from storage.models import InboxRow
from storage.values.records import Claim, Enterprise


@dataclass(frozen=True, slots=True)
class TypedMessage:
    """The origin of what is typed in a space, with the claim on its inbox row.

    `status_outbox_id` is the status message that told the sender of a long wait. `timed_out`: what the request waited
    for is still not there. `turn` is whose turn the message takes, and its answer.
    """

    message: Message
    claim: Claim
    status_outbox_id: int | None = None
    timed_out: bool = False
    turn: int | None = None
    name: str = "a typed message"
    is_operator: bool = False

    def answer(self, session: Session, reply: Reply, enterprise: Enterprise | None, now: datetime) -> None:
        """Say something in the space of the message."""
        messages.post(session, self.message, reply, now, enterprise.id if enterprise else None, self.turn)

    def answer_privately(self, session: Session, markdown: str, now: datetime) -> None:
        """Say something in the sender's 1:1 space."""
        messages.post_privately(session, self.message, markdown, now, self.turn)

    def set_aside(self, session: Session, awaited: Awaited, now: datetime) -> None:
        """Have the inbox row come back when the data is there, and say the progress."""
        wait, status_outbox_id = awaited.wait, None
        if wait.progress is not None:
            progress = Reply(wait.progress)
            status_outbox_id = messages.post(session, self.message, progress, now, awaited.enterprise_id, self.turn)
        inbox.wait(
            session,
            self.claim,
            wait.until,
            awaited.enterprise_id,
            roster_id=awaited.roster_id,
            reading_id=awaited.reading_id,
            status_outbox_id=status_outbox_id,
        )

    def finish(self, session: Session, now: datetime) -> None:
        """End the inbox row; if the wait was too long, say so in the status message."""
        inbox.end(session, self.claim, inbox.DONE)
        if self.timed_out and self.status_outbox_id is not None:
            outbox.edit(session, self.status_outbox_id, licenses.TOO_LONG, now, last=True)

    def fail(self, session: Session, error: str) -> None:
        """Set the inbox row aside."""
        inbox.end(session, self.claim, inbox.FAILED, error=error)


def pending_request(row: InboxRow, message: Message) -> PendingRequest:
    """Return a claimed message as a request."""
    timed_out = row.roster_id is not None or row.reading_id is not None
    return PendingRequest(
        message,
        command_line.parse(message.text),
        TypedMessage(message, Claim(row.id, row.attempt), row.status_outbox_id, timed_out, row.turn),
        row.received_at,
        already_waited=row.waited,
        enterprise_id=row.enterprise_id,
        progress_shown=row.status_outbox_id is not None,
        written_at=message.written_at or row.received_at,
        age=message.age_when_read,
    )
