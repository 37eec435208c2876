"""What `status` says."""

from datetime import datetime

from bot.replies.outcome import final
from bot.replies.safe import plain
from bot.replies.sync import Standing, progress
from bot.replies.times import when
from storage.records import Enterprise, Roster, Sync, SyncState

ENDS = (SyncState.COMPLETED, SyncState.FAILED, SyncState.CANCELLED)


def answer(
    *,
    enterprise: Enterprise,
    standing: Standing | None,
    last: Sync | None,
    hold_until: datetime | None,
    roster: Roster | None,
    activation: dict[str, int],
    now: datetime,
    named: bool,
    failed: tuple[int, int],
) -> str:
    """State, last attempt, hold and licence holders; for operators also what of 30 days could not be done."""
    zone = enterprise.timezone
    lines = []
    if standing is not None:
        lines.append(progress(standing, now))
        lines.append(f"- Asked for by {_who(standing.sync, named=named)} {when(standing.sync.asked_at, now, zone)}")
    else:
        lines.append(f"**{plain(enterprise.name)}**: no directory sync is under way.")
    if last is None:
        lines.append("- No sync was asked for through me yet" if standing is None else "- It is the first one")
    else:
        lines.append(f"- Last: {final(last, enterprise, now)} Asked for by {_who(last, named=named)}")
    if hold_until is not None and now < hold_until:
        lines.append(f"- `sync` will work again {when(hold_until, now, zone)}")
    elif standing is None:
        lines.append("- `sync` works now")
    if roster is not None and roster.read_at is not None:
        counts = ", ".join(f"{number:,} {value}" for value, number in activation.items())
        lines.append(f"- {roster.size:,} licence holders ({counts or 'none'}), as of {when(roster.read_at, now, zone)}")
    else:
        lines.append("- Licence holders: not read yet; `licenses` reads them")
    unanswered, unsent = failed
    if unanswered or unsent:
        lines.append(f"- ⚠️ Set aside: {unanswered:,} unanswered, {unsent:,} undelivered; the log says why")
    return "\n".join(lines)


def _who(sync: Sync, *, named: bool) -> str:
    return plain(sync.asker_email) if named else "an admin"
