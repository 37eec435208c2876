"""Puts replies and status messages into the outbox: where the request was made, or for the requester alone."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.chat.message import Message, Reply
from bot.replies import sync_ended
from bot.replies.sync import Standing, progress
from bot.syncs import timing
from storage import destinations, enterprises, history, outbox, queues, syncs
from storage.values.messages import Address, Draft
from storage.values.records import ACTIVE, Sync


def post(
    session: Session,
    message: Message,
    reply: Reply,
    now: datetime,
    enterprise_id: int | None = None,
    turn: int | None = None,
) -> int:
    """Put a reply into the outbox; return its row's id. Only people of the enterprise that it is about may get it.

    `turn` is that of the message; without it, the reply takes that of the enterprise.
    """
    attachment = reply.attachment
    draft = Draft(
        reply.markdown,
        parent_id=message.thread,
        attachment_id=outbox.attach(session, attachment.name, attachment.compressed) if attachment else None,
        personal=reply.personal,
        enterprise_id=enterprise_id or reply.audit_enterprise_id,
        person_id=message.sender.person_id,
        for_operators=reply.for_operators,
        turn=turn,
    )
    outbox_id = outbox.send(session, _space(message), draft, now)
    if reply.status_of_sync is not None:
        syncs.show_status(session, reply.status_of_sync, outbox_id)
    for sync in reply.changed_syncs:
        update_status_message(session, sync, now)
    return outbox_id


def post_privately(session: Session, message: Message, markdown: str, now: datetime, turn: int | None = None) -> None:
    """Say something in the sender's 1:1 space, whatever space the message is in."""
    if message.direct:
        post(session, message, Reply(markdown), now, turn=turn)
        return
    draft = Draft(markdown, origin_id=destinations.ensure(session, _space(message)), turn=turn)
    outbox.send(session, Address(person_id=message.sender.person_id), draft, now)


def tell_admin(session: Session, person_id: str, enterprise_id: int, markdown: str, now: datetime) -> None:
    """Tell an admin something about their enterprise, in 1:1. It is not delivered if they have lost their rights."""
    draft = Draft(markdown, personal=True, enterprise_id=enterprise_id, person_id=person_id, is_notice=True)
    outbox.send(session, Address(person_id=person_id), draft, now)


def _space(message: Message) -> Address:
    return Address(message.room_id, message.sender.person_id if message.direct else None, direct=message.direct)


def show_head(session: Session, head: Sync | None, now: datetime) -> None:
    """Edit the status message of a sync that is the head of its queue from now on.

    If the sync was tried before, its message says what it waits for, which stays true.
    """
    if head is not None and head.waits_for is None:
        update_status_message(session, head, now)


def update_status_message(session: Session, sync: Sync, now: datetime) -> None:
    """Edit the status message of a sync, if it has one, to say how the sync stands now."""
    if sync.status_outbox_id is None:
        return
    enterprise = enterprises.get(session, sync.enterprise_id)
    if sync.state not in ACTIVE:
        outbox.edit(session, sync.status_outbox_id, sync_ended.final(sync, enterprise, now), now, last=True)
        return
    estimate = timing.estimate(*history.past_durations(session, enterprise.id, sync.cluster_id))
    standing = Standing(sync, enterprise, queues.place(session, sync), estimate, named=False)
    outbox.edit(session, sync.status_outbox_id, progress(standing, now), now)
