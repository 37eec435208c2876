"""What comes in, where answers go, and what they say: values without a database behind them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Space:
    """A group space and its enterprise: whether what is typed there is for that (`linked`), whether it hears of that
    one's syncs (`notify`), and whether what is personal to it may be read there (`trusted`).
    """

    room_id: str
    enterprise_id: int
    linked: bool
    notify: bool
    trusted: bool


@dataclass(frozen=True, slots=True)
class Event:
    """A webhook's event, as the door takes it in; `actor_id` is who did it."""

    resource: str
    event: str
    data_id: str
    data_created: str
    room_id: str
    person_id: str
    actor_id: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a message is to go: a space, which may be `direct`, or somebody's 1:1 by `person_id`, or by e-mail if they
    were never met.
    """

    room_id: str | None = None
    person_id: str | None = None
    email: str | None = None
    direct: bool = False


@dataclass(frozen=True, slots=True)
class Destination:
    """Where an outbox row goes: a space, a person or an e-mail address."""

    id: int
    room_id: str | None
    person_id: str | None
    email: str | None
    direct: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """What an outbox row says, and to whom it must not be shown; a notification space that is not fit gets
    `public_markdown` instead.
    """

    markdown: str
    public_markdown: str | None = None
    parent_id: str | None = None
    attachment_id: int | None = None
    personal: bool = False
    enterprise_id: int | None = None
    person_id: str | None = None
    origin_id: int | None = None
