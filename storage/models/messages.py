"""The inbox and the outbox: what comes from Webex and what goes to it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Claimable, Table, partial_index
from storage.models.columns import FoldedText, Id, UTCDateTime


class InboxRow(Claimable, Table):
    """One event that Webex reported."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("resource", "event", "data_id", "data_created", name="uq_inbox_event"),
        partial_index("ix_inbox_due", "due_at", "id", where="due_at IS NOT NULL AND NOT parked"),
        partial_index("ix_inbox_turn", "turn", "due_at", "id", where="due_at IS NOT NULL AND NOT parked"),
        partial_index("ix_inbox_parked", "room_id", "id", where="parked"),
        partial_index("ix_inbox_open", "room_id", "id", where="due_at IS NOT NULL"),
        partial_index("ix_inbox_failed", "id", where="state = 'failed'"),
        partial_index("uq_inbox_held", "room_id", where="lease_until IS NOT NULL", unique=True),
        Index("ix_inbox_waiting", "roster_id"),
        Index("ix_inbox_waiting_reading", "reading_id"),
    )

    resource: Mapped[str]
    event: Mapped[str]
    data_id: Mapped[str]
    data_created: Mapped[str]
    room_id: Mapped[str]
    person_id: Mapped[str]
    actor_id: Mapped[str] = mapped_column(Text, server_default=text("''"))
    """Who caused the event, if that may be another person than `person_id`; else empty."""
    state: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    roster_id: Mapped[int | None] = mapped_column(Id)
    reading_id: Mapped[int | None] = mapped_column(Id)
    waited: Mapped[bool] = mapped_column(default=False)
    enterprise_id: Mapped[int | None] = mapped_column(Id)
    """The enterprise whose data the event waits for."""
    turn: Mapped[int] = mapped_column(Id, default=0, server_default=text("0"))
    """Whose turn the event takes: an enterprise's id, or one of those in `storage/values/turns.py`."""
    parked: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether it is far back in the line of its space, so that no claim has to look at it."""
    missed: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether looking back found the message and no webhook had told of it."""
    status_outbox_id: Mapped[int | None] = mapped_column(Id)
    """The message that says "this takes a while". With it, later events of the space do not wait for this one."""


class DestinationRow(Table):
    """Where messages go. An outbox row gets its number under the lock on this row."""

    __tablename__ = "destinations"

    room_id: Mapped[str | None] = mapped_column(Text, unique=True)
    person_id: Mapped[str | None] = mapped_column(Text, unique=True)
    email_folded: Mapped[str | None] = mapped_column(FoldedText, unique=True)
    direct: Mapped[bool]
    last_number: Mapped[int] = mapped_column(default=0)


class AttachmentRow(Table):
    """A gzip-compressed file to deliver. It is deleted when no open message carries it."""

    __tablename__ = "attachments"

    name: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary)


class OutboxRow(Claimable, Table):
    """One message to post, or one edit of a message posted before."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("destination_id", "number", name="uq_outbox_number"),
        partial_index("ix_outbox_due", "due_at", "id", where="due_at IS NOT NULL AND NOT parked"),
        partial_index("ix_outbox_turn", "can_wait", "turn", "due_at", "id", where="due_at IS NOT NULL AND NOT parked"),
        partial_index("ix_outbox_parked", "destination_id", "number", where="parked"),
        partial_index("ix_outbox_failed", "id", where="state = 'failed'"),
        partial_index("ix_outbox_open", "destination_id", "number", where="due_at IS NOT NULL"),
    )

    destination_id: Mapped[int] = mapped_column(ForeignKey("destinations.id"))
    number: Mapped[int]
    kind: Mapped[str]
    about_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id"), index=True)
    parent_id: Mapped[str | None]
    markdown: Mapped[str]
    public_markdown: Mapped[str | None]
    personal: Mapped[bool]
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprises.id"))
    person_id: Mapped[str | None]
    origin_id: Mapped[int | None] = mapped_column(ForeignKey("destinations.id"))
    for_operators: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether only an operator may get it: it is about several enterprises."""
    is_notice: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether nobody waits for it: answers to people go first."""
    can_wait: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether other rows go first: it is a notice, and no answer waits behind it for the same destination."""
    turn: Mapped[int] = mapped_column(Id, default=0, server_default=text("0"))
    """Whose turn the message takes: an enterprise's id, or one of those in `storage/values/turns.py`."""
    parked: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether it is far back in the line of its destination, so that no claim has to look at it."""
    attachment_id: Mapped[int | None] = mapped_column(ForeignKey("attachments.id"), index=True)
    state: Mapped[str]
    message_id: Mapped[str | None]
    room_id: Mapped[str | None]
    edits: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
