"""The tables. Whatever must happen is a row here; docs/architecture.md follows one from birth to end."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, MetaData, String, Text, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from storage.columns import FoldedText, Id, UTCDateTime


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


class Table(DeclarativeBase):
    """What every table shares."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UTCDateTime,
        str: Text,
        dict[str, Any]: JSON,
        list[Any]: JSON,
    }

    id: Mapped[int] = mapped_column(Id, primary_key=True)


class Moved:
    """A row that a job moves: when it is due, who holds it, how often it was tried and how often it failed."""

    due_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    attempt: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]


class ClusterRow(Table):
    """A BroadWorks system: it runs one on-demand sync at a time."""

    __tablename__ = "clusters"

    name: Mapped[str] = mapped_column(String(200), unique=True)
    paused_until: Mapped[datetime | None]
    pauses: Mapped[int] = mapped_column(default=0)


class EnterpriseRow(Table):
    """A customer company."""

    __tablename__ = "enterprises"

    key: Mapped[str] = mapped_column(String(200), unique=True)
    name: Mapped[str]
    sp_enterprise_id: Mapped[str] = mapped_column(String(200), unique=True)
    cluster_id: Mapped[int] = mapped_column(ForeignKey("clusters.id"))
    timezone: Mapped[str]
    webex_id: Mapped[str | None]
    org_id: Mapped[str | None]
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class AdminRow(Table):
    """Somebody who may act for an enterprise; `person_id` is learned when they first write."""

    __tablename__ = "admins"
    __table_args__ = (
        UniqueConstraint("enterprise_id", "email_folded", name="uq_admins_email"),
        UniqueConstraint("enterprise_id", "person_id", name="uq_admins_person"),
    )

    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    email: Mapped[str]
    email_folded: Mapped[str] = mapped_column(FoldedText, index=True)
    person_id: Mapped[str | None] = mapped_column(Text, index=True)
    added_at: Mapped[datetime]


class OperatorRow(Table):
    """Somebody who may act for every enterprise and for the bot itself."""

    __tablename__ = "operators"

    email: Mapped[str]
    email_folded: Mapped[str] = mapped_column(FoldedText, unique=True)
    person_id: Mapped[str | None] = mapped_column(Text, unique=True)


class InboxRow(Moved, Table):
    """One event that Webex told us of."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("resource", "event", "data_id", "data_created", name="uq_inbox_event"),
        _partial("ix_inbox_due", "due_at", "id", where="due_at IS NOT NULL"),
        _partial("ix_inbox_open", "room_id", "id", where="due_at IS NOT NULL"),
        _partial("uq_inbox_held", "room_id", where="lease_until IS NOT NULL", unique=True),
        Index("ix_inbox_waiting", "roster_id"),
    )

    resource: Mapped[str]
    event: Mapped[str]
    data_id: Mapped[str]
    data_created: Mapped[str]
    room_id: Mapped[str]
    person_id: Mapped[str]
    state: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    roster_id: Mapped[int | None] = mapped_column(Id)
    waited: Mapped[bool] = mapped_column(default=False)


class DestinationRow(Table):
    """Where messages go; its row is the lock under which an outbox row gets its number."""

    __tablename__ = "destinations"

    room_id: Mapped[str | None] = mapped_column(Text, unique=True)
    person_id: Mapped[str | None] = mapped_column(Text, unique=True)
    email_folded: Mapped[str | None] = mapped_column(FoldedText, unique=True)
    direct: Mapped[bool]
    last_number: Mapped[int] = mapped_column(default=0)


class AttachmentRow(Table):
    """A file that waits to be delivered, gzip-compressed; gone once nobody waits for it."""

    __tablename__ = "attachments"

    name: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary)


class OutboxRow(Moved, Table):
    """One message to post, or one change to a message posted before."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("destination_id", "number", name="uq_outbox_number"),
        _partial("ix_outbox_due", "due_at", "id", where="due_at IS NOT NULL"),
        _partial("ix_outbox_open", "destination_id", "number", where="due_at IS NOT NULL"),
    )

    destination_id: Mapped[int] = mapped_column(ForeignKey("destinations.id"))
    number: Mapped[int]
    kind: Mapped[str]
    about_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id"), index=True)
    parent_id: Mapped[str | None]
    markdown: Mapped[str]
    personal: Mapped[bool]
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprises.id"))
    person_id: Mapped[str | None]
    origin_id: Mapped[int | None] = mapped_column(ForeignKey("destinations.id"))
    attachment_id: Mapped[int | None] = mapped_column(ForeignKey("attachments.id"), index=True)
    state: Mapped[str]
    message_id: Mapped[str | None]
    room_id: Mapped[str | None]
    edits: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)


