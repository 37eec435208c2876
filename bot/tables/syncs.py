"""Syncs as rows of a table: those asked for here and those that Webex began by itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.formatting.escape import visible
from bot.formatting.times import iso
from bot.replies import counts, results
from bot.replies.causes import why
from storage.records import Sync, WebexRun

WEBEX = "Webex"
"""Who asked for a run that Webex or Partner Hub began."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A sync that has ended, or one of Webex's own as last seen."""

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
        """What entries are ordered by."""
        return self.ended_at or self.started_at


HEADER = (
    "Asked By",
    "Asked At",
    "Started At",
    "Ended At",
    "Seconds",
    "Result",
    "Reason",
    *counts.HEADER,
    "Errors",
    "Tracking ID",
)


def merged(asked_for: Iterable[Sync], own: Iterable[WebexRun]) -> list[Entry]:
    """Both kinds in one list, newest first."""
    entries = [_asked_for(sync) for sync in asked_for] + [_own(run) for run in own]
    return sorted(entries, key=lambda entry: entry.at.timestamp() if entry.at else 0.0, reverse=True)


def cells(entry: Entry) -> tuple[str, ...]:
    """An entry in the order of HEADER; times in UTC."""
    return (
        entry.asked_by,
        *(iso(moment) if moment else "" for moment in (entry.asked_at, entry.started_at, entry.ended_at)),
        "" if entry.seconds is None else str(round(entry.seconds)),
        entry.result,
        entry.why,
        *counts.cells(entry.counts),
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
        result=results.of_sync(sync),
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
        result=results.of_run(run) or run.status or "",
        why="",
        counts=run.counts,
        errors=run.errors,
        tracking_id=run.tracking_id,
    )
