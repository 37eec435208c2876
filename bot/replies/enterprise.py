"""What is said when enterprises are added, changed and removed; plain text, as the shell shows it too."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from bot.formatting.escape import code, plain
from bot.formatting.limits import MAX_MESSAGE_BYTES, cut, size
from bot.formatting.times import iso, when
from bot.replies.sync_results import marked
from storage.values.records import Enterprise, Overview

_ONCE_MORE = "To have it done, let the same be the next that you type in that space, within 5 minutes."


def taken(what: str) -> str:
    """A key or an id that is not given again."""
    return f"The {plain(what, 250)} is or was in use."


def id_in_use() -> str:
    """An id that another enterprise has or had."""
    return "That enterprise id is or was in use by another enterprise."


def not_during_a_sync(key: str) -> str:
    """While a sync is under way."""
    return f"{key} has a sync under way: change its cluster or id when that has ended."


def not_removed_during_a_sync(key: str) -> str:
    """The same for its removal."""
    return f"{key} has a sync under way: remove it when its admins have been told of its end."


def added(enterprise: Enterprise, admins: int, *, alone: bool) -> str:
    """After `enterprise add`."""
    whom = f"with {admins} admin{'' if admins == 1 else 's'}" if admins else "nobody is its admin yet: `help admins`"
    return f"**Added {code(enterprise.key)}**: {_about(enterprise, alone=alone)}; {whom}."


def changed(enterprise: Enterprise, admins: Sequence[str], *, alone: bool) -> str:
    """After `enterprise set`."""
    added = f"; admins added: {cut([', '.join(map(plain, admins))], 1000, 'many')}" if admins else ""
    return f"**Changed {code(enterprise.key)}**: {_about(enterprise, alone=alone)}{added}."


def confirm_id(enterprise: Enterprise, new: str) -> str:
    """Before another id counts, under which Webex may know another company."""
    return (
        f"From then on {plain(enterprise.name)} ({code(enterprise.key)}) is {code(new)} to Webex instead of "
        f"{code(enterprise.sp_enterprise_id)}: its admins sync that one and see **its** license holders. {_ONCE_MORE}"
    )


def open_quote() -> str:
    """Where a quote is not closed."""
    return 'A quotation mark is not closed: `name="Acme, Inc."`.'


def confirm_removal(enterprise: Enterprise, admins: int, spaces: int) -> str:
    """Before `enterprise remove` is done."""
    return (
        f"This takes {plain(enterprise.name)} ({code(enterprise.key)}) out of use **for good**: its admins "
        f"({admins:,}) lose their rights, its spaces ({spaces:,}) their tie, and the key and the id are never given "
        f"again. Its history stays. {_ONCE_MORE}"
    )


def removed(enterprise: Enterprise) -> str:
    """After it."""
    return f"**Removed {code(enterprise.key)}**. Its history stays."


def wrong(field: str | None, problem: str) -> str:
    """Where something given cannot be."""
    return f"{code(field)}: {plain(problem, 400)}." if field else f"{plain(problem, 400)}."


def unknown_field(typed: str, meant: str | None, known: Sequence[str]) -> str:
    """Where there is no such thing to give."""
    guess = f" Did you mean {code(meant)}?" if meant else ""
    return f"I do not know {code(typed, 40)}.{guess} There are {', '.join(map(code, known))}."


def usage() -> str:
    """Where what was typed makes no sense."""
    return (
        "Write `enterprise` to list them, or `enterprise add KEY sp-enterprise-id=ID`, `enterprise set KEY …` or "
        "`enterprise remove KEY`. `help enterprise` explains these."
    )


def id_missing() -> str:
    """Where an enterprise is to be added without its id."""
    return 'Its id in BroadWorks is missing: `sp-enterprise-id="Reseller1+acme"`.'


def given_twice(field: str) -> str:
    """Where a field is given twice that an enterprise has once."""
    return f"{code(field)} is there twice."


def nothing_to_change() -> str:
    """Where no field is given."""
    return 'There is nothing to change: give a field, such as `name="Acme"`.'


def listed(overviews: Sequence[Overview], now: datetime) -> str:
    """All enterprises, a line each."""
    if not overviews:
        return "There is no enterprise yet. `enterprise add KEY sp-enterprise-id=ID admin=EMAIL` adds one."
    title = f"**Enterprises**: {len(overviews):,}\n\n"
    lines = [_line(one, now) for one in overviews]
    return title + cut(lines, MAX_MESSAGE_BYTES - size(title), "- and {n} more, all in the CSV")


def _line(one: Overview, now: datetime) -> str:
    enterprise = one.enterprise
    sync = "no sync yet"
    if one.last_state is not None and one.last_at is not None:
        sync = f"last sync {marked(one.last_state)}, {when(one.last_at, now, enterprise.timezone)}"
    admins, spaces = len(one.admins), one.spaces
    return (
        f"- {code(enterprise.key)} – {plain(enterprise.name, 60)}, cluster {plain(enterprise.cluster, 40)}, "
        f"{admins:,} admin{'' if admins == 1 else 's'}, {spaces:,} space{'' if spaces == 1 else 's'}, {sync}"
    )


def _about(enterprise: Enterprise, *, alone: bool) -> str:
    new = ", on which no other enterprise is" if alone else ""
    return (
        f"{plain(enterprise.name)}, enterprise id {code(enterprise.sp_enterprise_id)}, cluster "
        f"{plain(enterprise.cluster)}{new}, time zone {enterprise.timezone}"
    )


CSV_HEADER = ("Key", "Enterprise ID", "Name", "Cluster", "Time Zone", "Admins", "Spaces", "Last Sync", "Last Sync At")


def csv_rows(overviews: Iterable[Overview]) -> Iterator[tuple[str, ...]]:
    """One row per enterprise; times in UTC."""
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
