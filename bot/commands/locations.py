"""`locations`: list where license holders are, or set that with a CSV attached to the message."""

from sqlalchemy.orm import Session

from bot.chat.command import Command, Request
from bot.chat.message import MAX_FILE_BYTES, Attachment, FileUnreadable, Message, Refusal, Reply, Wait
from bot.formatting.csv_file import compressed_csv, file_name
from bot.formatting.quantity import quantity
from bot.locations import csv_reader as table
from bot.locations import matching, refusals
from bot.replies import locations as replies
from bot.services import rosters
from bot.services.rosters import StaleReason
from storage import enterprises, locations, views
from storage.values.records import Roster


def run(session: Session, request: Request) -> Reply | Wait:
    """List the locations, or change them as the file says. If the roster is too old, wait for a newer one first."""
    if request.arguments:
        raise Refusal(replies.no_words(request.arguments))
    upload = _upload(request.message)
    if upload is not None:
        enterprises.lock(session, request.enterprise.id)
    source = rosters.source(session, request)
    if isinstance(source, Wait):
        return source
    if source.roster is None:
        failed = source.stale_reason is StaleReason.FAILED
        raise Refusal(replies.none_yet(failed=failed, access_notice=source.access_notice))
    if upload is None:
        return _list(session, request, source.roster)
    return _change(session, request, source.roster, upload)


def _upload(message: Message) -> table.LocationUpload | None:
    if len(message.files) > 1:
        raise Refusal(refusals.several(len(message.files)))
    match message.file:
        case None:
            return None
        case FileUnreadable.TOO_LARGE:
            raise Refusal(refusals.too_large(MAX_FILE_BYTES))
        case FileUnreadable.UNSAFE:
            raise Refusal(refusals.unsafe())
        case FileUnreadable.GONE:
            raise Refusal(refusals.gone())
        case bytes(content):
            return table.read(content)


def _list(session: Session, request: Request, roster: Roster) -> Reply:
    enterprise = request.enterprise
    counts = views.facets(session, roster.id, "location")
    mapped = locations.count(session, enterprise.id)
    return Reply(
        replies.overview(counts, mapped, roster, enterprise, request.now),
        attachment=Attachment(
            file_name("locations", enterprise.key, request.now),
            compressed_csv(table.HEADER, locations.in_order(session, enterprise.id)),
        ),
        personal=True,
        audit_detail=quantity(mapped, "line"),
    )


def _change(session: Session, request: Request, roster: Roster, upload: table.LocationUpload) -> Reply:
    enterprise = request.enterprise
    mapping = locations.mapping(session, enterprise.id)
    matched = matching.match_lines(upload, tuple(locations.candidates(session, enterprise.id)), mapping)
    locations.change(session, enterprise.id, matching.changes(matched.lines), request.now)
    return Reply(
        replies.changed(matched, roster, enterprise, request.now),
        attachment=Attachment(
            file_name("locations", enterprise.key, request.now),
            compressed_csv(matching.REPORT_HEADER, map(matching.cells, matched.lines)),
        ),
        personal=True,
        audit_detail=replies.counts(matched.lines),
    )


COMMAND = Command(
    usage="locations",
    summary="where the license holders are; send a CSV with it to change that",
    details=replies.GUIDE,
    run=run,
    exports=True,
    takes_file=True,
)
