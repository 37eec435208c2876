"""What Webex tells us, as values: only the fields the bot uses, checked when they are read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from storage.values.records import WebexSyncStatus


@dataclass(frozen=True, slots=True)
class SpaceMessage:
    """A message as it stands in a space."""

    id: str
    room_id: str
    room_type: str
    person_id: str
    person_email: str
    text: str
    html: str | None = None
    parent_id: str | None = None
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Posted:
    """Where a message that we posted has ended up."""

    message_id: str
    room_id: str


@dataclass(frozen=True, slots=True)
class FileUpload:
    """A file to attach: `open` gives a new stream of its bytes for each attempt."""

    name: str
    open: Callable[[], BinaryIO]
    content_type: str = "text/csv"


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook as Webex keeps it."""

    id: str
    name: str
    target_url: str
    resource: str
    event: str
    status: str


@dataclass(frozen=True, slots=True)
class WebexEnterprise:
    """An enterprise as Webex knows it."""

    id: str
    sp_enterprise_id: str
    org_id: str | None
    reading: WebexSyncStatus


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A license holder as Webex describes one; text fields are empty where Webex sends nothing."""

    id: str
    user_id: str
    sp_enterprise_id: str
    group_id: str
    first_name: str
    last_name: str
    email: str
    extension: str
    package: str
    status: str
    last_status_change: datetime | None = None
