"""What `sync` says, and what its status message says as the sync goes on."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.replies.safe import plain
from bot.replies.times import duration, when
from storage.records import Enterprise, Sync, SyncState


@dataclass(frozen=True, slots=True)
class Standing:
    """How a sync stands; `named` where people may be named, which a group space does not allow."""

    sync: Sync
    enterprise: Enterprise
    place: int
    estimate: float | None
    named: bool


def accepted(standing: Standing, now: datetime, activation: dict[str, int]) -> str:
    """To whoever asked, at once."""
    lines = [progress(standing, now)]
    total = sum(activation.values())
    if total and not activation.get("Activated"):
        lines += [
            "",
            f"⚠️ None of your {total} licence holders has activated yet. Webex cannot tell your enterprise apart "
            "before one of them has signed in, so this sync will probably fail; I try all the same.",
        ]
    return "\n".join(lines)


def joined(standing: Standing, now: datetime, *, new: bool) -> str:
    """To whoever asks while a sync is active."""
    sync = standing.sync
    asked = when(sync.asked_at, now, standing.enterprise.timezone)
    who = plain(sync.asker_email) if standing.named else "an admin"
    first = f"A directory sync is under way already: {who} asked for it {asked}."
    second = (
        "You will be told here when it ends."
        if new
        else "You are on its list already, and will be told where you first asked when it ends."
    )
    return f"{first} {second}\n\n{progress(standing, now)}"


def held(until: datetime, hold: timedelta, now: datetime, enterprise: Enterprise) -> str:
    """While the hold lasts."""
    return (
        f"The last directory sync completed less than {duration(hold.total_seconds())} ago, so I cannot start "
        f"another yet. **`sync` will work again {when(until, now, enterprise.timezone)}.** "
        "`status` shows how the last one went."
    )


def no_arguments(arguments: str, word: str = "sync") -> str:
    """When something follows a word that stands alone."""
    return f"`{word}` stands alone, and I do not know what to do with “{plain(arguments, 80)}”."


def progress(standing: Standing, now: datetime) -> str:
    """The status message of a sync that is not over yet."""
    sync, enterprise = standing.sync, standing.enterprise
    title = f"**Directory sync of {plain(enterprise.name)}**"
    usual = f"usually takes {duration(standing.estimate)}" if standing.estimate else "no estimate yet"
    match sync.state:
        case SyncState.QUEUED:
            place = "next in the queue" if standing.place == 1 else f"number {standing.place} in the queue"
            return f"{title}: queued, {place} ({usual})."
        case SyncState.STARTING:
            return f"{title}: starting; Webex is being asked ({usual})."
        case _:
            since = when(sync.started_at or sync.starting_at or sync.asked_at, now, enterprise.timezone)
            return f"{title}: running since {since} ({usual})."
