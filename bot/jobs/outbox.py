"""Delivers the outbox to Webex: each message only to people who may read it at the moment of delivery."""

import logging
from dataclasses import replace

from sqlalchemy.orm import Session

from bot.formatting.csv_file import opened
from bot.jobs import space_privacy
from bot.jobs.engine.context import Context
from bot.jobs.engine.job import Job
from bot.jobs.recipient_rights import Reader, Verdict, reader_of
from bot.replies import delivery
from bot.services import unreachable
from bot.webex.errors import AccessRefused, Rejected
from bot.webex.models import FileUpload, Posted
from storage import audit, destinations, outbox, rights
from storage.models import AttachmentRow, OutboxRow
from storage.values.messages import Address, Destination, Draft
from storage.values.records import FILE, WITHHELD, AuditEntry

log = logging.getLogger(__name__)


def work(context: Context, row: OutboxRow) -> None:
    """Deliver one message, or one edit of a message. Nothing is posted unless the token is a bot's.

    A person who has lost their rights since the message was written gets no part of it.
    """
    context.me()
    with context.database.quick_read() as session:
        destination = destinations.get(session, row.destination_id)
        about = session.get_one(OutboxRow, row.about_id) if row.kind == outbox.EDIT else row
    reader = reader_of(context, about, destination)
    if row.kind == outbox.EDIT:
        _edit(context, row, about, reader if destination.direct else None)
    elif reader.verdict is not Verdict.ALLOWED and (destination.direct or row.person_id is None or not row.is_notice):
        _withhold(context, row, destination, reader)
    elif row.personal and not destination.direct and not space_privacy.may_show_personal(context, row, destination):
        if reader.verdict is Verdict.ALLOWED:
            _redirect(context, row)
        else:
            _withhold(context, row, destination, reader)
    else:
        _deliver(context, row, destination, reader)


def _deliver(context: Context, row: OutboxRow, destination: Destination, reader: Reader) -> None:
    file = _file(context, row)
    posted = _post(context, row, destination, reader, row.markdown, file)
    with context.database.write() as session:
        _mark_delivered(context, session, row, destination, posted)
        if file is not None:
            person_id, email = row.person_id or destination.person_id or "", destination.email or ""
            entry = AuditEntry(context.now(), row.enterprise_id, "delivered", person_id, email, posted.room_id)
            audit.add(session, replace(entry, command=FILE, file=file.name))


def _mark_delivered(
    context: Context, session: Session, row: OutboxRow, destination: Destination, posted: Posted, **said: str
) -> None:
    outbox.mark_delivered(session, row, context.now(), posted.message_id, posted.room_id, **said)
    if destination.room_id is None:
        destinations.learn_room(session, destination.id, posted.room_id)


def _withhold(context: Context, row: OutboxRow, destination: Destination, reader: Reader) -> None:
    """Keep back a message that its reader may not have.

    If there is a text that anybody may read, a group gets it if a person asked there, and so does a person in 1:1 that
    the bot does not know. Else the person who asked gets one line without data, and a notice is dropped.
    """
    text = None if destination.direct or row.person_id is None else row.public_markdown
    if destination.direct and reader.verdict is Verdict.UNKNOWN_PERSON and row.public_markdown is not None:
        text = delivery.without_names(row.public_markdown)
    if text is None and row.is_notice:
        _drop(context, row, row.enterprise_id, reader)
    else:
        _post_instead(context, row, destination, reader, text or delivery.NO_RIGHTS_ANY_MORE)


def _post_instead(context: Context, row: OutboxRow, destination: Destination, reader: Reader, markdown: str) -> None:
    """Post this text instead of a message. The message's own text and file are deleted."""
    posted = _post(context, row, destination, reader, markdown, None)
    with context.database.write() as session:
        _audit_withheld(context, session, row, row.enterprise_id, reader)
        _mark_delivered(context, session, row, destination, posted, markdown=markdown)


def _drop(context: Context, row: OutboxRow, enterprise_id: int | None, reader: Reader) -> None:
    with context.database.write() as session:
        _audit_withheld(context, session, row, enterprise_id, reader)
        outbox.withhold(session, row, context.now())


def _audit_withheld(
    context: Context, session: Session, row: OutboxRow, enterprise_id: int | None, reader: Reader
) -> None:
    file = session.get(AttachmentRow, row.attachment_id) if row.attachment_id is not None else None
    entry = AuditEntry(context.now(), enterprise_id, WITHHELD, reader.who.person_id, reader.who.email)
    audit.add(session, replace(entry, detail=reader.verdict, file=file.name if file else None))


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
        email = _unknown_address(session, row) if isinstance(error, Rejected) and error.status in (400, 404) else None
        if email is not None:
            log.warning("outbox row %d goes to an address that Webex does not know: %s", row.id, error)
            outbox.give_up_unreachable(session, row, now, str(error))
            unreachable.tell(session, email, now)
            return True
        log.error("gave up outbox row %d: %s", row.id, error)
        outbox.give_up(session, row, now, str(error))
        if rejected and row.origin_id is not None:
            outbox.post(session, row.origin_id, Draft(delivery.CANNOT_REACH), now)
    return True


def _unknown_address(session: Session, row: OutboxRow) -> str | None:
    """Return the address to which a row goes, if nobody who has written to the bot is known to have it."""
    email = destinations.get(session, row.destination_id).email
    return None if email is None or rights.person_at(session, email, row.enterprise_id) else email


def _file(context: Context, row: OutboxRow) -> FileUpload | None:
    if row.attachment_id is None:
        return None
    with context.database.read() as session:
        file = session.get_one(AttachmentRow, row.attachment_id)
    return FileUpload(file.name, lambda: opened(file.body))


def _post(
    context: Context, row: OutboxRow, destination: Destination, reader: Reader, markdown: str, upload: FileUpload | None
) -> Posted:
    room_id, person_id = destination.room_id, destination.person_id
    if destination.email is not None:
        # The address may belong to another person by now, and the space that was found for it to the person before.
        room_id, person_id = None, reader.who.person_id or None
    return context.webex.post(
        room_id=room_id,
        person_id=None if room_id else person_id,
        email=None if room_id or person_id else destination.email,
        markdown=markdown,
        parent_id=row.parent_id,
        upload=upload,
    )


def _edit(context: Context, row: OutboxRow, about: OutboxRow, reader: Reader | None) -> None:
    """Edit a message. `reader` is who reads it in 1:1."""
    if about.message_id is None or about.room_id is None:
        with context.database.write() as session:
            outbox.drop(session, row, context.now())
        return
    if reader is not None and reader.verdict is not Verdict.ALLOWED:
        _drop(context, row, about.enterprise_id, reader)
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
                for_operators=row.for_operators,
                is_notice=row.is_notice,
                turn=row.turn,
            ),
            now,
        )


JOB = Job(
    outbox.KIND, outbox.claim, work, outbox.next_due, lambda settings: settings.answer_threads, failed, in_turns=True
)
