"""What `status` says."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.formatting.escape import plain
from bot.formatting.quantity import quantity
from bot.formatting.times import when
from bot.replies import sync_results
from bot.replies.sync import Standing, progress, so_far, takes
from bot.replies.sync_causes import why
from bot.syncs import webex_runs
from bot.syncs.timing import Estimate
from storage.values.records import Enterprise, Roster, Sync, WebexRun, WebexSyncStatus

STALE = timedelta(days=8)
"""Without success for longer than this, `status` warns: Webex syncs by itself at least every seven days."""


@dataclass(frozen=True, slots=True)
class Known:
    """All that `status` shows; `named` says whether people may be named, `failed` is only for operators.

    If Webex refuses the provider's access, `access_notice` says so.
    """

    enterprise: Enterprise
    standing: Standing | None
    last: Sync | None
    last_success: Sync | None
    own: WebexRun | None
    reading: WebexSyncStatus | None
    estimate: Estimate | None
    hold_until: datetime | None
    roster: Roster | None
    activation: dict[str, int]
    named: bool
    failed: tuple[int, int] = (0, 0)
    access_notice: str | None = None


def answer(known: Known, now: datetime, *, live: bool) -> str:
    """Show how the syncs stand; `live` says that Webex was asked just now."""
    notice = [f"- {known.access_notice}"] if known.access_notice else []
    lines = [*_state(known, now), *notice, *_past(known, now), *_webex(known, now, live=live)]
    zone = known.enterprise.timezone
    if known.hold_until is not None and now < known.hold_until:
        lines.append(f"- `sync` will work again {when(known.hold_until, now, zone)}")
    elif known.standing is None and known.access_notice:
        lines.append("- You can type `sync` now. The sync starts when Webex accepts the access again")
    elif known.standing is None:
        lines.append("- `sync` works now")
    if known.standing is None and known.estimate:
        usual = takes(known.estimate)
        lines.append(f"- A sync {usual}" if known.estimate.own else f"- {usual.capitalize()}")
    lines += _warning(known, now)
    lines.append(_roster(known, now))
    unanswered, unsent = known.failed
    if unanswered or unsent:
        unanswered_too = [quantity(unanswered, "unanswered message")] if unanswered else []
        unsent_too = [quantity(unsent, "undelivered message")] if unsent else []
        lines.append(f"- ⚠️ I gave up on {' and '.join(unanswered_too + unsent_too)}. The log says why")
    return "\n".join(lines)


def _state(known: Known, now: datetime) -> list[str]:
    standing = known.standing
    if standing is None:
        return [f"**{plain(known.enterprise.name)}**: no directory sync is under way."]
    asked = when(standing.sync.asked_at, now, known.enterprise.timezone)
    return [
        f"{progress(standing, now)}{so_far(standing, now)}",
        f"- Asked for by {_who(standing.sync, known)} {asked}",
    ]


def _past(known: Known, now: datetime) -> list[str]:
    last, success, zone = known.last, known.last_success, known.enterprise.timezone
    if last is None:
        return ["- No sync has been started here yet"]
    ended = when(last.ended_at or last.asked_at, now, zone)
    reason = f". {why(last, verbatim=known.named).rstrip('.')}" if last.cause is not None else ""
    went = sync_results.marked(sync_results.of_sync(last))
    lines = [f"- Last attempt: {went} {ended}, asked for by {_who(last, known)}{reason}"]
    if success is not None and success.id != last.id:
        lines.append(f"- Last success: {when(success.ended_at or success.asked_at, now, zone)}")
    return lines


def _webex(known: Known, now: datetime, *, live: bool) -> list[str]:
    """The last sync that Webex started by itself, and when the bot last asked Webex."""
    reading, own, zone = known.reading, known.own, known.enterprise.timezone
    if reading is None:
        return ["- Webex's own syncs: not known yet"]
    as_of = "" if live else f" (as of {when(reading.as_of, now, zone)})"
    if own is None or own.started_at is None:
        return [f"- Webex's own syncs: none seen yet{as_of}"]
    moment = when(own.ended_at, now, zone) if own.ended_at else f"started {when(own.started_at, now, zone)}"
    result = sync_results.marked(sync_results.of_run(own) or own.status or "")
    return [f"- Webex's own last sync: {result}, {moment}{as_of}"]


def _warning(known: Known, now: datetime) -> list[str]:
    if known.reading is None:
        return []
    moments = [
        known.reading.succeeded_at,
        known.last_success.ended_at if known.last_success else None,
        known.own.ended_at if known.own and webex_runs.succeeded(known.own.status) else None,
    ]
    last = max((moment for moment in moments if moment is not None), default=None)
    if now - (last or known.enterprise.created_at) < STALE:
        return []
    since = f"since {when(last, now, known.enterprise.timezone)}" if last else "since your enterprise was added"
    return [
        f"- ⚠️ No directory sync has succeeded {since}, although Webex syncs by itself every seven days. Ask your "
        "service provider whether directory sync is switched on"
    ]


def _roster(known: Known, now: datetime) -> str:
    roster = known.roster
    if roster is None or roster.read_at is None:
        return "- License holders: not read yet; `licenses` reads them"
    counts = ", ".join(f"{number:,} {value}" for value, number in known.activation.items())
    as_of = when(roster.read_at, now, known.enterprise.timezone)
    return f"- {quantity(roster.size, 'license holder')} ({counts or 'none'}), as of {as_of}"


def _who(sync: Sync, known: Known) -> str:
    return plain(sync.asker_email) if known.named else "an admin"
