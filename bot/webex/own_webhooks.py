"""The webhooks that the bot wants, and what is wrong with those that it has. It knows its own by their names."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from urllib.parse import urlsplit

from bot.webex.models import Webhook
from bot.webex.urls import DEFAULT_PORTS
from storage.values.webhook_news import Happening

WANTED = (
    ("messages", "created"),
    ("attachmentActions", "created"),
    ("memberships", "created"),
    ("memberships", "deleted"),
    ("rooms", "migrated"),
)

TURN_HEADER = "X-Directory-Sync-Bot-Turn"
"""The header by which a webhook server of the bot says which turn to look at the webhooks is in its database.

A process that looks knows its own turn. So it knows whether the server has the same database, which is to say whether
both are one installation. A copy of the database has an older turn."""

UNKNOWN_TURN = "unknown"
"""What the webhook server says while it cannot read its database."""


def name(resource: str, event: str) -> str:
    """Return the name of the bot's webhook for an event."""
    return f"directory-sync-bot {resource} {event}"


NAMES = {name(*wanted): wanted for wanted in WANTED}
"""The resource and event of each wanted webhook, by its name."""


@dataclass(frozen=True, slots=True)
class State:
    """One wanted webhook as Webex has it: the one to keep, those to delete, and the faults, the gravest first."""

    keep: Webhook | None
    delete: tuple[Webhook, ...]
    faults: tuple[Happening, ...]


class Answer(Enum):
    """Who answers at a webhook's address. UNKNOWN is a webhook server of the bot that cannot read its database."""

    OWN = auto()
    ANOTHER = auto()
    UNKNOWN = auto()
    NOBODY = auto()


def examine(own: Sequence[Webhook], wanted_name: str, target_url: str) -> State:
    """Say what is wrong with the webhooks of one name, of all that are the bot's own.

    Webex cannot change the resource, the event or the filter of a webhook, so one that differs there is to be deleted.
    """
    wanted = NAMES[wanted_name]
    named = [webhook for webhook in own if webhook.name == wanted_name]
    fitting = [each for each in named if (each.resource, each.event) == wanted and not each.filter]
    if not fitting:
        fault = Happening.RESOURCE if named else Happening.DELETED
        return State(None, tuple(named), (fault,))
    keep = max(fitting, key=lambda each: (is_same_address(each.target_url, target_url), each.is_active))
    others = tuple(webhook for webhook in named if webhook is not keep)
    faults = {
        Happening.ADDRESS: bool(keep.target_url) and not is_same_address(keep.target_url, target_url),
        Happening.INACTIVE: not keep.is_active,
        Happening.DUPLICATE: bool(others),
    }
    return State(keep, others, tuple(fault for fault, is_there in faults.items() if is_there))


def is_same_address(one: str, other: str) -> bool:
    """Return whether two addresses are the same, however Webex writes host, default port and last slash."""
    return _normalized(one) == _normalized(other)


def shown(address: str) -> str:
    """Return an address for people and logs: without a user, a password or a query, which may be secret."""
    try:
        parts = urlsplit(address)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "an address that cannot be read"
    return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"


def _normalized(address: str) -> tuple[object, ...]:
    try:
        parts = urlsplit(address)
        port = parts.port or DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return (address,)
    return parts.scheme, parts.hostname, port, parts.path.rstrip("/"), parts.query
