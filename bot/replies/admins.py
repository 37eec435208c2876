"""What `admins` says."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.formatting.escape import code, plain
from bot.formatting.limits import MAX_COPIED_COMMAND, MAX_MESSAGE_BYTES, cut, size
from bot.formatting.quantity import quantity
from storage.values.records import Admin, Enterprise

_ROOM = 800
"""Bytes of a list of addresses. A reply has up to six."""
_MAX_DOMAINS = 3

NO_BOTS = "I added nobody: a bot cannot be an admin."
NOBODY = "Type who, for example `admins add jane@acme.example`, or mention a person with @."
NOT_FOUND = (
    "I could not find everybody you mentioned, or you mentioned more than 10 people. Type their e-mail addresses "
    "instead."
)

ANY_ORGANIZATION_FOR_OPERATORS = (
    "I added nobody. Only operators can let in a person of another Webex organization with `any-organization`."
)


def listed(enterprise: Enterprise, admins: Sequence[Admin]) -> str:
    """List the admins of an enterprise; operators may act for it, too, and are not listed."""
    if not admins:
        return f"{plain(enterprise.name)} has no admin yet. Add one with `admins add jane@acme.example`."
    title = f"**Admins of {plain(enterprise.name)}**: {len(admins):,}\n\n"
    lines = [f"- {plain(admin.email)}{_remark(admin)}" for admin in admins]
    return title + cut(lines, MAX_MESSAGE_BYTES - size(title), "- and {n} more")


def _remark(admin: Admin) -> str:
    if admin.is_kept_out:
        return " (kept out: belongs to another Webex organization)"
    if admin.is_unreachable:
        return " (Webex does not know this address)"
    if admin.person_id is None:
        return " (has not written to me yet)"
    return " (may belong to any Webex organization)" if admin.any_organization else ""


@dataclass(frozen=True, slots=True)
class NotInvited:
    """The addresses of new admins who get no invitation: they have got one, or the enterprise has no more for today."""

    invited_today: list[str]
    over_limit: list[str]


def added(
    enterprise: Enterprise,
    new: Sequence[str],
    already: Sequence[str],
    let_in: Sequence[str],
    not_invited: NotInvited,
    again: Sequence[str] = (),
    *,
    any_organization: bool,
) -> str:
    """Say who is an admin from now on, who was one already, and who may come from any Webex organization."""
    parts = []
    if new:
        parts.append(f"**Added** as admins of {plain(enterprise.name)}:\n\n{_people(new)}")
    if let_in:
        parts.append(f"**Let in** as admins of {plain(enterprise.name)}:\n\n{_people(let_in)}")
    if any_organization and (new or let_in):
        parts.append("They may come from any Webex organization. To end this, remove them.")
    if already:
        parts.append(f"These are already admins:\n\n{_people(already)}")
    if again:
        parts.append(f"Webex did not know these addresses. I try to write to them once more:\n\n{_people(again)}")
    if not_invited.invited_today:
        parts.append(
            "I have invited these people for this enterprise in the last 24 hours, so I did not do it again:\n\n"
            f"{_people(not_invited.invited_today)}"
        )
    if not_invited.over_limit:
        parts.append(
            "I did not invite these people, because I have sent all invitations of this enterprise for today. Please "
            f"tell them to type `help` to me:\n\n{_people(not_invited.over_limit)}"
        )
    return "\n\n".join(parts)


def removed(enterprise: Enterprise, gone: Sequence[str]) -> str:
    """Say who is no longer an admin."""
    return f"**Removed** from the admins of {plain(enterprise.name)}:\n\n{_people(gone)}"


def removed_oneself(number: int) -> str:
    """Tell an admin that they are none any more. It names nothing: they may read no more of the enterprise."""
    others = f" I also removed {quantity(number - 1, 'other admin')}." if number > 1 else ""
    return f"**Removed**: you are no longer an admin of that enterprise.{others}"


def last_one(enterprise: Enterprise) -> str:
    """Refuse to remove the last admin who has written to the bot."""
    return (
        f"I removed nobody. At least one admin of {plain(enterprise.name)} who has written to me must stay. First add "
        "another admin with `admins add`, and ask them to write to me."
    )


def of_another_organization(enterprise: Enterprise) -> str:
    """Refuse a person from another Webex organization as an admin."""
    return (
        f"I added nobody: a person you mentioned belongs to another Webex organization than {plain(enterprise.name)}, "
        "so I would not let them in. An operator can add them with `admins add WHO any-organization`."
    )


def of_another_person(email: str) -> str:
    """Refuse a mentioned person whose address is listed as that of another person, who had it before."""
    return (
        f"I added nobody: {plain(email)} is already on the list, as the address of another person, who had it before. "
        f"Type {code(f'admins remove {email}', MAX_COPIED_COMMAND)}, then add the person who has the address now."
    )


def kept_out_before(enterprise: Enterprise, emails: Sequence[str]) -> str:
    """Refuse people that the bot has kept out of this enterprise before."""
    return (
        f"I added nobody. I have kept these people out of {plain(enterprise.name)} before, because Webex said that "
        f"they belong to another organization:\n\n{_people(emails)}\n\nAn operator can let them in with "
        f"{code(f'admins add {emails[0]} any-organization', MAX_COPIED_COMMAND)}. If they have changed to your "
        "organization, mention them with @ instead: then I ask Webex."
    )


def too_many(enterprise: Enterprise, has: int, more: int, limit: int) -> str:
    """Refuse to add more admins than an enterprise can have."""
    return (
        f"I added nobody. {plain(enterprise.name)} has {quantity(has, 'admin')} and can have {limit:,}, so "
        f"{more:,} more would be too many. Remove admins who no longer need me with `admins remove`."
    )


def strange_domains(
    enterprise: Enterprise, new: Sequence[str], known: Sequence[str], meant: str | None, *, any_organization: bool
) -> str:
    """Ask whether people at these domains are to be admins, since no admin has such an address.

    `meant` is a known domain that is like one of them.
    """
    guess = f"Is this spelled right? Did you mean {code(meant, 100)}?\n\n" if meant else ""
    from_where = " I let them in from any Webex organization." if any_organization else ""
    return (
        f"{guess}I added nobody yet. No admin of {plain(enterprise.name)} has an address at {_domains(new)}. Their "
        f"addresses are at {_domains(known)}. The people that you add can do everything that admins can.{from_where}"
    )


def confirm_oneself(enterprise: Enterprise) -> str:
    """Ask admins to confirm that they remove themselves."""
    return f"This takes away your own rights to {plain(enterprise.name)}."


def no_admin(meant: str | None) -> str:
    """Say that the person to remove is not an admin; their address may come from a mention, so it is not shown."""
    guess = f" Did you mean {plain(meant)}?" if meant else ""
    return f"I removed nobody: you named a person who is not an admin.{guess} `admins` lists the admins."


def no_address(problem: str) -> str:
    """Say that what was typed is not an e-mail address."""
    return f"{plain(problem)}. Type an address such as `jane@acme.example`, or mention a person with @."


def usage(typed: str) -> str:
    """Say what can follow the word `admins`."""
    return f"I do not know {code(f'admins {typed}', 47)}. Type `admins`, `admins add` or `admins remove`."


def _domains(domains: Sequence[str]) -> str:
    """Name a few domains; one that is not plain ASCII also as the network writes it, since its letters can deceive."""
    shown = [code(domain, 100) + ("" if domain.isascii() else f" ({code(_ascii(domain), 100)})") for domain in domains]
    return ", ".join(shown[:_MAX_DOMAINS]) + (f" and {len(shown) - _MAX_DOMAINS} more" * (len(shown) > _MAX_DOMAINS))


def _ascii(domain: str) -> str:
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return domain.encode("ascii", "backslashreplace").decode()


def _people(emails: Sequence[str]) -> str:
    return cut([f"- {plain(email)}" for email in emails], _ROOM, "- and {n} more")
