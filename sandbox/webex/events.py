"""Events that webhooks report."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sandbox.webex.people import Person


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a resource (`messages`, ...): its name (`created`, ...), its `data` and the person who caused it.

    `is_visible_to` says whether a webhook owner may see the event. `filter_fields` are properties that a webhook
    filter can name although `data` does not contain them.
    """

    resource: str
    name: str
    data: Mapping[str, object]
    actor: Person
    is_visible_to: Callable[[Person], bool]
    filter_fields: Mapping[str, object] = field(default_factory=dict)


Publish = Callable[[Event], None]
