"""What `history` says."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.formatting.escape import plain, visible
from bot.formatting.limits import MAX_MESSAGE_BYTES, cut, size
from bot.formatting.times import at, duration, iso
from bot.replies import sync_counts, sync_results
from bot.replies.sync_causes import why
from storage.values.records import Enterprise, Sync, WebexRun

WEBEX = "Webex"
"""What stands for the requester of a run that was started by Webex or in Partner Hub."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A sync that has ended, or one that Webex started by itself."""

    asked_by: str
    asked_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    seconds: float | None
    result: str
    why: str
    counts: dict[str, int]
    errors: tuple[tuple[int, str], ...]
    tracking_id: str | None

    @property
    def at(self) -> datetime | None:
        """The time by which entries are sorted."""
        return self.ended_at or self.started_at


CSV_HEADER = (
    "Asked By",
    "Asked At",
    "Started At",
    "Ended At",
    "Seconds",
    "Result",
    "Reason",
    *sync_counts.CSV_HEADER,
    "Errors",
    "Tracking ID",
)


def answer(entries: Sequence[Entry], enterprise: Enterprise, now: datetime, no_file: str | None = None) -> str:
    """List the last syncs, newest first. `no_file` says why there is no CSV."""
    title = f"**Directory syncs of {plain(enterprise.name)}**, newest first\n\n"
    lines = [_line(entry, enterprise, now) for entry in entries]
    ending = f"\n\n{no_file}" if no_file else ""
    more = "- and {n} more, all in the CSV" if no_file is None else "- and {n} more"
    return title + cut(lines, MAX_MESSAGE_BYTES - size(title + ending), more) + ending


def nothing_yet(enterprise: Enterprise) -> str:
    """Say that no sync has ended yet."""
    return f"I know of no directory sync of {plain(enterprise.name)} that has ended. `status` shows what happens now."


def no_number(typed: str, most: int) -> str:
    """Say how to type a number of syncs."""
    return f"“{plain(typed, 40)}” is not a number from 1 to {most:,}. Type `history`, or `history 50` for the last 50."


def _line(entry: Entry, enterprise: Enterprise, now: datetime) -> str:
    moment = f"{at(entry.at, now, enterprise.timezone)}: " if entry.at else ""
    who = "started by Webex itself" if entry.asked_by == WEBEX else f"asked for by {plain(entry.asked_by)}"
    facts = [
        who,
        f"took {duration(entry.seconds)}" if entry.seconds is not None else "",
        sync_counts.summary(entry.counts) if sync_results.completed(entry.result) else "",
    ]
    why = f". {plain(entry.why, 200)}" if entry.why else ""
    return f"- {moment}{sync_results.marked(entry.result)}, {', '.join(fact for fact in facts if fact)}{why}"


def merged(asked_for: Iterable[Sync], own: Iterable[WebexRun]) -> list[Entry]:
    """Merge the syncs that were asked for and those that Webex started, newest first."""
    entries = [_asked_for(sync) for sync in asked_for] + [_own(run) for run in own]
    return sorted(entries, key=lambda entry: entry.at.timestamp() if entry.at else 0.0, reverse=True)


def csv_cells(entry: Entry) -> tuple[str, ...]:
    """Return an entry in the order of CSV_HEADER; times are in UTC."""
    return (
        entry.asked_by,
        *(iso(moment) if moment else "" for moment in (entry.asked_at, entry.started_at, entry.ended_at)),
        "" if entry.seconds is None else str(round(entry.seconds)),
        entry.result,
        entry.why,
        *sync_counts.csv_cells(entry.counts),
        "; ".join(f"{code}: {description}" for code, description in entry.errors),
        entry.tracking_id or "",
    )


def _asked_for(sync: Sync) -> Entry:
    return Entry(
        asked_by=sync.asker_email,
        asked_at=sync.asked_at,
        started_at=sync.started_at or sync.starting_at,
        ended_at=sync.ended_at,
        seconds=sync.seconds,
        result=sync_results.of_sync(sync),
        why=why(sync, visible),
        counts=sync.counts,
        errors=sync.errors,
        tracking_id=sync.tracking_id,
    )


def _own(run: WebexRun) -> Entry:
    seconds = (run.ended_at - run.started_at).total_seconds() if run.started_at and run.ended_at else None
    return Entry(
        asked_by=WEBEX,
        asked_at=None,
        started_at=run.started_at,
        ended_at=run.ended_at,
        seconds=seconds,
        result=sync_results.of_run(run) or run.status or "",
        why="",
        counts=run.counts,
        errors=run.errors,
        tracking_id=run.tracking_id,
    )
