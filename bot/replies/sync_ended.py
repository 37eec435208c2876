"""What is said when a sync has ended: in its status message, and to everybody concerned."""

from datetime import datetime, timedelta

from bot.formatting.escape import code, plain
from bot.formatting.times import at, duration, when
from bot.replies import sync_counts, sync_results
from bot.replies.sync_causes import why
from bot.replies.sync_errors import explained
from storage.values.records import Cause, Enterprise, Roster, Sync, SyncState

_ROOM_FOR_ERRORS = 3500


def final(sync: Sync, enterprise: Enterprise, now: datetime) -> str:
    """The last words of a status message."""
    moment = at(sync.ended_at or now, now, enterprise.timezone)
    reason = f" {why(sync)}" if sync.state is SyncState.CANCELLED else ""
    result = sync_results.marked(sync_results.of_sync(sync))
    return f"**Directory sync of {plain(enterprise.name)}**: {result}, {moment}.{reason}"


def ended(
    sync: Sync,
    enterprise: Enterprise,
    hold: timedelta,
    now: datetime,
    roster: Roster | None = None,
    *,
    fresh: bool = False,
    public: bool = False,
) -> str:
    """The message to everybody concerned; `roster` is that of the file that goes with it.

    In `public` nothing goes along, and Webex's own words stay out, since they may name people.
    """
    lines = [final(sync, enterprise, now), ""]
    if sync.state is SyncState.COMPLETED:
        lines += sync_counts.lines(sync.counts)
    elif sync.state is SyncState.FAILED:
        lines += [why(sync, verbatim=not public), ""]
    explains = bool(sync.errors) and sync.cause is not Cause.NOBODY_ACTIVATED
    if explains:
        lines.append(explained(sync.errors, _ROOM_FOR_ERRORS, public=public))
    if sync.seconds is not None:
        lines.append(f"- Took {duration(sync.seconds)}")
    if sync.tracking_id:
        lines.append(f"- Webex's tracking id: {code(sync.tracking_id)}")
    if sync.state is SyncState.COMPLETED and sync.ended_at:
        lines.append(f"- `sync` will work again {when(sync.ended_at + hold, now, enterprise.timezone)}")
    else:
        lines.append("- Only a completed sync starts a hold: `sync` works again at once")
    if roster is not None and roster.read_at is not None:
        age = "" if fresh else f", as of {at(roster.read_at, now, enterprise.timezone)}"
        whom = f"your {roster.size:,} license holders"
        if sync.state is not SyncState.COMPLETED:
            whom = "the license holders who have not activated yet, and what each of them has to do"
        lines += ["", f"Attached: {whom}{age}."]
    elif explains and sync.state is SyncState.FAILED and not public:
        lines += ["", "Attached: the errors, what they mean and what to do."]
    return "\n".join(lines)
