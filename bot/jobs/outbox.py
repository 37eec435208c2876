"""Delivers the outbox to Webex. A personal message is shown in a space only if everybody there may read it."""

import logging
from dataclasses import replace

from bot.formatting.csv_file import opened
from bot.jobs import space_privacy
from bot.jobs.engine.context import Context
from bot.jobs.engine.job import Job
from bot.replies import delivery
from bot.webex.errors import AccessRefused, Rejected
from bot.webex.models import FileUpload, Posted
from storage import audit, destinations, outbox
from storage.models import AttachmentRow, OutboxRow
from storage.values.messages import Address, Destination, Draft
from storage.values.records import FILE, AuditEntry

log = logging.getLogger(__name__)


def work(context: Context, row: OutboxRow) -> None:
    """Deliver one message, or one edit of a message. Nothing is posted unless the token is a bot's."""
    context.me()
    if row.kind == outbox.EDIT:
        _edit(context, row)
        return
    with context.database.quick_read() as session:
        destination = destinations.get(session, row.destination_id)
    if row.personal and not destination.direct and not space_privacy.may_show_personal(context, row, destination):
        _redirect(context, row)
        return
    file = _file(context, row)
    posted = _post(context, row, destination, file)
    with context.database.write() as session:
        outbox.mark_delivered(session, row, context.now(), posted.message_id, posted.room_id)
        if destination.room_id is None:
            destinations.learn_room(session, destination.id, posted.room_id)
        if file is not None:
            person_id, email = row.person_id or destination.person_id or "", destination.email or ""
            entry = AuditEntry(context.now(), row.enterprise_id, "delivered", person_id, email, posted.room_id)
            audit.add(session, replace(entry, command=FILE, file=file.name))


def failed(context: Context, row: OutboxRow, error: Exception) -> bool:
    """Give up a message that Webex refuses, or that could not be delivered for a day.

    While Webex refuses the bot's token, all messages wait.
    """
    now = context.now()
    rejected = isinstance(error, Rejected)
    if isinstance(error, AccessRefused) or (not rejected and now - row.created_at <= outbox.GIVE_UP_AFTER):
        return False
    with context.database.write() as session:
        if isinstance(error, Rejected) and row.parent_id is not None and error.status in (400, 404):
            log.info("outbox row %d is sent again outside its thread: %s", row.id, error)
            outbox.retry_without_thread(session, row, now)
            return True
        log.error("gave up outbox row %d: %s", row.id, error)
        outbox.give_up(session, row, now, str(error))
        if rejected and row.origin_id is not None:
            outbox.post(session, row.origin_id, Draft(delivery.CANNOT_REACH), now)
    return True


def _file(context: Context, row: OutboxRow) -> FileUpload | None:
    if row.attachment_id is None:
        return None
    with context.database.read() as session:
        file = session.get_one(AttachmentRow, row.attachment_id)
    return FileUpload(file.name, lambda: opened(file.body))


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


def _edit(context: Context, row: OutboxRow) -> None:
    with context.database.read() as session:
        about = session.get_one(OutboxRow, row.about_id)
    if about.message_id is None or about.room_id is None:
        with context.database.write() as session:
            outbox.drop(session, row, context.now())
        return
    context.webex.edit(about.message_id, about.room_id, row.markdown)
    with context.database.write() as session:
        outbox.mark_delivered(session, row, context.now(), about.message_id, about.room_id)


def _redirect(context: Context, row: OutboxRow) -> None:
    """Send a personal message to the requester's 1:1 space; its own space hears what anybody may read."""
    if row.person_id is None and row.public_markdown is None:
        raise ValueError(f"outbox row {row.id} is personal and names nobody to send it to instead")
    now = context.now()
    with context.database.write() as session:
        outbox.replace_text(session, row, row.public_markdown or delivery.SENT_PRIVATELY, now)
        if row.person_id is None:
            return
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


JOB = Job(outbox.KIND, outbox.claim, work, outbox.next_due, lambda settings: settings.answer_threads, failed)
