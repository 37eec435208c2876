"""From a message to its answer: who asks, which command, whether they may, and what came of it."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.chat import command_line
from bot.chat.command import Command, Request
from bot.chat.command_line import CommandLine
from bot.chat.message import Message, PendingMessage, Refusal, Reply
from bot.commands import COMMANDS
from bot.dispatch import access, rate_limits
from bot.dispatch.outcome import Decision, record_outcome
from bot.replies import access as replies
from bot.settings.load import Settings
from storage import enterprises, rights
from storage.engine.database import Database

ORG_KEPT = timedelta(days=1)
"""How long somebody's organization is not asked for again."""


def answer(database: Database, settings: Settings, pending: PendingMessage, now: datetime) -> None:
    """Work out the answer to a message and write it, with its audit row and the end of its inbox row.

    A command that only reads runs in a snapshot of its own; any other inside the transaction that writes.
    """
    words = command_line.parse(pending.message.text)
    command = _by_name(words.word)
    if command is None or command.only_reads(pending.message):
        with database.read() as session:
            decision = _decide(session, settings, pending, words, now)
        with database.write() as session:
            record_outcome(session, pending, decision, now)
    else:
        with database.write() as session:
            decision = _decide(session, settings, pending, words, now)
            record_outcome(session, pending, decision, now)


def wanting(database: Database, message: Message) -> Command | None:
    """The command where it wants more than the message, its file or who is mentioned, and the sender may run it."""
    command = _by_name(command_line.parse(message.text).word)
    if command is None or not command.wants_more(message):
        return None
    with database.read() as session:
        try:
            return access.grant(session, message, command.name, access.requester(session, message)[0]).command
        except Refusal:
            return None


def org_counts(database: Database, message: Message, now: datetime) -> bool:
    """Whether the sender's Webex organization decides what they may, and was not looked at lately."""
    with database.read() as session:
        return rights.needs_org_lookup(session, access.identity(message), now - ORG_KEPT)


def _by_name(word: str) -> Command | None:
    return next((command for command in COMMANDS if command.name == word), None)


def _decide(
    session: Session, settings: Settings, pending: PendingMessage, words: CommandLine, now: datetime
) -> Decision:
    message = pending.message
    requester, found = access.requester(session, message)
    decision = Decision(found, words, Reply(""))
    try:
        if not pending.already_waited:
            rate_limits.check_commands(session, requester, now)
        granted = access.grant(session, message, words.word, requester)
        if granted.enterprise is not None and not granted.command.only_reads(message):
            # Whoever takes rights or an enterprise away locks it first: by now that is done, or comes after this.
            enterprises.lock(session, granted.enterprise.id)
            requester, found = access.requester(session, message)
            granted = access.grant(session, message, words.word, requester)
        enterprise = granted.enterprise
        if pending.enterprise_id is not None and (enterprise is None or enterprise.id != pending.enterprise_id):
            raise Refusal(replies.changed_meanwhile())
        decision = Decision(found, words, Reply(""), enterprise, granted.command, granted.is_ambiguous)
        request = Request(
            message,
            words.arguments,
            requester,
            enterprise,
            access.allowed(requester),
            now,
            settings,
            pending.received_at,
            already_waited=pending.already_waited,
            progress_shown=pending.status_outbox_id is not None,
        )
        with nullcontext() if granted.command.only_reads(message) else session.begin_nested():
            outcome = granted.command.run(session, request)
            if isinstance(outcome, Reply) and outcome.attachment and enterprise and granted.command.exports:
                rate_limits.check_exports(session, requester, enterprise, now)
        return replace(decision, outcome=outcome)
    except Refusal as refusal:
        return replace(decision, outcome=refusal)
