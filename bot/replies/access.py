"""What the bot says to people about their rights, and about the enterprise that they act for."""

from collections.abc import Sequence

from bot.formatting.escape import code, plain
from bot.formatting.limits import cut
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
NO_ENTERPRISE = (
    "No enterprise is set up yet. Add one with `enterprise add KEY sp-enterprise-id=ID admin=EMAIL`. "
    "`help enterprise` explains this."
)


def stranger(operators: Sequence[str]) -> str:
    """Say who can add a stranger as an admin."""
    return (
        f"You are not on my list of admins, so I cannot do anything for you. To be added, ask:\n\n{_asked(operators)}"
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


def for_operators(word: str) -> str:
    """Refuse an operator's command to an admin."""
    return f"Only operators can use {code(word)}. `help` shows what you can type."


def kept_out(email: str, keys: Sequence[str], *, operator: bool) -> str:
    """Tell operators that a person has an admin's address but is another person, or from another organization."""
    of = [f"an admin of {' and '.join(map(code, keys[:_MAX_KEYS]))}"] if keys else []
    remedies = ["remove the address with `admins remove` and add it again with `admins add`"] if keys else []
    if operator:
        of.append("an operator")
        remedies.append("remove the address from `BOT_OPERATORS`, restart me, add it back and restart me again")
    return (
        "**I did not let a person in**\n\n"
        f"- Who wrote: {plain(email)}, the address of {' and '.join(of)}\n"
        "- Why I refused: Webex says that this is another person than before, or a person from another organization\n"
        "- What to do: if the address now belongs to a new person who may use me, "
        f"{'; also '.join(remedies)}. I never let in an admin from another organization"
    )


def which(enterprises: Sequence[Enterprise]) -> str:
    """Ask a person who has several enterprises to choose one."""
    lines = [f"- {code(each.key)} – {plain(each.name, 60)}" for each in enterprises]
    return (
        f"You can act for several enterprises. Which one do you mean?\n\n{cut(lines, 4000, '- and {n} more')}\n\n"
        "Choose one with `use KEY`. I will remember it. An operator can also `link` a space to one."
    )


def _asked(operators: Sequence[str]) -> str:
    return cut([f"- {plain(email)}" for email in operators], 2000) if operators else "- your service provider"
