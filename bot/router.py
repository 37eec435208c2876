"""From a message to its answer: who asks, which command, whether they may, and what came of it."""

from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot import access, limits, reporting
from bot.command import Command
from bot.commands import COMMANDS
from bot.confirming import UNCONFIRMED
from bot.message import Asked, Denial, Fresh, Heard, Limited, Message, Refusal, Reply, Unconfirmed, Wait
from bot.parsing import Typed, typed
from bot.posting import post, post_privately
from bot.replies import access as replies
from bot.replies import licenses
from bot.settings import Settings
from storage import audit, destinations, inbox, outbox, readings, rights, rosters
from storage.database import Database
from storage.messages import Address
from storage.records import Claim, Enterprise
from storage.rights import Rights

QUIET = timedelta(minutes=1)
"""How long nobody is told again that they may not."""

ORG_KEPT = timedelta(days=1)
"""How long somebody's organization is not asked for again."""

Outcome = Reply | Wait | Refusal


@dataclass(frozen=True, slots=True)
class Decision:
    """What came of a message, and for whom and about what, as the audit keeps it."""

    rights: Rights
    typed: Typed
    outcome: Outcome
    enterprise: Enterprise | None = None
    command: Command | None = None
    several: bool = False


def answer(
    database: Database,
    settings: Settings,
    heard: Heard,
    now: datetime,
) -> None:
    """Work out the answer to a message and write it, with its audit row and the end of its inbox row.

    A command that only reads runs in a snapshot of its own; any other inside the transaction that writes.
    """
    words = typed(heard.message.text)
    command = _by_name(words.word)
    if command is None or command.only_reads(heard.message):
        with database.read() as session:
            decision = _decide(session, settings, heard, words, now)
        with database.write() as session:
            _settle(session, heard, decision, now)
    else:
        with database.write() as session:
            decision = _decide(session, settings, heard, words, now)
            _settle(session, heard, decision, now)


def granted(database: Database, message: Message) -> Command | None:
    """The command that a message will have run; None where it is none, or the sender may not."""
    with database.read() as session:
        try:
            return access.grant(session, message, typed(message.text).word, access.asker(session, message)[0]).command
        except Refusal:
            return None


def org_counts(database: Database, message: Message, now: datetime) -> bool:
    """Whether the sender's Webex organization decides what they may, and was not looked at lately."""
    with database.read() as session:
        return rights.org_wanted(session, access.identity(message), now - ORG_KEPT)


def apologise(session: Session, message: Message, claim: Claim, error: str, now: datetime) -> None:
    """Set a message aside that failed again and again, and say so once."""
    inbox.end(session, claim, inbox.FAILED, error=error)
    post(session, message, Reply(replies.apology()), now)


def _by_name(word: str) -> Command | None:
    return next((command for command in COMMANDS if command.name == word), None)


def _decide(session: Session, settings: Settings, heard: Heard, words: Typed, now: datetime) -> Decision:
    message = heard.message
    asker, found = access.asker(session, message)
    decision = Decision(found, words, Reply(""))
    try:
        if not heard.waited:
            limits.check_commands(session, asker, now)
        granted = access.grant(session, message, words.word, asker)
        decision = replace(decision, enterprise=granted.enterprise, command=granted.command, several=granted.several)
        asked = Asked(
            message,
            words.rest,
            asker,
            granted.enterprise,
            access.allowed(asker),
            now,
            settings,
            heard.received_at,
            waited=heard.waited,
            told=heard.status_outbox_id is not None,
        )
        with nullcontext() if granted.command.only_reads(message) else session.begin_nested():
            outcome = granted.command.run(session, asked)
            if isinstance(outcome, Reply) and outcome.attachment and granted.enterprise:
                limits.check_exports(session, asker, granted.enterprise, now)
        return replace(decision, outcome=outcome)
    except Refusal as refusal:
        return replace(decision, outcome=refusal)


def _settle(session: Session, heard: Heard, decision: Decision, now: datetime) -> None:
    message, outcome = heard.message, decision.outcome
    if decision.rights.news:
        rights.learn(session, access.identity(message), decision.rights, now)
    if isinstance(outcome, Wait):
        _wait(session, heard, outcome, decision.enterprise, now)
        return
    # Before anything is said, as a roster that was read ends events first and then changes what was said of them.
    inbox.end(session, heard.claim, inbox.DONE)
    if heard.timed_out and heard.status_outbox_id is not None:
        outbox.edit(session, heard.status_outbox_id, licenses.too_long(), now, last=True)
    detail, file = _say(session, message, decision, now)
    audit.add(
        session,
        now=now,
        enterprise_id=decision.enterprise.id if decision.enterprise else None,
        person_id=message.person_id,
        email=message.person_email,
        room_id=message.room_id,
        command=decision.typed.word,
        arguments=decision.typed.rest,
        outcome=_OUTCOMES[type(outcome)],
        detail=detail,
        file=file,
    )
    reporting.report(session, message, decision.rights, now)


def _say(session: Session, message: Message, decision: Decision, now: datetime) -> tuple[str, str | None]:
    """Tell what came of it; what the audit notes of that, and the name of the file."""
    outcome, enterprise = decision.outcome, decision.enterprise
    if isinstance(outcome, Denial):
        return _deny(session, message, outcome, now), None
    reply = Reply(outcome.markdown, personal=outcome.personal) if isinstance(outcome, Refusal) else outcome
    if isinstance(reply, Reply):
        markdown = reply.markdown
        if message.files and not (decision.command and decision.command.takes_file):
            markdown = replies.file_unused(markdown)
        if enterprise is not None and decision.several:
            markdown = replies.speaks_for(markdown, enterprise)
        reply = replace(reply, markdown=markdown)
        post(session, message, reply, now, enterprise)
        return reply.noted, reply.attachment.name if reply.attachment else None
    raise TypeError("what is waited for is not told")


def _deny(session: Session, message: Message, denial: Denial, now: datetime) -> str:
    """Tell somebody in private that they may not, unless that was said just before; what is noted of it."""
    destinations.lock(session, Address(person_id=message.person_id))
    if audit.has(session, message.person_id, _OUTCOMES[Denial], now - QUIET):
        return "not told again"
    post_privately(session, message, denial.markdown, now)
    return ""


def _wait(session: Session, heard: Heard, outcome: Wait, enterprise: Enterprise | None, now: datetime) -> None:
    if enterprise is None:
        raise LookupError("a command that speaks for no enterprise has nothing to wait for")
    if outcome.fresh is Fresh.READING:
        inbox.wait(session, heard.claim, outcome.until, reading_id=readings.want(session, enterprise.id, now))
        return
    roster_id = rosters.want(session, enterprise.id, now, whole=outcome.fresh is Fresh.WHOLE_ROSTER)
    said = None if outcome.meanwhile is None else post(session, heard.message, Reply(outcome.meanwhile), now)
    inbox.wait(session, heard.claim, outcome.until, roster_id=roster_id, status_outbox_id=said)


_OUTCOMES: dict[type, str] = {
    Reply: "answered",
    Refusal: "refused",
    Denial: "denied",
    Limited: audit.LIMITED,
    Unconfirmed: UNCONFIRMED,
}
