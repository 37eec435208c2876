"""Moves outbox rows: delivers them to Webex, personal ones only where everybody may read them."""

import logging
from datetime import datetime

from sqlalchemy.orm import Session

from bot.formatting.csv_file import opened
from bot.jobs import space_privacy
from bot.jobs.engine.backoff import pause
from bot.jobs.engine.context import Context
from bot.replies import access
from bot.webex.errors import RateLimited, Rejected, Unavailable
from bot.webex.models import FileUpload, Posted
from storage import audit, destinations, outbox
from storage.engine.claims import ClaimLost
from storage.models import AttachmentRow, OutboxRow
from storage.values.messages import Address, Destination, Draft
from storage.values.records import FILE, Audited

log = logging.getLogger(__name__)


def move(context: Context) -> bool:
    """Deliver one row; False where none is due."""
    with context.held.take(context.database, outbox.claim, context.now()) as row:
        if row is None:
            return False
        try:
            _deliver(context, row)
        except ClaimLost:
            raise
        except (RateLimited, Unavailable) as failure:
            _again(context, row, failure)
        except Rejected as rejected:
            _rejected(context, row, rejected)
        except Exception as error:  # whatever fails must leave the row for later
            log.exception("outbox row %d failed (attempt %d)", row.id, row.attempt)
            _again(context, row, error)
    return True


def _deliver(context: Context, row: OutboxRow) -> None:
    if row.kind != outbox.POST:
        _change(context, row)
        return
    with context.database.quick_read() as session:
        destination = destinations.get(session, row.destination_id)
    if row.personal and not destination.direct and not space_privacy.fit(context, row, destination):
        if row.person_id is not None:
            _send_privately(context, row)
        elif row.public_markdown is not None:
            _say_in_public(context, row, row.public_markdown)
        else:
            raise ValueError(f"outbox row {row.id} is personal and names nobody to send it to instead")
        return
    file = _file(context, row)
    posted = _post(context, row, destination, file)
    with context.database.write() as session:
        outbox.delivered(session, row, context.now(), posted.message_id, posted.room_id)
        if destination.room_id is None:
            destinations.learn_room(session, destination.id, posted.room_id)
        if file is not None:
            _audit(session, row, destination, file.name, posted.room_id, context.now())


def _file(context: Context, row: OutboxRow) -> FileUpload | None:
    if row.attachment_id is None:
        return None
    with context.database.read() as session:
        file = session.get_one(AttachmentRow, row.attachment_id)
    return FileUpload(file.name, lambda: opened(file.body))


def _audit(session: Session, row: OutboxRow, destination: Destination, name: str, room_id: str, now: datetime) -> None:
    """Keep which space got a file."""
    audit.add(
        session,
        Audited(
            at=now,
            enterprise_id=row.enterprise_id,
            person_id=row.person_id or destination.person_id or "",
            email=destination.email or "",
            room_id=room_id,
            command=FILE,
            outcome="delivered",
            file=name,
        ),
    )


def _post(context: Context, row: OutboxRow, destination: Destination, upload: FileUpload | None) -> Posted:
    known = destination.room_id is not None
    return context.webex.post(
        room_id=destination.room_id,
        person_id=None if known else destination.person_id,
        email=None if known or destination.person_id else destination.email,
        markdown=row.markdown,
        parent_id=row.parent_id,
        upload=upload,
    )


def _change(context: Context, row: OutboxRow) -> None:
    with context.database.read() as session:
        about = session.get_one(OutboxRow, row.about_id)
    if about.message_id is None or about.room_id is None:
        with context.database.write() as session:
            outbox.drop(session, row, context.now())
        return
    context.webex.edit(about.message_id, about.room_id, row.markdown)
    with context.database.write() as session:
        outbox.delivered(session, row, context.now(), about.message_id, about.room_id)


def _say_in_public(context: Context, row: OutboxRow, markdown: str) -> None:
    """Say what anybody may read, without the file."""
    with context.database.write() as session:
        outbox.say_instead(session, row, markdown, context.now())


def _send_privately(context: Context, row: OutboxRow) -> None:
    """Send what is personal to the asker alone; the group hears what anybody may read, or that it was sent."""
    now = context.now()
    if row.person_id is None:
        raise ValueError(f"outbox row {row.id} is personal and names nobody to send it to instead")
    with context.database.write() as session:
        outbox.say_instead(session, row, row.public_markdown or access.sent_privately(), now)
        outbox.send(
            session,
            Address(person_id=row.person_id),
            Draft(
                row.markdown,
                attachment_id=row.attachment_id,
                personal=True,
                enterprise_id=row.enterprise_id,
                person_id=row.person_id,
                origin_id=row.destination_id,
            ),
            now,
        )


def _again(context: Context, row: OutboxRow, failure: Exception) -> None:
    now = context.now()
    with context.database.write() as session:
        if now - row.created_at > outbox.GIVE_UP_AFTER:
            log.error("outbox row %d given up after a day: %s", row.id, failure)
            outbox.give_up(session, row, now, str(failure))
        else:
            log.warning("outbox row %d: %s", row.id, failure)
            outbox.retry(session, row, now + pause(row.failures, failure), str(failure))


def _rejected(context: Context, row: OutboxRow, rejected: Rejected) -> None:
    now = context.now()
    with context.database.write() as session:
        if row.parent_id is not None and rejected.status in (400, 404):
            log.info("outbox row %d is sent again outside its thread: %s", row.id, rejected)
            outbox.without_thread(session, row, now)
            return
        log.error("outbox row %d given up: %s", row.id, rejected)
        outbox.give_up(session, row, now, str(rejected))
        if row.origin_id is not None:
            outbox.post(session, row.origin_id, Draft(access.cannot_reach()), now)
