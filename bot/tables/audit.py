"""The audit as rows of a table."""

from collections.abc import Iterable, Iterator, Mapping

from bot.formatting.times import iso
from storage.records import Audited

HEADER = (*("At", "Enterprise", "Email", "Person ID", "Space ID", "Command", "Arguments", "Outcome", "Detail", "File"),)


def rows(found: Iterable[Audited], keys: Mapping[int, str]) -> Iterator[tuple[str, ...]]:
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
