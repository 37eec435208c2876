"""What is said when a sync has ended: in its status message, and to everybody concerned."""

from datetime import datetime, timedelta

from bot.replies.safe import code, plain
from bot.replies.times import duration, when
from bot.tables.limit import cut
from storage.records import Enterprise, Roster, Sync, SyncState

_COUNTS = (
    ("people", "users"),
    ("machines", "machines"),
    ("user contacts", "userContacts"),
    ("organization contacts", "orgContacts"),
)
_ROOM_FOR_ERRORS = 1500


def final(sync: Sync, enterprise: Enterprise, now: datetime) -> str:
    """The last words of a status message."""
    ended = when(sync.ended_at or now, now, enterprise.timezone)
    return f"**Directory sync of {plain(enterprise.name)}**: {_result(sync)}, {ended}."


def ended(
    sync: Sync, enterprise: Enterprise, hold: timedelta, now: datetime, roster: Roster | None, *, fresh: bool
) -> str:
    """The message to everybody concerned."""
    lines = [final(sync, enterprise, now), ""]
    if sync.state is SyncState.COMPLETED:
        lines += _counts(sync.counts)
    elif sync.reason:
        lines += [plain(sync.reason, 1000)]
    lines += _errors(sync)
    if sync.seconds is not None:
        lines.append(f"- Took {duration(sync.seconds)}")
    if sync.tracking_id:
        lines.append(f"- Webex's tracking id: {code(sync.tracking_id)}")
    if sync.state is SyncState.COMPLETED and sync.ended_at:
        lines.append(f"- `sync` will work again {when(sync.ended_at + hold, now, enterprise.timezone)}")
    elif sync.state is SyncState.FAILED:
        lines.append("- A failed sync starts no hold: `sync` works again at once")
    if roster is not None and roster.read_at is not None:
        age = "" if fresh else f", as of {when(roster.read_at, now, enterprise.timezone)}"
        whom = f"your {roster.size:,} licence holders"
        if sync.state is SyncState.FAILED:
            whom = "the licence holders who have not activated yet"
        lines += ["", f"Attached: {whom}{age}."]
    return "\n".join(lines)


def no_enterprise() -> str:
    """The reason where Webex knows no such enterprise."""
    return (
        "Webex does not know this enterprise yet. It learns of it when the first licence holder has activated "
        "and signed in. Ask somebody to activate, then ask for a sync again."
    )


def _result(sync: Sync) -> str:
    match sync.state:
        case SyncState.COMPLETED:
            return "⚠️ completed with warnings" if sync.errors else "✅ completed"
        case SyncState.CANCELLED:
            return "cancelled"
        case _:
            return "❌ failed"


def _counts(counts: dict[str, int]) -> list[str]:
    lines = []
    for name, key in _COUNTS:
        changes = [(word, counts.get(f"{key}{word.capitalize()}")) for word in ("added", "updated", "deleted")]
        known = [f"{number:,} {word}" for word, number in changes if number is not None]
        if known:
            lines.append(f"- {name.capitalize()}: {', '.join(known)}")
    return lines


def _errors(sync: Sync) -> list[str]:
    lines = [f"- {code}: {plain(description)}" for code, description in sync.errors]
    return [cut(lines, _ROOM_FOR_ERRORS)] if lines else []
