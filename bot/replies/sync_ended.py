"""What the status message and the message to every admin say when a sync has ended."""

from datetime import datetime, timedelta

from bot.formatting.escape import code, plain
from bot.formatting.quantity import quantity
from bot.formatting.times import at, duration, when
from bot.replies import sync_counts, sync_results
from bot.replies.sync_causes import why
from bot.replies.sync_errors import explained
from storage.values.records import Cause, Enterprise, Roster, Sync, SyncState

_MAX_ERRORS_BYTES = 3500


def final(sync: Sync, enterprise: Enterprise, now: datetime) -> str:
    """Say in the status message how the sync ended."""
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
    """Tell the admins how a sync ended, what it changed and when the next one is possible.

    `roster` is the roster of the attached file. A `public` message has no file and leaves out Webex's words, since
    they may name people.
    """
    lines = [final(sync, enterprise, now), ""]
    if sync.state is SyncState.COMPLETED:
        lines += sync_counts.lines(sync.counts)
    elif sync.state is SyncState.FAILED:
        lines += [why(sync, verbatim=not public), ""]
    explains = bool(sync.errors) and sync.cause is not Cause.NOBODY_ACTIVATED
    if explains:
        lines.append(explained(sync.errors, _MAX_ERRORS_BYTES, public=public))
    if sync.seconds is not None:
        lines.append(f"- Took {duration(sync.seconds)}")
    if sync.tracking_id:
        lines.append(f"- Webex's tracking id: {code(sync.tracking_id)}")
    if sync.state is SyncState.COMPLETED and sync.ended_at:
        lines.append(f"- `sync` will work again {when(sync.ended_at + hold, now, enterprise.timezone)}")
    else:
        wait = f". The wait of {duration(hold.total_seconds())} starts only after a completed sync" if hold else ""
        lines.append(f"- You can use `sync` again now{wait}")
    if roster is not None and roster.read_at is not None:
        age = "" if fresh else f", as of {at(roster.read_at, now, enterprise.timezone)}"
        attached = f"your {quantity(roster.size, 'license holder')}"
        if sync.state is not SyncState.COMPLETED:
            attached = "the license holders who have not activated yet, and what each of them must do"
        lines += ["", f"Attached: {attached}{age}."]
    elif explains and sync.state is SyncState.FAILED and not public:
        lines += ["", "Attached: the errors, what they mean and what to do."]
    return "\n".join(lines)
