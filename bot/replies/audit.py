"""What `audit` says."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from bot.formatting.escape import code, plain
from bot.formatting.limits import MAX_MESSAGE_BYTES, cut, size
from bot.formatting.times import at, iso
from storage.values.records import FILE, AuditEntry, Enterprise


def answer(
    newest: Sequence[AuditEntry],
    number: int,
    enterprise: Enterprise | None,
    since: datetime,
    now: datetime,
    keys: Mapping[int, str],
) -> str:
    """The newest first, a line each; `number` is how many there are."""
    zone = enterprise.timezone if enterprise else "UTC"
    of = plain(enterprise.name) if enterprise else "all enterprises"
    title = f"**Audit of {of}** since {at(since, now, zone)}: {number:,} row{'' if number == 1 else 's'}\n\n"
    if not newest:
        return f"{title}Nothing was asked of me."
    lines = [_line(row, now, zone, None if enterprise else keys) for row in newest]
    rest = f"\n\nThe newest {len(newest)}; all are in the CSV." if number > len(newest) else ""
    return title + cut(lines, MAX_MESSAGE_BYTES - size(title + rest), "- and {n} more, all in the CSV") + rest


def no_time(typed: str) -> str:
    """When what follows is no time."""
    return f"{code(typed, 40)} is no time. Write `audit 24h`, `audit 30d` or `audit 2026-11-01`."


def too_large() -> str:
    """When Webex would not take it."""
    return "That is more than the 100 MB that Webex takes as one file. Ask for less: `audit 7d`."


def _line(row: AuditEntry, now: datetime, zone: str, keys: Mapping[int, str] | None) -> str:
    if row.command == FILE:
        return f"- {at(row.at, now, zone)}: {plain(row.file or 'a file', 100)} was delivered"
    what = code(f"{row.command} {row.arguments}".strip(), 60) if row.command else "wrote"
    key = keys.get(row.enterprise_id or 0) if keys else None
    for_whom = f" for {code(key)}" if key else ""
    noted = f" ({plain(row.detail, 60)})" if row.detail else ""
    return f"- {at(row.at, now, zone)}: {plain(row.email or 'the bot', 80)} {what}{for_whom}: {row.outcome}{noted}"


CSV_HEADER = (
    *("At", "Enterprise", "Email", "Person ID", "Space ID", "Command", "Arguments", "Outcome", "Detail", "File"),
)


def csv_rows(found: Iterable[AuditEntry], keys: Mapping[int, str]) -> Iterator[tuple[str, ...]]:
    """One row for each; times in UTC, enterprises by their keys."""
    for one in found:
        yield (
            iso(one.at),
            keys.get(one.enterprise_id, "") if one.enterprise_id is not None else "",
            one.email,
            one.person_id,
            one.room_id,
            one.command,
            one.arguments,
            one.outcome,
            one.detail,
            one.file or "",
        )
