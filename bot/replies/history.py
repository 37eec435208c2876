"""What `history` says."""

from collections.abc import Sequence
from datetime import datetime

from bot.formatting.escape import plain
from bot.formatting.limits import LONGEST, cut, size
from bot.formatting.times import at, duration
from bot.replies import counts, results
from bot.tables.syncs import WEBEX, Entry
from storage.records import Enterprise


def answer(entries: Sequence[Entry], enterprise: Enterprise, now: datetime) -> str:
    """One line for each; those that do not fit are in the CSV."""
    title = f"**Directory syncs of {plain(enterprise.name)}**, newest first\n\n"
    lines = [_line(entry, enterprise, now) for entry in entries]
    return title + cut(lines, LONGEST - size(title), "- and {n} more, all in the CSV")


def nothing_yet(enterprise: Enterprise) -> str:
    """Before the first."""
    return (
        f"No directory sync of {plain(enterprise.name)} has ended yet, as far as I know. `status` shows what goes on."
    )


def no_number(typed: str, most: int) -> str:
    """When what follows is no number of syncs."""
    return f"“{plain(typed, 40)}” is not a number from 1 to {most:,}. Write `history`, or `history 50` for the last 50."


def _line(entry: Entry, enterprise: Enterprise, now: datetime) -> str:
    moment = f"{at(entry.at, now, enterprise.timezone)}: " if entry.at else ""
    who = "Webex by itself" if entry.asked_by == WEBEX else f"asked for by {plain(entry.asked_by)}"
    facts = [
        who,
        f"took {duration(entry.seconds)}" if entry.seconds is not None else "",
        counts.summary(entry.counts) if results.completed(entry.result) else "",
    ]
    why = f". {plain(entry.why, 200)}" if entry.why else ""
    return f"- {moment}{results.marked(plain(entry.result, 40))}, {', '.join(fact for fact in facts if fact)}{why}"
