"""What `sync` says, and what its status message says as the sync goes on."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.filters.columns import ACTIVATED
from bot.formatting.escape import plain
from bot.formatting.times import at, duration, when
from bot.syncs import webex_runs
from bot.syncs.timing import Estimate
from storage.values.records import Enterprise, Sync, SyncState, WaitsFor


@dataclass(frozen=True, slots=True)
class Standing:
    """How a sync stands; `named` where people may be named, which a group space does not allow."""

    sync: Sync
    enterprise: Enterprise
    place: int
    estimate: Estimate | None
    named: bool


def accepted(standing: Standing, now: datetime, activation: dict[str, int], without_email: int) -> str:
    """To whoever asked, at once."""
    lines = [progress(standing, now)]
    total = sum(activation.values())
    if total and not activation.get(ACTIVATED):
        missing = (
            f"; {without_email:,} {'has' if without_email == 1 else 'have'} no e-mail yet" if without_email else ""
        )
        lines += [
            "",
            f"⚠️ 0 of {total:,} activated{missing}. Webex cannot tell your enterprise apart before one of your license "
            "holders has activated and signed in, so this sync will probably fail; it is tried all the same.",
        ]
    return "\n".join(lines)


def joined(standing: Standing, now: datetime, *, new: bool) -> str:
    """To whoever asks while a sync is active."""
    sync = standing.sync
    asked = when(sync.asked_at, now, standing.enterprise.timezone)
    who = plain(sync.asker_email) if standing.named else "an admin"
    first = f"A directory sync is under way already: {who} asked for it {asked}."
    second = "You will be told here when it ends." if new else "You will be told when it ends, where you first asked."
    return f"{first} {second}\n\n{progress(standing, now)}{so_far(standing, now)}"


def held(until: datetime, hold: timedelta, now: datetime, enterprise: Enterprise) -> str:
    """While the hold lasts."""
    return (
        f"The last directory sync completed less than {duration(hold.total_seconds())} ago, so I cannot start "
        f"another yet. **`sync` will work again {when(until, now, enterprise.timezone)}.** "
        "`status` shows how the last one went."
    )


def no_arguments(arguments: str, word: str = "sync") -> str:
    """When something follows a word that stands alone."""
    return f"`{word}` takes nothing after it; I do not know what “{plain(arguments, 80)}” is for."


def progress(standing: Standing, now: datetime) -> str:
    """The status message of a sync that is not over yet; it stays as it is until the state changes."""
    sync, enterprise = standing.sync, standing.enterprise
    title = f"**Directory sync of {plain(enterprise.name)}**"
    usual = "no estimate yet" if standing.estimate is None else takes(standing.estimate)
    match sync.state:
        case SyncState.QUEUED:
            place = "next in the queue" if standing.place == 1 else f"number {standing.place} in the queue"
            held_up = f" {_HELD_UP[sync.waits_for]}" if sync.waits_for is not None else ""
            return f"{title}: queued, {place} ({usual}).{held_up}"
        case SyncState.STARTING:
            return f"{title}: starting; Webex is being asked ({usual})."
        case _:
            since = at(_begun(sync), now, enterprise.timezone)
            return f"{title}: running since {since} ({usual})."


def takes(estimate: Estimate) -> str:
    """How long a sync takes, and how that is known."""
    if estimate.own:
        return f"usually takes {duration(estimate.seconds)}"
    return f"takes {duration(estimate.seconds)} as a rule, going by other companies"


_HELD_UP = {
    WaitsFor.CLUSTER: "Webex is busy with another customer of your service provider; I ask again until it has room.",
    WaitsFor.WEBEX: "Webex is running a sync of its own for you just now; yours starts when that has ended.",
    WaitsFor.RETRY: "Webex could not start it just now; I ask again.",
}


def so_far(standing: Standing, now: datetime) -> str:
    """How far a running sync is, and Webex's word for that if it is an odd one; empty for one that does not run yet."""
    sync = standing.sync
    if sync.state is not SyncState.RUNNING:
        return ""
    said = ""
    if sync.webex_status and not webex_runs.is_running(sync.webex_status):
        said = f" Webex says: “{plain(sync.webex_status, 40)}”."
    return f" It has taken {duration((now - _begun(sync)).total_seconds())} so far.{said}"


def _begun(sync: Sync) -> datetime:
    """By our clock, since durations are counted with it."""
    return sync.starting_at or sync.asked_at
