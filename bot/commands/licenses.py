"""`licenses`: the licence holders of a view, as a table and as exactly that view in a CSV."""

from datetime import timedelta

from sqlalchemy.orm import Session

from bot import filters
from bot.command import Command
from bot.message import Asked, Attachment, Refusal, Reply, Wait
from bot.replies import licenses as replies
from bot.tables.columns import HEADER, cells
from bot.tables.csvfile import compressed_csv, file_name
from storage import rosters

PATIENCE = timedelta(seconds=8)
FIRST_ROWS = 15


def run(session: Session, asked: Asked) -> Reply | Wait:
    """Answer from the roster, once it is fresh enough or cannot be had fresher."""
    view = filters.parse(asked.arguments)
    enterprise = asked.enterprise
    roster = rosters.current(session, enterprise.id)
    fresh = (
        roster is not None
        and roster.read_at is not None
        and asked.now - roster.read_at <= max(asked.settings.roster_max_age, PATIENCE if asked.waited else timedelta(0))
    )
    if not fresh and not asked.waited:
        return Wait(asked.now + PATIENCE)
    if roster is None:
        last = rosters.last(session, enterprise.id)
        raise Refusal(replies.none_yet(failed=last is not None and last.state == rosters.FAILED))
    found = rosters.count(session, roster.id, view)
    name = file_name("licenses", enterprise.key, asked.now)
    rows = map(cells, rosters.holders(session, roster.id, view))
    return Reply(
        replies.answer(
            view,
            found,
            roster,
            list(rosters.holders(session, roster.id, view, limit=FIRST_ROWS, few=True)),
            rosters.facets(session, roster.id, "activation", view),
            enterprise,
            asked.now,
            fresh=fresh,
        ),
        attachment=Attachment(name, compressed_csv(HEADER, rows)),
        personal=True,
        noted=f"{found} rows",
    )


COMMAND = Command(
    name="licenses",
    usage="licenses [filter] [sort=column]",
    summary="the licence holders, filtered and sorted, as a table and a CSV",
    details=replies.GUIDE,
    run=run,
)
