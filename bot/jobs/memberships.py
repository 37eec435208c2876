"""Handles events about spaces: the bot is added or removed, or a space gets a new id."""

import logging

from bot.dispatch import silence
from bot.jobs import hearing
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


def handle(context: Context, row: InboxRow) -> bool:
    """Handle an event about a space; return False for other events, and for those that are not about the bot."""
    match row.resource, row.event:
        case "memberships", "created" if same(row.person_id, context.me().person_id):
            _added(context, row)
        case "memberships", "deleted" if same(row.person_id, context.me().person_id):
            _forget(context, row)
        case "rooms", "migrated":
            _move(context, row)
        case _:
            return False
    return True


def _added(context: Context, row: InboxRow) -> None:
    """End the trust in a space to which the bot was added, and greet it, unless its adder was greeted just before."""
    # The space may have been trusted for other people than the one who adds the bot now, and Webex may not have told
    # that the bot was removed before.
    with context.database.write() as session:
        spaces.trust(session, row.room_id, on=False)
    hearing.hear(context, row, row.actor_id, lambda: _greet(context, row), audit.GREETED)


def _greet(context: Context, row: InboxRow) -> None:
    """Greet a group space: tell admins how to use the bot there, and others who can add them."""
    claim = Claim(row.id, row.attempt)
    try:
        adder = _adder(context, row)
    except Rejected as rejected:
        log.info("the bot is not in space %s any more: %s", row.room_id, rejected)
        with context.database.write() as session:
            inbox.end(session, claim, inbox.DROPPED)
            hearing.leave_unheard(session, row.actor_id, context.now())
        return
    now = context.now()
    with context.database.write() as session:
        inbox.end(session, claim, inbox.DONE if adder else inbox.DROPPED)
        if adder is None or not silence.begin(session, adder, audit.GREETED, now, now + silence.REPEAT_AFTER):
            return
        known = rights.find(session, adder)
        if known.has_any:
            greeting = replies.welcome(operator=known.operator)
        else:
            greeting = replies.stranger_space([operator.email for operator in admins.operators(session)])
        outbox.send(session, Address(row.room_id), Draft(greeting, is_notice=True), now)
        audit.add(session, AuditEntry(now, None, audit.GREETED, adder.person_id, adder.email, row.room_id))


def _adder(context: Context, row: InboxRow) -> Identity | None:
    """Return who added the bot to a group space; None for a 1:1 space. Raise Rejected if the bot is no longer there."""
    found = context.webex.membership(row.room_id, row.actor_id) if row.actor_id else None
    if found is None or not found.room_type:
        is_direct = context.webex.is_direct(row.room_id)
    else:
        is_direct = found.room_type == "direct"
    if is_direct:
        return None
    return found.person if found else Identity(row.actor_id or "nobody", "")


def _forget(context: Context, row: InboxRow) -> None:
    """End a space's link, notices and trust, if the bot is not in it: an old event can be sent again."""
    claim = Claim(row.id, row.attempt)
    with context.database.quick_read() as session:
        is_known = spaces.find(session, row.room_id) is not None
    if not is_known:  # there is nothing to end, and a stranger may remove the bot from spaces without end
        with context.database.write() as session:
            inbox.end(session, claim, inbox.DROPPED)
        return
    try:
        is_member = context.webex.member(row.room_id, row.person_id) is not None
    except Rejected:
        is_member = False
    with context.database.write() as session:
        inbox.end(session, claim, inbox.DROPPED if is_member else inbox.DONE)
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
