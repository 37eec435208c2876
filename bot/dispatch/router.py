"""From a message to its answer: who asks, which command, whether they may, and what came of it."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.chat.command import Command
from bot.chat.command_line import Typed, typed
from bot.chat.message import Asked, Heard, Message, Refusal, Reply
from bot.commands import COMMANDS
from bot.dispatch import access, rate_limits
from bot.dispatch.outcome import Decision, settle
from bot.replies import access as replies
from bot.settings.load import Settings
from storage import enterprises, rights
from storage.engine.database import Database

ORG_KEPT = timedelta(days=1)
"""How long somebody's organization is not asked for again."""


def answer(database: Database, settings: Settings, heard: Heard, now: datetime) -> None:
    """Work out the answer to a message and write it, with its audit row and the end of its inbox row.

    A command that only reads runs in a snapshot of its own; any other inside the transaction that writes.
    """
    words = typed(heard.message.text)
    command = _by_name(words.word)
    if command is None or command.only_reads(heard.message):
        with database.read() as session:
            decision = _decide(session, settings, heard, words, now)
        with database.write() as session:
            settle(session, heard, decision, now)
    else:
        with database.write() as session:
            decision = _decide(session, settings, heard, words, now)
            settle(session, heard, decision, now)


def wanting(database: Database, message: Message) -> Command | None:
    """The command where it wants more than the message, its file or who is mentioned, and the sender may run it."""
    command = _by_name(typed(message.text).word)
    if command is None or not command.wants_more(message):
        return None
    with database.read() as session:
        try:
            return access.grant(session, message, command.name, access.asker(session, message)[0]).command
        except Refusal:
            return None


def org_counts(database: Database, message: Message, now: datetime) -> bool:
    """Whether the sender's Webex organization decides what they may, and was not looked at lately."""
    with database.read() as session:
        return rights.org_wanted(session, access.identity(message), now - ORG_KEPT)


def _by_name(word: str) -> Command | None:
    return next((command for command in COMMANDS if command.name == word), None)


def _decide(session: Session, settings: Settings, heard: Heard, words: Typed, now: datetime) -> Decision:
    message = heard.message
    asker, found = access.asker(session, message)
    decision = Decision(found, words, Reply(""))
    try:
        if not heard.waited:
            rate_limits.check_commands(session, asker, now)
        granted = access.grant(session, message, words.word, asker)
        if granted.enterprise is not None and not granted.command.only_reads(message):
            # Whoever takes rights or an enterprise away locks it first: by now that is done, or comes after this.
            enterprises.lock(session, granted.enterprise.id)
            asker, found = access.asker(session, message)
            granted = access.grant(session, message, words.word, asker)
        enterprise = granted.enterprise
        if heard.enterprise_id is not None and (enterprise is None or enterprise.id != heard.enterprise_id):
            raise Refusal(replies.changed_meanwhile())
        decision = Decision(found, words, Reply(""), enterprise, granted.command, granted.several)
        asked = Asked(
            message,
            words.rest,
            asker,
            enterprise,
            access.allowed(asker),
            now,
            settings,
            heard.received_at,
            waited=heard.waited,
            told=heard.status_outbox_id is not None,
        )
        with nullcontext() if granted.command.only_reads(message) else session.begin_nested():
            outcome = granted.command.run(session, asked)
            if isinstance(outcome, Reply) and outcome.attachment and enterprise and granted.command.exports:
                rate_limits.check_exports(session, asker, enterprise, now)
        return replace(decision, outcome=outcome)
    except Refusal as refusal:
        return replace(decision, outcome=refusal)
