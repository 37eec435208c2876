"""`audit`: who did what, for admins of their enterprise and for operators of all."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.chat.command import Command, Request, unless_operator
from bot.chat.message import Attachment, Refusal, Reply
from bot.formatting.csv_file import CsvTooLarge, compressed_csv, file_name
from bot.replies import audit as replies
from storage import audit, enterprises

DEFAULT_PERIOD = timedelta(days=7)
MAX_SHOWN = 15
_AGO = re.compile(r"(\d{1,4}) ?(m|h|d|w)[a-z]*")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def run(session: Session, request: Request) -> Reply:
    """The newest, and all of it as a CSV."""
    since = _since(request)
    of = None if request.chosen is None else request.chosen.id
    number = audit.count(session, since, of)
    known = enterprises.keys_by_id(session)
    rows = replies.csv_rows(audit.entries(session, since, of), known)
    name = file_name("audit", request.chosen.key if request.chosen else "all", request.now)
    try:
        content = compressed_csv(replies.CSV_HEADER, rows)
    except CsvTooLarge as error:
        raise Refusal(replies.too_large()) from error
    newest = list(audit.entries(session, since, of, limit=MAX_SHOWN))
    return Reply(
        replies.answer(newest, number, request.chosen, since, request.now, known),
        attachment=Attachment(name, content),
        personal=True,
        noted=f"{number} rows",
    )


def _since(request: Request) -> datetime:
    typed = request.arguments.casefold().removeprefix("since").strip()
    if not typed:
        return request.now - DEFAULT_PERIOD
    if ago := _AGO.fullmatch(typed):
        return request.now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    zone = ZoneInfo(request.chosen.timezone) if request.chosen else UTC
    try:
        return datetime.strptime(typed, "%Y-%m-%d").replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refusal(replies.no_time(request.arguments)) from None


COMMAND = Command(
    name="audit",
    usage="audit [since]",
    summary="who asked for what, from where, and how it went",
    details=(
        "Shows what was asked of me within the last 7 days, or since then: `audit 24h`, `audit 30d`, "
        "`audit 2026-11-01`. All of it is attached as a CSV. Admins see what concerns their enterprise, operators "
        "everything. It is kept for 400 days."
    ),
    run=run,
    needs_enterprise=unless_operator,
)