class SyncRow(Moved, Table):
    """One request to synchronise, from asking to its end; it is queue, lock, history and audit at once."""

    __tablename__ = "syncs"
    __table_args__ = (
        _partial("uq_syncs_active", "enterprise_id", where="state IN ('queued', 'starting', 'running')", unique=True),
        _partial("uq_syncs_on_cluster", "cluster_id", where="state IN ('starting', 'running')", unique=True),
        _partial("uq_syncs_head", "cluster_id", where="head", unique=True),
        _partial("ix_syncs_due", "due_at", where="due_at IS NOT NULL"),
        _partial("ix_syncs_queue", "cluster_id", "id", where="state = 'queued' AND NOT head"),
        Index("ix_syncs_history", "enterprise_id", "id"),
        Index("ix_syncs_ended", "cluster_id", "ended_at"),
    )

    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    cluster_id: Mapped[int] = mapped_column(ForeignKey("clusters.id"))
    state: Mapped[str]
    head: Mapped[bool]
    asked_at: Mapped[datetime]
    asker_email: Mapped[str]
    starting_at: Mapped[datetime | None]
    before_started_at: Mapped[datetime | None]
    before_tracking_id: Mapped[str | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    seconds: Mapped[float | None]
    tracking_id: Mapped[str | None]
    webex_status: Mapped[str | None]
    counts: Mapped[dict[str, Any]]
    errors: Mapped[list[Any]]
    reason: Mapped[str | None]
    status_outbox_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id"))
    roster_id: Mapped[int | None] = mapped_column(Id)
    polls: Mapped[int] = mapped_column(default=0)
    told_at: Mapped[datetime | None]


class FollowerRow(Table):
    """Somebody who asked for a sync or joined it, and where."""

    __tablename__ = "sync_followers"
    __table_args__ = (UniqueConstraint("sync_id", "person_id", "room_id", name="uq_sync_followers"),)

    sync_id: Mapped[int] = mapped_column(ForeignKey("syncs.id"))
    person_id: Mapped[str]
    email: Mapped[str]
    room_id: Mapped[str]
    direct: Mapped[bool]
    thread: Mapped[str | None]
    since: Mapped[datetime]


class RosterRow(Moved, Table):
    """One reading of an enterprise's licence holders, from being wanted to being replaced."""

    __tablename__ = "rosters"
    __table_args__ = (
        _partial("uq_rosters_wanted", "enterprise_id", where="state = 'wanted'", unique=True),
        _partial("uq_rosters_current", "enterprise_id", where="state = 'current'", unique=True),
        _partial("ix_rosters_due", "due_at", where="due_at IS NOT NULL"),
    )

    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    state: Mapped[str]
    asked_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    size: Mapped[int] = mapped_column(default=0)


class LicenseHolderRow(Table):
    """A licence holder in one roster: the nine cells, their folded forms to filter and sort by."""

    __tablename__ = "license_holders"
    __table_args__ = (UniqueConstraint("roster_id", "position", name="uq_license_holders_position"),)

    roster_id: Mapped[int] = mapped_column(ForeignKey("rosters.id"))
    position: Mapped[int]
    subscriber_id: Mapped[str]
    location: Mapped[str]
    license_type: Mapped[str]
    service_id: Mapped[str]
    ext: Mapped[str]
    first_name: Mapped[str]
    last_name: Mapped[str]
    email: Mapped[str]
    status: Mapped[str]
    activation: Mapped[str]
    location_folded: Mapped[str] = mapped_column(FoldedText)
    license_type_folded: Mapped[str] = mapped_column(FoldedText)
    service_id_folded: Mapped[str] = mapped_column(FoldedText)
    ext_folded: Mapped[str] = mapped_column(FoldedText)
    first_name_folded: Mapped[str] = mapped_column(FoldedText)
    last_name_folded: Mapped[str] = mapped_column(FoldedText)
    email_folded: Mapped[str] = mapped_column(FoldedText)
    status_folded: Mapped[str] = mapped_column(FoldedText)
    activation_folded: Mapped[str] = mapped_column(FoldedText)
    location_sort: Mapped[str] = mapped_column(FoldedText)
    license_type_sort: Mapped[str] = mapped_column(FoldedText)
    service_id_sort: Mapped[str] = mapped_column(FoldedText)
    ext_sort: Mapped[str] = mapped_column(FoldedText)
    first_name_sort: Mapped[str] = mapped_column(FoldedText)
    last_name_sort: Mapped[str] = mapped_column(FoldedText)
    email_sort: Mapped[str] = mapped_column(FoldedText)
    status_sort: Mapped[str] = mapped_column(FoldedText)
    activation_sort: Mapped[str] = mapped_column(FoldedText)


class AuditRow(Table):
    """Who asked for what, from where, and how it went."""

    __tablename__ = "audit"

    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprises.id"), index=True)
    person_id: Mapped[str]
    email: Mapped[str]
    room_id: Mapped[str]
    command: Mapped[str]
    arguments: Mapped[str]
    outcome: Mapped[str]
    detail: Mapped[str]


class LeaseRow(Table):
    """A task that only one process may do at a time, and who does it now."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(100), unique=True)
    holder: Mapped[str]
    until: Mapped[datetime]
