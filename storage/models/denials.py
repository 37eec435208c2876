"""What people were refused without an answer, because they had just been told."""

from datetime import datetime

from sqlalchemy import UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Table, partial_index


class DenialRow(Table):
    """The last refusal of one kind that a person was told, and how often the same was refused since, without a word.

    `outcome` is the audit's word for the kind. `email` is the person's address as it was then, and `rights` a digest of
    their rights. The person is told again from `silent_until` on, or when their rights are others. `repeats`, the last
    of them at `repeated_at`, are not in the audit yet.
    """

    __tablename__ = "denials"
    __table_args__ = (
        UniqueConstraint("person_id", "outcome", name="uq_denials_person"),
        partial_index("ix_denials_repeated", "silent_until", where="repeats > 0"),
    )

    person_id: Mapped[str]
    email: Mapped[str]
    outcome: Mapped[str]
    rights: Mapped[str]
    silent_until: Mapped[datetime]
    repeats: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    repeated_at: Mapped[datetime | None]
