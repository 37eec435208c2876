"""`history`: the last syncs, started here or by Webex itself."""

import re

from sqlalchemy.orm import Session

from bot.chat.command import Command, Request
from bot.chat.message import Attachment, Refusal, Reply
from bot.formatting.csv_file import compressed_csv, file_name
from bot.formatting.quantity import quantity
from bot.replies import history as replies
from storage import history, webex_status

DEFAULT_ROWS, MAX_ROWS = 10, 1000
"""Syncs listed: ten fit on a phone; a thousand are more than two years of daily syncs."""


_NUMBER = re.compile("0*([0-9]{1,4})")


def run(session: Session, request: Request) -> Reply:
    """List the newest syncs of both kinds, newest first."""
    number = _number(request.arguments)
    enterprise = request.enterprise
    asked_for = history.ended(session, enterprise.id, number, *history.END_STATES)
    own = webex_status.runs(session, enterprise.id, number)
    entries = replies.merged(asked_for, own)[:number]
    if not entries:
        return Reply(replies.nothing_yet(enterprise))
    attachment = None
    if request.no_file is None:
        content = compressed_csv(replies.CSV_HEADER, map(replies.csv_cells, entries))
        attachment = Attachment(file_name("syncs", enterprise.key, request.now), content)
    return Reply(
        replies.answer(entries, enterprise, request.now, request.no_file),
        attachment=attachment,
        personal=True,
        audit_detail=quantity(len(entries), "row"),
    )


def _number(arguments: str) -> int:
    if not arguments:
        return DEFAULT_ROWS
    found = _NUMBER.fullmatch(arguments)
    number = int(found[1]) if found else 0
    if 1 <= number <= MAX_ROWS:
        return number
    raise Refusal(replies.no_number(arguments, MAX_ROWS))


COMMAND = Command(
    usage="history [how many]",
    summary="the last syncs, and how they went",
    details=(
        f"Shows the last {DEFAULT_ROWS} syncs, or as many as you type (`history 50`): who asked, when, how long it "
        "took and the result. Syncs that Webex started by itself are listed, too. The whole list is attached as a CSV."
    ),
    run=run,
    exports=True,
)
