"""`locations`: where licence holders are, listed; or set by a CSV that comes with the message."""

from sqlalchemy.orm import Session

from bot.chat.command import Command
from bot.chat.message import LARGEST_FILE, Asked, Attachment, Message, Refusal, Reply, Unread, Wait
from bot.formatting.csv_file import compressed_csv, file_name
from bot.locations import csv_reader as table
from bot.locations import matching, refusals
from bot.replies import locations as replies
from bot.services import rosters
from bot.services.rosters import Behind
from storage import enterprises, locations, views
from storage.values.records import Roster


def run(session: Session, asked: Asked) -> Reply | Wait:
    """List the locations, or change them, against a roster that is fresh enough or cannot be had fresher."""
    if asked.arguments:
        raise Refusal(replies.no_words(asked.arguments))
    wishes = _wishes(asked.message)
    if wishes is not None:
        enterprises.lock(session, asked.enterprise.id)
    source = rosters.source(session, asked)
    if isinstance(source, Wait):
        return source
    if source.roster is None:
        raise Refusal(replies.none_yet(failed=source.behind is Behind.FAILED))
    return _list(session, asked, source.roster) if wishes is None else _change(session, asked, source.roster, wishes)


def _wishes(message: Message) -> table.Wishes | None:
    """What the file that came with the message wants; None where none came."""
    if len(message.files) > 1:
        raise Refusal(refusals.several(len(message.files)))
    match message.file:
        case None:
            return None
        case Unread.TOO_LARGE:
            raise Refusal(refusals.too_large(LARGEST_FILE))
        case Unread.UNSAFE:
            raise Refusal(refusals.unsafe())
        case Unread.GONE:
            raise Refusal(refusals.gone())
        case bytes(content):
            return table.read(content)


def _list(session: Session, asked: Asked, roster: Roster) -> Reply:
    enterprise = asked.enterprise
    counts = views.facets(session, roster.id, "location")
    mapped = locations.count(session, enterprise.id)
    return Reply(
        replies.overview(counts, mapped, roster, enterprise, asked.now),
        attachment=Attachment(
            file_name("locations", enterprise.key, asked.now),
            compressed_csv(table.HEADER, locations.listed(session, enterprise.id)),
        ),
        personal=True,
        noted=f"{mapped} lines",
    )


def _change(session: Session, asked: Asked, roster: Roster, wishes: table.Wishes) -> Reply:
    enterprise = asked.enterprise
    known = locations.known(session, enterprise.id)
    found = matching.upload(wishes, tuple(locations.people(session, enterprise.id)), known)
    locations.change(session, enterprise.id, matching.changes(found.lines), asked.now)
    return Reply(
        replies.changed(found, roster, enterprise, asked.now),
        attachment=Attachment(
            file_name("locations", enterprise.key, asked.now),
            compressed_csv(matching.REPORT_HEADER, map(matching.cells, found.lines)),
        ),
        personal=True,
        noted=replies.counts(found.lines),
    )


COMMAND = Command(
    name="locations",
    usage="locations",
    summary="where the licence holders are; with a CSV attached, sets that",
    details=replies.GUIDE,
    run=run,
    exports=True,
    takes_file=True,
)
