"""Handles events about spaces: the bot is added or removed, or a space gets a new id."""

import logging
from datetime import timedelta

from bot.jobs.engine.context import Context
from bot.replies import access as replies
from bot.webex.errors import Rejected
from storage import admins, audit, destinations, inbox, outbox, rights, spaces
from storage.models import InboxRow
from storage.values.messages import Address, Draft
from storage.values.records import AuditEntry, Claim, Identity
from storage.values.webex_ids import same

log = logging.getLogger(__name__)

RESOURCES = ("memberships", "rooms")
"""What Webex names the events that are about a space."""

REPEAT_AFTER = timedelta(minutes=1)
"""Minimum time between two greetings to one person, who may add the bot to many spaces."""


def handle(context: Context, row: InboxRow) -> bool:
    """Handle an event about a space; return False for other events, and for those that are not about the bot."""
    match row.resource, row.event:
        case "memberships", "created" if same(row.person_id, context.me().person_id):
            _greet(context, row)
        case "memberships", "deleted" if same(row.person_id, context.me().person_id):
            _forget(context, row)
        case "rooms", "migrated":
            _move(context, row)
        case _:
            return False
    return True


def _greet(context: Context, row: InboxRow) -> None:
    """Greet a group space: tell admins how to use the bot there, and others who can add them."""
    claim = Claim(row.id, row.attempt)
    adder = None if context.webex.is_direct(row.room_id) else _adder(context, row)
    now = context.now()
    with context.database.write() as session:
        inbox.end(session, claim, inbox.DONE if adder else inbox.DROPPED)
        # The person who adds the bot again may be another than the one it was trusted for, and Webex may not have
        # told that the bot was removed before.
        spaces.trust(session, row.room_id, on=False)
        if adder is None:
            return
        destinations.lock(session, Address(person_id=adder.person_id))
        if audit.has_outcome(session, adder.person_id, audit.GREETED, now - REPEAT_AFTER):
            return
        known = rights.find(session, adder)
        if known.operator or known.enterprise_ids:
            greeting = replies.welcome(operator=known.operator)
        else:
            greeting = replies.stranger_space([operator.email for operator in admins.operators(session)])
        outbox.send(session, Address(row.room_id), Draft(greeting), now)
        audit.add(session, AuditEntry(now, None, audit.GREETED, adder.person_id, adder.email, row.room_id))


def _adder(context: Context, row: InboxRow) -> Identity | None:
    """Return who added the bot to a space; None if the bot is no longer there."""
    try:
        member = context.webex.member(row.room_id, row.actor_id) if row.actor_id else None
    except Rejected as rejected:
        log.info("the bot is not in space %s any more: %s", row.room_id, rejected)
        return None
    if member is None:
        return Identity(row.actor_id or "nobody", "")
    return member


def _forget(context: Context, row: InboxRow) -> None:
    """End a space's link, notices and trust, if the bot is not in it: an old event can be sent again."""
    try:
        is_member = context.webex.member(row.room_id, row.person_id) is not None
    except Rejected:
        is_member = False
    with context.database.write() as session:
        inbox.end(session, Claim(row.id, row.attempt), inbox.DROPPED if is_member else inbox.DONE)
        if not is_member and spaces.forget(session, row.room_id):
            log.info("space %s is no longer linked to an enterprise, because the bot was removed from it", row.room_id)


def _move(context: Context, row: InboxRow) -> None:
    """Follow a space to its new id. The event does not name the old one, but both end in the same part."""
    with context.database.write() as session:
        inbox.end(session, Claim(row.id, row.attempt), inbox.DONE)
        for old in spaces.other_ids(session, row.data_id):
            spaces.change_room_id(session, old, row.data_id)
            destinations.change_room_id(session, old, row.data_id)
            log.info("space %s has the id %s now", old, row.data_id)
