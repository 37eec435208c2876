"""`locations`: list where license holders are, or set that with a CSV attached to the message."""

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from bot.chat.command import Command, Request
from bot.chat.message import MAX_FILE_BYTES, Attachment, Change, FileUnreadable, Refusal, Reply, Wait
from bot.formatting.csv_file import compressed_csv, file_name
from bot.formatting.quantity import quantity
from bot.locations import csv_reader as table
from bot.locations import matching, refusals
from bot.replies import locations as replies
from bot.services import rosters
from bot.services.rosters import StaleReason
from storage import locations, views
from storage import rosters as roster_rows
from storage.values.license_table import LocationChange
from storage.values.records import Roster


def run(session: Session, request: Request) -> Reply | Wait | Change:
    """List the locations, or change them as the file says. If the roster is too old, wait for a newer one first."""
    if request.arguments:
        raise Refusal(replies.no_words(request.arguments, has_file=bool(request.message.files)))
    has_file = _has_file(request)
    source = rosters.source(session, request)
    if isinstance(source, Wait):
        return source
    if source.roster is None:
        failed = source.stale_reason is StaleReason.FAILED
        raise Refusal(replies.none_yet(failed=failed, access_notice=source.access_notice))
    return _change(session, request, source.roster) if has_file else _list(session, request, source.roster)


def _has_file(request: Request) -> bool:
    """Return whether a file came; raise Refusal if it cannot be used."""
    if len(request.message.files) > 1:
        raise Refusal(refusals.several(len(request.message.files)))
    match request.message.file:
        case FileUnreadable.TOO_LARGE:
            raise Refusal(refusals.too_large(MAX_FILE_BYTES))
        case FileUnreadable.UNSAFE:
            raise Refusal(refusals.unsafe())
        case FileUnreadable.GONE:
            raise Refusal(refusals.gone())
    return request.message.file is not None


def _list(session: Session, request: Request, roster: Roster) -> Reply:
    enterprise = request.enterprise
    counts = views.facets(session, roster.id, "location")
    mapped = locations.count(session, enterprise.id)
    attachment = None
    if mapped and request.no_file is None:
        content = compressed_csv(table.HEADER, locations.in_order(session, enterprise.id))
        attachment = Attachment(file_name("locations", enterprise.key, request.now), content)
    return Reply(
        replies.overview(counts, mapped, roster, enterprise, request.now, request.no_file),
        attachment=attachment,
        personal=True,
        audit_detail=quantity(mapped, "line"),
    )


def _change(session: Session, request: Request, roster: Roster) -> Change:
    """Work out what the file changes. If the roster or the mapping changes before that is written, it is repeated."""
    enterprise, now = request.enterprise, request.now
    upload: table.LocationUpload = request.upload
    version = locations.version(session, enterprise.id)
    mapping = locations.mapping(session, enterprise.id)
    matched = matching.match_lines(upload, tuple(locations.candidates(session, enterprise.id)), mapping)
    attachment = None
    if matched.lines and request.no_file is None:
        content = compressed_csv(matching.REPORT_HEADER, map(matching.cells, matched.lines))
        attachment = Attachment(file_name("locations", enterprise.key, now), content)
    reply = Reply(
        replies.changed(matched, roster, enterprise, now, request.no_file),
        attachment=attachment,
        personal=True,
        audit_detail=replies.counts(matched.lines),
    )

    def is_current(session: Session) -> bool:
        found = roster_rows.current(session, enterprise.id)
        return found == roster and locations.version(session, enterprise.id) == version

    def writing(portion: Sequence[LocationChange]) -> Callable[[Session], None]:
        return lambda session: locations.change(session, enterprise.id, portion, now)

    changed = locations.in_every_form(matching.changes(matched.lines))
    portions = [changed[at : at + locations.CHUNK] for at in range(0, len(changed), locations.CHUNK)]
    return Change(reply, is_current, [writing(portion) for portion in portions])


COMMAND = Command(
    usage="locations",
    summary="where the license holders are; send a CSV with it to change that",
    details=replies.GUIDE,
    run=run,
    exports=True,
    parse_file=table.read,
)
