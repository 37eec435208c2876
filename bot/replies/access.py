"""What the bot says to people about their rights, and about the enterprise that they act for."""

from collections.abc import Sequence

from bot.formatting.escape import code, plain
from bot.formatting.limits import MAX_COPIED_COMMAND, cut
from storage.values.records import Enterprise

_MAX_KEYS = 5
"""Enterprises that one notice to the operators names."""

NOT_HERE = (
    "That space belongs to an enterprise to which you have no rights. Write to me here, in 1:1, for your own "
    "enterprise."
)
CHANGED_MEANWHILE = (
    "This space now belongs to another enterprise, so I did nothing. Type your command again if you still want it."
)
STOPPED = "You have lost your rights while I worked on your file, so I stopped. A part of its lines is done."
NO_ENTERPRISE = (
    "No enterprise is set up yet. Add one with `enterprise add KEY sp-enterprise-id=ID admin=EMAIL`. "
    "`help enterprise` explains this."
)


def stranger(operators: Sequence[str]) -> str:
    """Say who can add a stranger as an admin."""
    return (
        f"You are not on my list of admins, so I cannot do anything for you. To be added, ask:\n\n{_asked(operators)}"
    )


def you_are_kept_out(operators: Sequence[str]) -> str:
    """Tell a person who is on the list of admins that their organization keeps them out. It names no enterprise."""
    return (
        "I cannot let you in yet: you are on my list of admins, but Webex says that you belong to another organization "
        f"than the company you were added for. These people know it, and can let you in:\n\n{_asked(operators)}"
    )


def stranger_space(operators: Sequence[str]) -> str:
    """Say who can add admins, in a group space to which a stranger has added the bot."""
    return f"I answer only the people on my list of admins. To be added, ask:\n\n{_asked(operators)}"


def welcome(*, operator: bool) -> str:
    """Greet a group space to which an admin or an operator has added the bot."""
    link = " `link KEY` links this space to an enterprise." if operator else ""
    return (
        "Hello. I answer admins and operators who mention me. `help` shows what they can type. I show personal data "
        f"here only while everybody in this space may read it.{link}"
    )


def for_operators(word: str, operators: Sequence[str]) -> str:
    """Refuse an operator's command to an admin, and name the operators."""
    return (
        f"Only operators can use {code(word)}. `help` shows what you can type. To have it done, ask:\n\n"
        f"{_asked(operators)}"
    )


def kept_out(
    email: str, elsewhere: Sequence[str], others: Sequence[str], *, operator: bool, added_by: Sequence[str] = ()
) -> str:
    """Tell operators that a person with an admin's or operator's address was kept out.

    `elsewhere` are the keys of the enterprises that belong to another organization than the person, `others` those of
    the enterprises whose admin with this address is another person. `added_by` are those who added the address.
    """
    of = [f"an admin of {_keys(keys)}" for keys in (elsewhere, others) if keys]
    reasons, remedies = [], []
    if elsewhere:
        those = "that enterprise" if len(elsewhere) == 1 else "each of those enterprises"
        reasons.append(f"Webex says that they belong to another organization than {those}")
        of_each = "" if len(elsewhere) == 1 else " (for each enterprise)"
        remedies.append(
            f"if they may act for it all the same, type {code(f'use {elsewhere[0]}', 67)} and then {_let_in(email)}; "
            f"if not, type {_remove(email)} instead{of_each}"
        )
    if operator:
        of.append("an operator")
    if others or operator:
        reasons.append("Webex says that this is another person than the one who had the address before")
    if others:
        remedies.append(
            f"if the address now belongs to a new person who may act for it, type {_remove(email)}, and "
            "then `admins add` with the same address"
        )
    if operator:
        remedies.append(
            "if the address now belongs to a new operator, remove it from `BOT_OPERATORS`, restart me, add it back and "
            "restart me again"
        )
    added = f"- Added by: {', '.join(map(plain, added_by[:2]))}\n" if added_by else ""
    return (
        "**I did not let a person in**\n\n"
        f"- Who: {plain(email)}, the address of {' and '.join(of)}\n"
        f"- Why: {'; '.join(reasons)}\n"
        f"{added}- What to do: {'; '.join(remedies)}"
    )


def your_admin_kept_out(email: str, enterprise: Enterprise, operators: Sequence[str], *, to_operator: bool) -> str:
    """Tell the admin or operator who added a person that the person was kept out, and what can be done.

    `operators` are those that an admin can ask.
    """
    if to_operator:
        way = f"type {code(f'use {enterprise.key}', 67)} and then {_let_in(email)}."
    else:
        way = f"ask an operator to type {_let_in(email)}:\n\n{_asked(operators)}"
    name = plain(enterprise.name, 60)
    return (
        f"**I did not let {plain(email)} in**\n\n"
        f"You added this person as an admin of {name}. Webex says that they belong to another organization, so they "
        f"can do nothing here and get no messages about {name}.\n\n"
        f"If they are to act for {name} all the same, as a consultant does, {way}\n\n"
        f"If you meant another person, type {_remove(email)}."
    )


def _remove(email: str) -> str:
    return code(f"admins remove {email}", MAX_COPIED_COMMAND)


def _let_in(email: str) -> str:
    return code(f"admins add {email} any-organization", MAX_COPIED_COMMAND)


def _keys(keys: Sequence[str]) -> str:
    shown = [code(key, 63) for key in keys[:_MAX_KEYS]]
    return " and ".join([*shown, f"{len(keys) - _MAX_KEYS:,} more"] if len(keys) > _MAX_KEYS else shown)


def which(enterprises: Sequence[Enterprise]) -> str:
    """Ask a person who has several enterprises to choose one."""
    lines = [f"- {code(each.key)} – {plain(each.name, 60)}" for each in enterprises]
    return (
        f"You can act for several enterprises. Which one do you mean?\n\n{cut(lines, 4000, '- and {n} more')}\n\n"
        "Choose one with `use KEY`. I will remember it. An operator can also `link` a space to one."
    )


def _asked(operators: Sequence[str]) -> str:
    return cut([f"- {plain(email)}" for email in operators], 2000) if operators else "- your service provider"
