"""What a sync has changed in the contact directory."""

from collections.abc import Mapping

from bot.formatting.quantity import quantity

_KINDS = (
    ("People", "users", "totalExternalUsersInCI"),
    ("Machines", "machines", "totalExternalMachinesInCI"),
    ("Personal contacts", "userContacts", "totalUserContactsInContactService"),
    ("Enterprise contacts", "orgContacts", "totalOrgContactsInContactService"),
    ("Group contacts", "groupContacts", "totalGroupContactsInContactService"),
)
"""Each kind of entry: its name, the prefix of Webex's fields for its changes, and Webex's field for its total."""

CHANGES = ("added", "updated", "deleted")


def lines(counts: Mapping[str, int]) -> list[str]:
    """Return a line for each kind of entry that Webex counts, and a warning if much was deleted."""
    found = []
    for name, prefix, total in _KINDS:
        known = [_change(word, number) for word in CHANGES if (number := counts.get(_field(prefix, word))) is not None]
        if known:
            in_all = f"; {counts[total]:,} in total" if total in counts else ""
            found.append(f"- {name}: {', '.join(known)}{in_all}")
    return found + _warning(counts)


def summary(counts: Mapping[str, int]) -> str:
    """Return the sums of all kinds: "9 added, 2 updated, 1 deleted"; empty if Webex counts no changes."""
    sums = {
        word: sum(number for _, prefix, _ in _KINDS if (number := counts.get(_field(prefix, word))) is not None)
        for word in CHANGES
        if any(_field(prefix, word) in counts for _, prefix, _ in _KINDS)
    }
    return ", ".join(f"{number:,} {word}" for word, number in sums.items())


def csv_cells(counts: Mapping[str, int]) -> list[str]:
    """Return the changes of every kind in the order of `CSV_HEADER`; a cell is empty if Webex has no count."""
    return [
        str(counts[name]) if (name := _field(prefix, word)) in counts else ""
        for _, prefix, _ in _KINDS
        for word in CHANGES
    ]


CSV_HEADER = tuple(f"{name} {word}".title() for name, _, _ in _KINDS for word in CHANGES)


def _field(prefix: str, word: str) -> str:
    return f"{prefix}{word.capitalize()}"


def _change(word: str, number: int) -> str:
    return f"**{number:,} {word}**" if word == "deleted" and number else f"{number:,} {word}"


def _warning(counts: Mapping[str, int]) -> list[str]:
    deleted = before = 0
    for _, prefix, total in _KINDS:
        if total in counts:
            gone = counts.get(_field(prefix, "deleted"), 0)
            deleted += gone
            before += max(counts[total] + gone - counts.get(_field(prefix, "added"), 0), gone)
    if deleted * 10 <= before:
        return []
    return [
        f"- ⚠️ **Webex deleted {deleted:,} of {quantity(before, 'entry', 'entries')}, more than a tenth of your "
        "directory.** If nobody wanted this, give the tracking id to your service provider before you ask for another "
        "sync"
    ]
