"""The audit: who asked for what, in which space, and how it ended. Rows are only added, never changed."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from storage.engine.database import IN_PORTIONS
from storage.engine.inserts import insert_row
from storage.models import AuditRow, OperatorRow
from storage.models.columns import UTCDateTime
from storage.values.maxima import MAX_EMAIL, MAX_REASON, cut
from storage.values.records import FILE, LIMITED, TOO_FAST, TOO_LARGE, WITHHELD, AuditEntry

MAX_COMMAND = 100
"""Characters of the first word of a message: a command has fewer than 20."""

MAX_ARGUMENTS = 2_000
"""Characters of a command's arguments that are kept as they are: enough to name all admins of an enterprise."""

_MAX_COMMANDS_IN = 200
"""Newest commands of a person in a space that are searched for a question to confirm: only an attacker types more."""

TOLD, REPORTED, GREETED, REMOVED = "told", "reported", "greeted", "removed"
INVITED, UNREACHABLE, KEPT_OUT = "invitation queued", "unreachable", "kept out"
_NOT_TYPED = (TOO_FAST, REPORTED, GREETED, REMOVED, WITHHELD, KEPT_OUT)
"""Outcomes of what the bot does by itself, and of commands that it did not run."""

_ROWS: Any = AuditRow.__table__
_OPERATORS: Any = OperatorRow.__table__
_IS_NEWER = _ROWS.c.at > bindparam("since", type_=UTCDateTime)
_IS_OF_PERSON = _ROWS.c.person_id == bindparam("person")
_IS_OPERATORS = exists().where(_OPERATORS.c.person_id == _ROWS.c.person_id)
_NEWEST = (_ROWS.c.at.desc(), _ROWS.c.id.desc())


def add(session: Session, entry: AuditEntry) -> None:
    """Add an entry. What is too long in it is cut."""
    bounded = {
        "email": cut(entry.email, MAX_EMAIL),
        "command": cut(entry.command, MAX_COMMAND),
        "arguments": as_kept(entry.arguments),
        "detail": cut(entry.detail, MAX_REASON),
    }
    insert_row(session, AuditRow, **asdict(entry) | bounded)


def as_kept(arguments: str, limit: int = MAX_ARGUMENTS) -> str:
    """Return arguments as the audit keeps them. Long ones are cut, with a digest: other ones still look different."""
    if len(arguments) <= limit:
        return arguments
    digest = hashlib.sha256(arguments.encode(errors="surrogatepass")).hexdigest()
    return f"{arguments[:limit]}… ({len(arguments):,} characters, SHA-256 {digest})"


_COMMANDS: Select[datetime] = (
    select(_ROWS.c.at)
    .where(_IS_OF_PERSON, _IS_NEWER, _ROWS.c.outcome.not_in(_NOT_TYPED), _ROWS.c.command != FILE)
    .order_by(*_NEWEST)
    .limit(1)
    .offset(bindparam("before"))
)
_OF_COMMANDS: Select[datetime] = (
    select(_ROWS.c.at)
    .where(_ROWS.c.enterprise_id == bindparam("enterprise"), _IS_NEWER)
    .where(_ROWS.c.command.in_(bindparam("commands", expanding=True)), ~_IS_OPERATORS)
    .order_by(*_NEWEST)
    .limit(1)
    .offset(bindparam("before"))
)
_IS_FILE = or_(and_(_ROWS.c.file.is_not(None), _ROWS.c.outcome != TOLD), _ROWS.c.outcome == TOO_LARGE)
_EXPORTS = _OF_COMMANDS.where(_IS_FILE)
_UPLOADS = _OF_COMMANDS.where(_ROWS.c.outcome != LIMITED)
_OUTCOME = select(_ROWS.c.id).where(_IS_OF_PERSON, _IS_NEWER, _ROWS.c.outcome == bindparam("outcome")).limit(1)
_ENTRIES: Select[Any] = select(*(_ROWS.c[field.name] for field in fields(AuditEntry))).order_by(*_NEWEST)
_INVITED = select(_ROWS.c.detail).where(
    _ROWS.c.enterprise_id == bindparam("enterprise"), _IS_NEWER, _ROWS.c.outcome == INVITED
)
_KEPT_OUT = select(_ROWS.c.person_id, _ROWS.c.detail).where(
    _ROWS.c.enterprise_id == bindparam("enterprise"), _ROWS.c.outcome == KEPT_OUT
)
_COMMANDS_IN = _ENTRIES.where(
    *(_IS_OF_PERSON, _IS_NEWER, _ROWS.c.room_id == bindparam("room"), _ROWS.c.command == bindparam("command"))
).limit(_MAX_COMMANDS_IN)


