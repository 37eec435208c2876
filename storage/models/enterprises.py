"""The enterprises, their clusters, and the admins and operators who may act for them."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Table
from storage.models.columns import FoldedText


class ClusterRow(Table):
    """A BroadWorks system, which runs one on-demand sync at a time."""

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
    locations_version: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """How often the mapping of locations was changed."""


class AdminRow(Table):
    """An admin of an enterprise. `person_id` is learned from the admin's first message.

    `org_id` is the admin's Webex organization, as Webex reported it at `org_seen_at`. A person who was kept out for it
    has it here, too, and `kept_out_at` says since when. `any_organization`: an operator has let this admin in, from any
    organization. `added_by_id` is the admin or operator who added this one in chat. `unreachable_at` says when Webex
    did not know the address of an admin who has never written.
    """

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
    org_id: Mapped[str | None]
    org_seen_at: Mapped[datetime | None]
    any_organization: Mapped[bool] = mapped_column(default=False, server_default=false())
    kept_out_at: Mapped[datetime | None]
    added_by_id: Mapped[str | None]
    unreachable_at: Mapped[datetime | None]


class OperatorRow(Table):
    """An operator, who may act for every enterprise and for the bot itself."""

    __tablename__ = "operators"

    email: Mapped[str]
    email_folded: Mapped[str] = mapped_column(FoldedText, unique=True)
    person_id: Mapped[str | None] = mapped_column(Text, unique=True)
