"""What `enterprise` says, in chat and at the shell."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from bot.formatting.escape import code, plain
from bot.formatting.limits import MAX_MESSAGE_BYTES, cut, size
from bot.formatting.quantity import quantity
from bot.formatting.times import iso, when
from bot.replies.sync_results import marked
from storage.values.records import Enterprise, Overview

ID_IN_USE = "Another enterprise uses or used that enterprise id. It can never be reused."
OPEN_QUOTE = 'A quotation mark is not closed. Type it like this: `name="Acme, Inc."`.'
USAGE = (
    "Type `enterprise` to list them, or `enterprise add KEY sp-enterprise-id=ID`, `enterprise set KEY …` or "
    "`enterprise remove KEY`. `help enterprise` explains them."
)
ANY_ORGANIZATION_IN_ADMINS = (
    "I changed nothing: `any-organization` works only in `admins add`. Type `use KEY` with the key of the enterprise, "
    "and then `admins add jane@partner.example any-organization`."
)
ID_MISSING = 'The id in BroadWorks is missing. Add it, for example `sp-enterprise-id="Reseller1+acme"`.'
NOTHING_TO_CHANGE = 'There is nothing to change. Type at least one field, such as `name="Acme"`.'


def taken(what: str) -> str:
    """Refuse a key or an id that is in use, or was."""
    return f"The {plain(what, 250)} is or was in use. Choose another one: it can never be reused."


def not_during_a_sync(key: str) -> str:
    """Refuse to change a cluster or an id while a sync is under way."""
    return f"{key} has a sync under way. Change its cluster or id after the sync has ended."


def not_removed_during_a_sync(key: str) -> str:
    """Refuse to remove an enterprise while a sync is under way."""
    return f"{key} has a sync under way. Remove it after its admins have been told that the sync has ended."


def added(enterprise: Enterprise, admins: int, *, alone: bool) -> str:
    """Say that an enterprise was added; `alone` means that no other enterprise uses its cluster."""
    has = f"It has {quantity(admins, 'admin')}."
    if not admins:
        has = f"It has no admin yet. Add one with {code(f'enterprise set {enterprise.key} admin=EMAIL')}."
    return f"**Added {code(enterprise.key)}**: {_about(enterprise, alone=alone)}. {has}"


def changed(enterprise: Enterprise, admins: Sequence[str], already: Sequence[str], *, alone: bool) -> str:
    """Say how an enterprise is set up after a change, who was added as an admin, and who was one already."""
    added = f" Admins added: {_people(admins)}." if admins else ""
    known = f" Already admins: {_people(already)}." if already else ""
    return f"**Changed {code(enterprise.key)}**: {_about(enterprise, alone=alone)}.{added}{known}"


def confirm_id(enterprise: Enterprise, new: str) -> str:
    """Ask to confirm another id, since Webex may know another company by it."""
    return (
        f"After this, {plain(enterprise.name)} ({code(enterprise.key)}) has the id {code(new)} in Webex instead of "
        f"{code(enterprise.sp_enterprise_id)}. Its admins sync the company with that id and see **its** license "
        "holders."
    )


def confirm_removal(enterprise: Enterprise, admins: int, spaces: int) -> str:
    """Ask to confirm that an enterprise is removed, and say what is lost."""
    return (
        f"This removes {plain(enterprise.name)} ({code(enterprise.key)}) **for good**. It takes the rights from "
        f"{quantity(admins, 'admin')} and unlinks {quantity(spaces, 'space')}. The key and the id can never be reused. "
        f"Its history stays."
    )


def removed(enterprise: Enterprise) -> str:
    """Say that an enterprise was removed."""
    return f"**Removed {code(enterprise.key)}**. Its history stays."


def wrong(field: str | None, problem: str) -> str:
    """Say what is wrong with a field, or with the key."""
    return f"{code(field)}: {plain(problem, 400)}." if field else f"{plain(problem, 400)}."


def unknown_field(typed: str, meant: str | None, known: Sequence[str]) -> str:
    """Say that there is no such field, and which one was probably meant."""
    guess = f" Did you mean {code(meant)}?" if meant else ""
    return f"I do not know {code(typed, 40)}.{guess} The fields are {', '.join(map(code, known))}."


def given_twice(field: str) -> str:
    """Say that a field is given twice."""
    return f"{code(field)} is there twice. Type it once."


def listed(overviews: Sequence[Overview], now: datetime) -> str:
    """List all enterprises."""
    if not overviews:
        return "There is no enterprise yet. Add one with `enterprise add KEY sp-enterprise-id=ID admin=EMAIL`."
    title = f"**Enterprises**: {len(overviews):,}\n\n"
    lines = [_line(one, now) for one in overviews]
    return title + cut(lines, MAX_MESSAGE_BYTES - size(title), "- and {n} more, all in the CSV")


def _line(one: Overview, now: datetime) -> str:
    enterprise = one.enterprise
    sync = "no sync yet"
    if one.last_state is not None and one.last_at is not None:
        sync = f"last sync {marked(one.last_state)}, {when(one.last_at, now, enterprise.timezone)}"
    return (
        f"- {code(enterprise.key)} – {plain(enterprise.name, 60)}, cluster {plain(enterprise.cluster, 40)}, "
        f"{quantity(len(one.admins), 'admin')}, {quantity(one.spaces, 'space')}, {sync}"
    )


def _about(enterprise: Enterprise, *, alone: bool) -> str:
    new = " (no other enterprise uses it)" if alone else ""
    return (
        f"{plain(enterprise.name)}, enterprise id {code(enterprise.sp_enterprise_id)}, cluster "
        f"{plain(enterprise.cluster)}{new}, time zone {enterprise.timezone}"
    )


def _people(emails: Sequence[str]) -> str:
    return cut([", ".join(map(plain, emails))], 1000, "many")


CSV_HEADER = ("Key", "Enterprise ID", "Name", "Cluster", "Time Zone", "Admins", "Spaces", "Last Sync", "Last Sync At")


def csv_rows(overviews: Iterable[Overview]) -> Iterator[tuple[str, ...]]:
    """Yield a row for each enterprise; times are in UTC."""
    for one in overviews:
        enterprise = one.enterprise
        yield (
            enterprise.key,
            enterprise.sp_enterprise_id,
            enterprise.name,
            enterprise.cluster,
            enterprise.timezone,
            ", ".join(one.admins),
            str(one.spaces),
            one.last_state or "",
            iso(one.last_at) if one.last_at else "",
        )
