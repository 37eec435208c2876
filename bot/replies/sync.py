"""What `sync` says, and what its status message says while the sync goes on."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.filters.columns import ACTIVATED
from bot.formatting.escape import plain
from bot.formatting.times import at, duration, when
from bot.replies.provider_access import END_KNOWN_LATER, STARTS_LATER, WAITING
from bot.replies.sync_causes import KNOWN_AFTER
from bot.syncs import webex_runs
from bot.syncs.timing import Estimate, rest_end
from storage.values.records import Enterprise, Sync, SyncState, WaitsFor


@dataclass(frozen=True, slots=True)
class Standing:
    """How a sync stands; `named` says whether people may be named, which a group space does not allow."""

    sync: Sync
    enterprise: Enterprise
    place: int
    estimate: Estimate | None
    named: bool


def accepted(standing: Standing, now: datetime, activation: dict[str, int], without_email: int) -> str:
    """Tell the requester at once that the sync is queued, and whether it will probably fail."""
    lines = [progress(standing, now)]
    total = sum(activation.values())
    if total and not activation.get(ACTIVATED):
        missing = (
            f"; {without_email:,} {'has' if without_email == 1 else 'have'} no e-mail yet" if without_email else ""
        )
        lines += [
            "",
            f"⚠️ 0 of {total:,} activated{missing}. {KNOWN_AFTER} So this sync will probably fail, but I try it anyway.",
        ]
    return "\n".join(lines)


def joined(standing: Standing, now: datetime, *, new: bool) -> str:
    """Tell a requester that a sync is already under way; `new` says that they join it now."""
    sync = standing.sync
    asked = when(sync.asked_at, now, standing.enterprise.timezone)
    who = plain(sync.asker_email) if standing.named else "an admin"
    first = f"A directory sync is already under way: {who} asked for it {asked}."
    second = f"When it ends, I will tell you {'here' if new else 'in the space where you first asked'}."
    return f"{first} {second}\n\n{progress(standing, now)}{so_far(standing, now)}"


def without_access(said: str, access_notice: str | None, sync: Sync) -> str:
    """Add to an answer about an active sync that Webex refuses the provider's access, and what that means for it."""
    if access_notice is None:
        return said
    return f"{said}\n\n{access_notice} {STARTS_LATER if sync.state is SyncState.QUEUED else END_KNOWN_LATER}"


def held(until: datetime, hold: timedelta, now: datetime, enterprise: Enterprise) -> str:
    """Refuse a sync while the hold lasts, and say when the hold ends."""
    return (
        f"The last directory sync completed less than {duration(hold.total_seconds())} ago, so I cannot start "
        f"another one yet. **`sync` will work again {when(until, now, enterprise.timezone)}.** "
        "`status` shows how the last one went."
    )


def progress(standing: Standing, now: datetime) -> str:
    """Say in the status message how an active sync stands; the text changes only with the state."""
    sync, enterprise = standing.sync, standing.enterprise
    title = f"**Directory sync of {plain(enterprise.name)}**"
    usual = "no estimate yet" if standing.estimate is None else takes(standing.estimate)
    match sync.state:
        case SyncState.QUEUED:
            if sync.waits_for is not None:  # its place changes with each try
                return f"{title}: queued ({usual}). {_HELD_UP[sync.waits_for]}"
            return f"{title}: queued, {_place(standing)} ({usual})."
        case SyncState.STARTING:
            return f"{title}: starting, I am asking Webex now ({usual})."
        case _:
            since = at(_begun(sync), now, enterprise.timezone)
            return f"{title}: running since {since} ({usual})."


def takes(estimate: Estimate) -> str:
    """Say how long a sync usually takes, and whether that is known from other companies."""
    if estimate.own:
        return f"usually takes {duration(estimate.seconds)}"
    return f"other companies' syncs usually take {duration(estimate.seconds)}"


_HELD_UP = {
    WaitsFor.CLUSTER: "Webex is busy with another customer of your service provider. I ask again until it has room.",
    WaitsFor.WEBEX: "Webex is running its own sync for you now. Yours starts after that one has ended.",
    WaitsFor.RETRY: "Webex could not start it just now. I will ask again.",
    WaitsFor.ACCESS: WAITING,
}


def so_far(standing: Standing, now: datetime) -> str:
    """Say what is true only now, which the status message leaves out; empty if there is nothing to add.

    Of a sync that waits: when it is tried again, or its place. Of one that runs: how long it has run, and Webex's word
    for its state if that is unusual.
    """
    sync = standing.sync
    if sync.state is SyncState.QUEUED and sync.waits_for is not None:
        if (until := rest_end(sync, now)) is not None:
            return f" I try it again {when(until, now, standing.enterprise.timezone)}."
        return f" It is {_place(standing)}."
    if sync.state is not SyncState.RUNNING:
        return ""
    said = ""
    if sync.webex_status and not webex_runs.is_running(sync.webex_status):
        said = f" Webex says: “{plain(sync.webex_status, 40)}”."
    return f" It has taken {duration((now - _begun(sync)).total_seconds())} so far.{said}"


def _place(standing: Standing) -> str:
    return "next in the queue" if standing.place == 1 else f"number {standing.place} in the queue"


def _begun(sync: Sync) -> datetime:
    """When the sync began, by the bot's clock, with which durations are measured."""
    return sync.starting_at or sync.asked_at
