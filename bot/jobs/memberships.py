"""What happens to spaces themselves: the bot comes, goes, or finds a space under another id."""

import logging
from datetime import timedelta

from bot.jobs.engine.context import Context
from bot.replies import access as replies
from bot.webex.errors import Rejected
from storage import admins, audit, destinations, inbox, outbox, rights, spaces
from storage.models import InboxRow
from storage.values.messages import Address, Draft
from storage.values.records import AuditEntry, Claim, Identity

log = logging.getLogger(__name__)

REPEAT_AFTER = timedelta(minutes=1)
"""How long nobody is greeted again who takes the bot from space to space."""


def handle(context: Context, row: InboxRow) -> bool:
    """Do what an event of a space asks for; False where it is none, or is not about the bot."""
    match row.resource, row.event:
        case "memberships", "created" if row.person_id == context.me().person_id:
            _greet(context, row)
        case "memberships", "deleted" if row.person_id == context.me().person_id:
            _forget(context, row)
        case "rooms", "migrated":
            _move(context, row)
        case _:
            return False
    return True


def _greet(context: Context, row: InboxRow) -> None:
    """Say in a group who may use the bot, or how, by who has brought it there."""
    claim = Claim(row.id, row.attempt)
    who = None if context.webex.is_direct(row.room_id) else _actor(context, row)
    now = context.now()
    with context.database.write() as session:
        inbox.end(session, claim, inbox.DONE if who else inbox.DROPPED)
        # Who brings it back need not be who had it trusted, and Webex may not have told that it was taken out.
        spaces.trust(session, row.room_id, on=False)
        if who is None:
            return
        destinations.lock(session, Address(person_id=who.person_id))
        if audit.has_outcome(session, who.person_id, audit.GREETED, now - REPEAT_AFTER):
            return
        found = rights.find(session, who)
        if found.operator or found.enterprise_ids:
            said = replies.welcome(operator=found.operator)
        else:
            said = replies.stranger_space([operator.email for operator in admins.operators(session)])
        outbox.send(session, Address(row.room_id), Draft(said), now)
        audit.add(
            session,
            AuditEntry(
                at=now,
                enterprise_id=None,
                person_id=who.person_id,
                email=who.email,
                room_id=row.room_id,
                outcome=audit.GREETED,
            ),
        )


def _actor(context: Context, row: InboxRow) -> Identity | None:
    """Who has brought the bot into a space; None where neither they nor the bot are there any more."""
    try:
        member = context.webex.member(row.room_id, row.actor_id) if row.actor_id else None
    except Rejected as rejected:
        log.info("the bot is not in space %s any more: %s", row.room_id, rejected)
        return None
    if member is None:
        return Identity(row.actor_id or "nobody", "")
    return member


def _forget(context: Context, row: InboxRow) -> None:
    """Tie a space to no enterprise any more in which the bot really is no more: old events can be sent again."""
    try:
        there = context.webex.member(row.room_id, row.person_id) is not None
    except Rejected:
        there = False
    with context.database.write() as session:
        inbox.end(session, Claim(row.id, row.attempt), inbox.DROPPED if there else inbox.DONE)
        if not there and spaces.forget(session, row.room_id):
            log.info("space %s is tied to no enterprise any more, since the bot was taken out of it", row.room_id)


def _move(context: Context, row: InboxRow) -> None:
    """Know a space by its new id, in which the last part of the old one returns; nothing says which that was."""
    with context.database.write() as session:
        inbox.end(session, Claim(row.id, row.attempt), inbox.DONE)
        for old in spaces.other_ids(session, row.data_id):
            spaces.change_room_id(session, old, row.data_id)
            destinations.change_room_id(session, old, row.data_id)
            log.info("space %s is known as %s from now on", old, row.data_id)
