"""What people are told when admins are added or removed: the new admins, and the other admins of the enterprise."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.formatting.escape import code, plain
from bot.formatting.limits import MAX_COPIED_COMMAND, cut
from bot.formatting.quantity import quantity
from storage.values.records import Enterprise

_ROOM = 3000
"""Bytes of a list of addresses: the rest of the message fits beside it."""

INVITATION = (
    "Hello. I am a bot that synchronizes a company's Webex contact directory and lists who has a license. An admin or "
    "an operator gave me your address, so that you can use me. To begin, type `help`. If you did not expect this, "
    "ignore this message."
)
"""It names neither the enterprise nor a person: the address may be a typing error."""

YOU_WERE_REMOVED = (
    "**Your rights have changed**: an admin or an operator removed you from a list of admins. If you did not expect "
    "this, type `help`: it shows what you can still do, or who can add you again."
)
"""It names nothing: the person may read no more of the enterprise."""

ONE_MORE = (
    "Hello again. An admin or an operator has made you an admin of one more enterprise. `use` lists your enterprises "
    "and lets you choose one."
)
"""It names nothing either: the address may belong to another person by now."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who added or removed an admin. `email` is None for an operator at a shell."""

    email: str | None
    is_operator: bool = False


def added(enterprise: Enterprise, emails: Sequence[str], actor: Actor, *, any_organization: bool) -> str:
    """Tell the other admins who was added, and who did it."""
    if any_organization:
        did = f"**let in** as admins of {plain(enterprise.name)}, although they may belong to another company"
    else:
        did = f"**added** to the admins of {plain(enterprise.name)}"
    return (
        f"{_by(actor)} {did}:\n\n{_people(emails)}\n\n"
        f"They can do everything that you can. `admins` lists all admins, `admins remove` removes one."
    )


def removed(enterprise: Enterprise, emails: Sequence[str], actor: Actor) -> str:
    """Tell the other admins who was removed, and who did it."""
    return f"{_by(actor)} **removed** from the admins of {plain(enterprise.name)}:\n\n{_people(emails)}"


def added_without_names(number: int) -> str:
    """Tell an admin who has never written that admins were added."""
    return f"{_were(number)} added to the admins of your enterprise. {_WHO}"


def removed_without_names(number: int) -> str:
    """Tell an admin who has never written that admins were removed."""
    return f"{_were(number)} removed from the admins of your enterprise. {_WHO}"


def unreachable(email: str, enterprise: Enterprise, *, is_own: bool) -> str:
    """Tell who added a person, or every operator, that Webex does not know the person's address.

    `is_own`: the reader added the person in chat. Else it was done at a shell or by the settings.
    """
    name = plain(enterprise.name, 60)
    listed = "You added it to the admins of" if is_own else "It is on the list of admins of"
    use = "" if is_own else f"{code(f'use {enterprise.key}', 67)} and then "
    return (
        f"**I could not write to {plain(email)}**: Webex does not know this address. {listed} {name}.\n\n"
        "Check the address, or ask the person to sign in to Webex once. After that, type "
        f"{use}{code(f'admins add {email}', MAX_COPIED_COMMAND)} again. Until then I send no messages there. If the "
        f"address is wrong, type {use}{code(f'admins remove {email}', MAX_COPIED_COMMAND)}."
    )


_WHO = "To see who the admins are, type `admins`."


def _were(number: int) -> str:
    return f"{quantity(number, 'person', 'people')} {'was' if number == 1 else 'were'}"


def _by(actor: Actor) -> str:
    if actor.email is None:
        return "An operator"
    return f"The operator {plain(actor.email)}" if actor.is_operator else plain(actor.email)


def _people(emails: Sequence[str]) -> str:
    return cut([f"- {plain(email)}" for email in emails], _ROOM, "- and {n} more")
