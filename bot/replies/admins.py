"""What `admins` says."""

from collections.abc import Sequence

from bot.formatting.escape import code, plain
from bot.formatting.limits import MAX_MESSAGE_BYTES, cut, size
from storage.values.records import Admin, Enterprise

_ROOM = 3000


def listed(enterprise: Enterprise, admins: Sequence[Admin]) -> str:
    """Everybody who may act for it, but for the operators."""
    if not admins:
        return f"Nobody is an admin of {plain(enterprise.name)} yet. `admins add jane@acme.example` adds somebody."
    title = f"**Admins of {plain(enterprise.name)}**: {len(admins):,}\n\n"
    lines = [f"- {plain(one.email)}{'' if one.person_id else ', who has not written to me yet'}" for one in admins]
    return title + cut(lines, MAX_MESSAGE_BYTES - size(title), "- and {n} more")


def added(enterprise: Enterprise, new: Sequence[str], already: Sequence[str]) -> str:
    """Who may act for it from now on."""
    parts = []
    if new:
        parts.append(f"**Added** as admins of {plain(enterprise.name)}:\n\n{_people(new)}")
    if already:
        parts.append(f"Admins already:\n\n{_people(already)}")
    return "\n\n".join(parts)


def removed(enterprise: Enterprise, gone: Sequence[str]) -> str:
    """Who may act for it no more."""
    return f"**Removed** from the admins of {plain(enterprise.name)}:\n\n{_people(gone)}"


def last_one(enterprise: Enterprise) -> str:
    """Where nobody would be left."""
    return (
        f"That would leave {plain(enterprise.name)} without an admin who has ever written to me. Add another one "
        "first, `admins add`, and have them write."
    )


def no_bots() -> str:
    """To the address of a bot."""
    return "Bots cannot be admins."


def of_another_organization(enterprise: Enterprise) -> str:
    """Where Webex tells that somebody would be kept out at once."""
    return (
        f"Nobody was added: somebody you mention is of another Webex organization than {plain(enterprise.name)}, and "
        "would be kept out."
    )


def confirm_oneself(enterprise: Enterprise) -> str:
    """Where somebody takes away their own rights."""
    return (
        f"That takes away your own rights to {plain(enterprise.name)}. To have it done, let the same be the next "
        "that you type in that space, within 5 minutes."
    )


def no_admin(meant: str | None) -> str:
    """Where somebody is to be removed who is none; their address, which may have come by a mention, is not told."""
    guess = f" Did you mean {plain(meant)}?" if meant else ""
    return f"Nobody was removed: you named somebody who is not an admin.{guess} `admins` lists them."


def no_address(problem: str) -> str:
    """Where what was typed names nobody."""
    return f"{plain(problem)}. Write an address such as `jane@acme.example`, or mention somebody with @."


def nobody() -> str:
    """Where nobody is named."""
    return "Say whom: `admins add jane@acme.example`, or mention somebody with @."


def not_found() -> str:
    """Where Webex does not tell who was mentioned."""
    return "Webex does not tell me who all those are whom you mention. Write their e-mail addresses instead."


def usage(typed: str) -> str:
    """Where it is neither."""
    return f"I do not know `admins` {code(typed, 40)}. Write `admins`, `admins add` or `admins remove`."


def _people(emails: Sequence[str]) -> str:
    return cut([f"- {plain(email)}" for email in emails], _ROOM, "- and {n} more")
