"""The values around messages: incoming events, destinations, and drafts of outgoing messages."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Space:
    """A group space and its enterprise.

    `linked`: commands typed there are for that enterprise. `notify`: it gets notices of the enterprise's syncs.
    `trusted`: the enterprise's personal data may be shown there.
    """

    room_id: str
    enterprise_id: int
    linked: bool
    notify: bool
    trusted: bool


@dataclass(frozen=True, slots=True)
class Event:
    """An event that a webhook reported. `actor_id` is the person who caused it."""

    resource: str
    event: str
    data_id: str
    data_created: str
    room_id: str
    person_id: str
    actor_id: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to send a message: a space, or the 1:1 space of a person, by `person_id` or by e-mail.

    Exactly one of them identifies the destination: the first that is not None. `direct` says that `room_id` is a 1:1
    space, and then `person_id` is its person.
    """

    room_id: str | None = None
    person_id: str | None = None
    email: str | None = None
    direct: bool = False


@dataclass(frozen=True, slots=True)
class Destination:
    """A stored destination of messages: a space, a person or an e-mail address."""

    id: int
    room_id: str | None
    person_id: str | None
    email: str | None
    direct: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """What an outbox row says, and who may read it.

    A `personal` draft goes only to spaces that are fit for the data of `enterprise_id`. If the space is not, a
    notification space gets `public_markdown` instead, and a person's answer goes to the 1:1 space of `person_id`.
    `parent_id` is the thread. `origin_id` is the destination that gets a line if the 1:1 space cannot be reached.
    `for_operators`: only an operator may get it. `is_notice`: nobody waits for it, so answers go first. `turn` is whose
    turn it takes; by default that of its enterprise.
    """

    markdown: str
    public_markdown: str | None = None
    parent_id: str | None = None
    attachment_id: int | None = None
    personal: bool = False
    enterprise_id: int | None = None
    person_id: str | None = None
    origin_id: int | None = None
    for_operators: bool = False
    is_notice: bool = False
    turn: int | None = None
