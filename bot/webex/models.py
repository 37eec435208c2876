"""What Webex sends, as values: only the fields that the bot uses, checked when they are read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from bot.webex.bots import is_bot
from storage.values.records import Identity, WebexSyncStatus


@dataclass(frozen=True, slots=True)
class SpaceMessage:
    """A message in a space."""

    id: str
    room_id: str
    room_type: str
    person_id: str
    person_email: str
    text: str
    html: str | None = None
    parent_id: str | None = None
    files: tuple[str, ...] = ()
    mentioned_people: tuple[str, ...] = ()
    created: datetime | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """The account that a token belongs to.

    `names` are those under which Webex shows it in a mention, the display name first. `kind` is Webex's word for it:
    bot, person, or appuser, which is a guest; empty if Webex does not say.
    """

    person_id: str
    email: str
    names: tuple[str, ...] = ()
    kind: str = ""
    org_id: str = ""

    @property
    def is_human(self) -> bool:
        """Whether it is a person's or a guest's, so that a bot must not act with it."""
        return self.kind in ("person", "appuser") and not is_bot(self.email, self.kind)


@dataclass(frozen=True, slots=True)
class Membership:
    """A person in a space. `room_type` is Webex's word for the kind of space, empty if Webex does not say."""

    person: Identity
    room_type: str


@dataclass(frozen=True, slots=True)
class ListedMessage:
    """A message in the list of a space: whose it is, and when it was written, if Webex says so."""

    id: str
    person_id: str
    created: datetime | None


@dataclass(frozen=True, slots=True)
class SpaceActivity:
    """A space that the bot is in, and when something last happened there, if Webex says so."""

    room_id: str
    is_direct: bool
    last_activity: datetime | None


@dataclass(frozen=True, slots=True)
class Posted:
    """The ids of a message that the bot posted."""

    message_id: str
    room_id: str


@dataclass(frozen=True, slots=True)
class FileUpload:
    """A file to attach: `open` returns a new stream of its bytes for each attempt."""

    name: str
    open: Callable[[], BinaryIO]
    content_type: str = "text/csv"


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook that Webex keeps. Webex sends events only while it is active."""

    id: str
    name: str
    resource: str
    event: str
    target_url: str = ""
    filter: str = ""
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class WebexEnterprise:
    """An enterprise as Webex knows it."""

    id: str
    sp_enterprise_id: str
    org_id: str | None
    sync_status: WebexSyncStatus


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A license holder as Webex sends it; a text field is empty if Webex sends none."""

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
