"""`audit`: who did what: for admins in their enterprise, for operators in all."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.chat.command import Command, NeedsEnterprise, Request
from bot.chat.message import Attachment, FileTooLarge, Refusal, Reply
from bot.formatting.csv_file import CsvTooLarge, compressed_csv, file_name
from bot.formatting.quantity import quantity
from bot.replies import audit as replies
from storage import audit, enterprises

DEFAULT_PERIOD = timedelta(days=7)
MAX_SHOWN = 15
"""Rows in the message itself: more are hard to read on a phone."""

_AGO = re.compile(r"(\d{1,4}) ?(m|h|d|w)[a-z]*")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def run(session: Session, request: Request) -> Reply:
    """Show the newest rows, and attach all as a CSV."""
    since = _since(request)
    enterprise_id = None if request.speaks_for is None else request.speaks_for.id
    number = audit.count(session, since, enterprise_id)
    keys = enterprises.keys_by_id(session)
    attachment = None
    if number and request.no_file is None:
        rows = replies.csv_rows(audit.entries(session, since, enterprise_id), keys)
        name = file_name("audit", request.speaks_for.key if request.speaks_for else "all", request.now)
        try:
            attachment = Attachment(name, compressed_csv(replies.CSV_HEADER, rows))
        except CsvTooLarge as error:
            raise FileTooLarge(replies.TOO_LARGE) from error
    newest = list(audit.entries(session, since, enterprise_id, limit=MAX_SHOWN))
    return Reply(
        replies.answer(newest, number, request.speaks_for, since, request.now, keys, request.no_file),
        attachment=attachment,
        personal=True,
        audit_detail=quantity(number, "row"),
    )


def _since(request: Request) -> datetime:
    """Return the time typed: so long ago, or midnight of a day in the enterprise's time zone."""
    typed = request.arguments.casefold().removeprefix("since").strip()
    if not typed:
        return request.now - DEFAULT_PERIOD
    if ago := _AGO.fullmatch(typed):
        return request.now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    zone = ZoneInfo(request.speaks_for.timezone) if request.speaks_for else UTC
    try:
        return datetime.strptime(typed, "%Y-%m-%d").replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refusal(replies.no_time(request.arguments)) from None


COMMAND = Command(
    usage="audit [since]",
    summary="who asked for what, from where, and how it went",
    details=(
        "Shows what people asked me in the last 7 days, or since the time that you type: `audit 24h`, `audit 30d`, "
        "`audit 2026-11-01`. The whole list is attached as a CSV. Admins see the rows of their enterprise, operators "
        "see all rows. I keep the rows for 400 days."
    ),
    run=run,
    needs_enterprise=NeedsEnterprise.UNLESS_OPERATOR,
    exports=True,
)
