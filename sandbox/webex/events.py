"""What happens in the sandbox, as webhooks are told of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sandbox.webex.people import Person


@dataclass(frozen=True, slots=True)
class Happening:
    """One event: what it was, the `data` of its envelope, who caused it, and who may learn of it.

    `traits` are properties that filters may name but the envelope does not carry.
    """

    resource: str
    event: str
    data: Mapping[str, object]
    actor: Person
    seen_by: Callable[[Person], bool]
    traits: Mapping[str, object] = field(default_factory=dict)


Publish = Callable[[Happening], None]