def nth_command(session: Session, person_id: str, nth: int, since: datetime) -> datetime | None:
    """Return the time of a person's nth-last command; None if there were fewer since `since`."""
    return session.scalar(_COMMANDS, {"person": person_id, "since": since, "before": nth - 1})


def nth_export(
    session: Session, enterprise_id: int, commands: Sequence[str], nth: int, since: datetime
) -> datetime | None:
    """Return when these commands made the nth-last file for an enterprise; None if there were fewer since `since`.

    Files for operators do not count. One that would have been too large does: it was worked on until then.
    """
    values = {"enterprise": enterprise_id, "since": since, "before": nth - 1, "commands": list(commands)}
    return session.scalar(_EXPORTS, values)


def nth_upload(
    session: Session, enterprise_id: int, commands: Sequence[str], nth: int, since: datetime
) -> datetime | None:
    """Return when these commands, which take files, were asked for the nth-last time; None if there were fewer.

    What was refused for this limit does not count, nor what operators asked.
    """
    values = {"enterprise": enterprise_id, "since": since, "before": nth - 1, "commands": list(commands)}
    return session.scalar(_UPLOADS, values)


def has_outcome(session: Session, person_id: str, outcome: str, since: datetime) -> bool:
    """Return whether anything the person asked for has ended with this outcome since `since`."""
    return session.scalar(_OUTCOME, {"person": person_id, "since": since, "outcome": outcome}) is not None


def invited(session: Session, enterprise_id: int, since: datetime) -> set[str]:
    """Return the addresses that were invited to be admins of an enterprise since `since`, in their comparable form."""
    return set(session.scalars(_INVITED, {"enterprise": enterprise_id, "since": since}))


def kept_out(session: Session, enterprise_id: int) -> set[str]:
    """Return who was kept out of an enterprise: the `person_id` of each, and the addresses in their comparable form."""
    return {key for row in session.execute(_KEPT_OUT, {"enterprise": enterprise_id}) for key in row if key}


def commands_in(session: Session, person_id: str, room_id: str, command: str, since: datetime) -> list[AuditEntry]:
    """Return a person's commands of this name in a space since `since`, newest first, at most `_MAX_COMMANDS_IN`."""
    values = {"person": person_id, "room": room_id, "command": command, "since": since}
    return [AuditEntry(*row) for row in session.execute(_COMMANDS_IN, values)]


def entries(
    session: Session, since: datetime, enterprise_id: int | None, *, limit: int | None = None
) -> Iterator[AuditEntry]:
    """Return the entries since `since`, newest first: those of one enterprise, or all if that is None."""
    query = _ENTRIES.where(*_conditions(since, enterprise_id)).limit(limit)
    for row in session.execute(query, execution_options=IN_PORTIONS):
        yield AuditEntry(*row)


def count(session: Session, since: datetime, enterprise_id: int | None) -> int:
    """Count these entries."""
    return session.scalar(select(func.count()).select_from(_ROWS).where(*_conditions(since, enterprise_id))) or 0


def _conditions(since: datetime, enterprise_id: int | None) -> list[Any]:
    is_newer = _ROWS.c.at > since
    return [is_newer] if enterprise_id is None else [is_newer, _ROWS.c.enterprise_id == enterprise_id]
