"""What `audit` says."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from bot.formatting.escape import code, plain
from bot.formatting.limits import MAX_MESSAGE_BYTES, cut, size
from bot.formatting.quantity import quantity
from bot.formatting.times import at, iso
from storage.values.records import FILE, WITHHELD, AuditEntry, Enterprise

TOO_LARGE = "The file would be larger than the 100 MB that Webex accepts. Ask for a shorter time: `audit 7d`."


def answer(
    newest: Sequence[AuditEntry],
    number: int,
    enterprise: Enterprise | None,
    since: datetime,
    now: datetime,
    keys: Mapping[int, str],
    no_file: str | None = None,
) -> str:
    """List the newest rows, newest first; `number` is how many rows there are. `no_file` says why there is no CSV."""
    zone = enterprise.timezone if enterprise else "UTC"
    of = plain(enterprise.name) if enterprise else "all enterprises"
    title = f"**Audit of {of}** since {at(since, now, zone)}: {quantity(number, 'row')}\n\n"
    if not newest:
        return f"{title}Nothing happened in this time."
    lines = [_line(row, now, zone, None if enterprise else keys) for row in newest]
    sentences = [
        f"These are the newest {len(newest)}." if number > len(newest) else "",
        no_file or ("All of them are in the CSV." if number > len(newest) else ""),
    ]
    rest = " ".join(filter(None, sentences))
    ending = f"\n\n{rest}" if rest else ""
    more = "- and {n} more, all in the CSV" if no_file is None else "- and {n} more"
    return title + cut(lines, MAX_MESSAGE_BYTES - size(title + ending), more) + ending


def no_time(typed: str) -> str:
    """Say how to type a time."""
    return f"I do not understand the date {code(typed, 40)}. Type `audit 24h`, `audit 30d` or `audit 2026-11-01`."


def _line(row: AuditEntry, now: datetime, zone: str, keys: Mapping[int, str] | None) -> str:
    if row.command == FILE:
        return f"- {at(row.at, now, zone)}: {plain(row.file or 'a file', 100)} was delivered"
    if row.outcome == WITHHELD:
        whose = f" to {plain(row.email, 80)}" if row.email else ""
        return (
            f"- {at(row.at, now, zone)}: {plain(row.file or 'a message', 100)}{whose} was not delivered: {row.detail}"
        )
    what = code(f"{row.command} {row.arguments}".strip(), 60) if row.command else "wrote"
    key = keys.get(row.enterprise_id or 0) if keys else None
    for_whom = f" for {code(key)}" if key else ""
    noted = f" ({plain(row.detail, 60)})" if row.detail else ""
    return f"- {at(row.at, now, zone)}: {plain(row.email or 'the bot', 80)} {what}{for_whom}: {row.outcome}{noted}"


CSV_HEADER = (
    *("At", "Enterprise", "Email", "Person ID", "Space ID", "Command", "Arguments", "Outcome", "Detail", "File"),
)


def csv_rows(found: Iterable[AuditEntry], keys: Mapping[int, str]) -> Iterator[tuple[str, ...]]:
    """Yield a row for each; times are in UTC, enterprises are named by their keys."""
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
