"""Reads from Webex what was typed, and what an answer needs besides: the sender, the file, the people mentioned."""

import logging
from dataclasses import replace
from datetime import timedelta

from bot.chat.message import MAX_FILE_BYTES, FileUnreadable, Message
from bot.dispatch.pending_request import Detail
from bot.jobs import organizations
from bot.jobs.engine.context import Context
from bot.webex.bots import is_bot
from bot.webex.errors import Rejected, TooLarge, Unavailable
from bot.webex.mentions import command_text, is_mentioned, names_behind, others_mentioned, words_behind
from bot.webex.models import Account, SpaceMessage
from storage.models import InboxRow
from storage.values.records import Identity
from storage.values.webex_ids import same

log = logging.getLogger(__name__)

MAX_PEOPLE = 10
"""How many people mentioned in one message are looked up: each is one call to Webex."""

FIND_WITHIN = timedelta(seconds=30)
"""How long a message is looked for that Webex does not show yet: its event can be faster than the message."""

KEEP_NAME_FOR = timedelta(minutes=1)
"""How long the bot's name is known if a message shows none of its names: an operator may have renamed the bot."""

_UNSAFE = (410, 428)
"""HTTP statuses of a file with malware, and of one that cannot be scanned for it (Webex's attachments guide)."""


def is_readable(context: Context, row: InboxRow) -> bool:
    """Return whether an event is about a new message that the bot has not written itself."""
    return row.resource == "messages" and row.event == "created" and not same(row.person_id, context.me().person_id)


def read(context: Context, row: InboxRow) -> Message | None:
    """Return the message of an event; None if it is not for the bot, or is gone."""
    me = context.me()
    if not is_readable(context, row):
        return None
    try:
        found = context.webex.message(row.data_id)
    except Rejected as rejected:
        if rejected.status != 404 or context.now() - row.received_at > FIND_WITHIN:
            log.info("message %s cannot be read: %s", row.data_id, rejected)
            return None
        raise Unavailable("the message is not there yet") from rejected
    if same(found.person_id, me.person_id) or is_bot(found.person_email):
        return None
    direct = found.room_type == "direct"
    mentioned = is_mentioned(found.mentioned_people, found.html, me.person_id)
    if not direct and not mentioned:
        log.info("message %s does not mention the bot", row.data_id)
        return None
    command = _command_text(context, found, mentioned)
    return Message(
        id=found.id,
        room_id=found.room_id,
        direct=direct,
        sender=Identity(found.person_id, found.person_email),
        text=command,
        parent_id=found.parent_id,
        mentioned=others_mentioned(found.mentioned_people, found.html, me.person_id),
        names_behind=names_behind(command, found.html, me.person_id),
        words_behind=words_behind(found.html, me.person_id),
        files=found.files,
        written_at=found.created,
        age_when_read=timedelta() if found.created is None else max(context.webex.now() - found.created, timedelta()),
    )


def with_detail(context: Context, message: Message, detail: Detail) -> Message:
    """Return the message with what Webex says of its sender, its file, or the people it mentions."""
    match detail:
        case Detail.ORGANIZATION:
            found = organizations.with_organization(context, message.sender.person_id, message.room_id)
            return replace(message, sender=replace(message.sender, org_id=found.org_id))
        case Detail.FILE:
            return replace(message, file=_downloaded(context, message.files[0]))
        case Detail.PEOPLE:
            people = (_person(context, person_id) for person_id in message.mentioned[:MAX_PEOPLE])
            return replace(message, people=tuple(person for person in people if person is not None))


def _command_text(context: Context, message: SpaceMessage, mentioned: bool) -> str:
    """Return what a message tells the bot to do. If it shows none of the bot's names, ask Webex for them again."""

    def read_as(me: Account) -> str:
        names = (*me.names, me.email) if mentioned else ()
        return command_text(message.text, message.html, me.person_id, names)

    text = read_as(context.me())
    if mentioned and text == message.text.strip():
        text = read_as(context.me(max_age=KEEP_NAME_FOR))
    return text


def _person(context: Context, person_id: str) -> Identity | None:
    try:
        person = context.webex.person(person_id)
    except Rejected as rejected:
        log.warning("a mentioned person cannot be read: %s", rejected)
        return None
    return person if person.email else None


def _downloaded(context: Context, address: str) -> bytes | FileUnreadable:
    try:
        return context.webex.file(address, MAX_FILE_BYTES)
    except TooLarge:
        return FileUnreadable.TOO_LARGE
    except Rejected as rejected:
        log.warning("a file cannot be read: %s", rejected)
        return FileUnreadable.UNSAFE if rejected.status in _UNSAFE else FileUnreadable.GONE
