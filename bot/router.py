"""From a message to its answer: who asks, which command, whether they may, and what came of it."""

from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot import policy
from bot.command import Command
from bot.commands import COMMANDS
from bot.message import Asked, Asker, Denial, Fresh, Heard, Message, Refusal, Reply, Wait
from bot.nearest import nearest
from bot.parsing import Typed, typed
from bot.posting import post, post_privately
from bot.replies import access, licenses
from bot.settings import Settings
from storage import admins, audit, enterprises, inbox, outbox, readings, rosters
from storage.database import Database
from storage.records import Claim, Enterprise

Outcome = Reply | Wait | Refusal


@dataclass(frozen=True, slots=True)
class Decision:
    """What came of a message, and for whom and about what, as the audit keeps it."""

    asker: Asker
    unlearned: bool
    typed: Typed
    outcome: Outcome
    enterprise: Enterprise | None = None


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


def wants_file(database: Database, message: Message) -> bool:
    """Whether the command takes the one file that came with the message, and whoever sent it may run it."""
    words = typed(message.text)
    command = _by_name(words.word)
    if command is None or not command.takes_file or len(message.files) != 1:
        return False
    with database.read() as session:
        try:
            _command(session, message, words, _asker(session, message)[0])
        except Refusal:
            return False
    return True


def apologise(session: Session, message: Message, claim: Claim, error: str, now: datetime) -> None:
    """Set a message aside that failed again and again, and say so once."""
    inbox.end(session, claim, inbox.FAILED, error=error)
    post(session, message, Reply(access.apology()), now)


def _by_name(word: str) -> Command | None:
    return next((command for command in COMMANDS if command.name == word), None)


def _decide(session: Session, settings: Settings, heard: Heard, words: Typed, now: datetime) -> Decision:
    message = heard.message
    asker, unlearned = _asker(session, message)
    decision = Decision(asker, unlearned, words, Reply(""))
    try:
        command, enterprise = _command(session, message, words, asker)
        decision = replace(decision, enterprise=enterprise)
        asked = Asked(
            message,
            words.rest,
            asker,
            enterprise,
            _allowed(asker),
            now,
            settings,
            heard.received_at,
            waited=heard.waited,
            told=heard.status_outbox_id is not None,
        )
        with nullcontext() if command.only_reads(message) else session.begin_nested():
            return replace(decision, outcome=command.run(session, asked))
    except Refusal as refusal:
        return replace(decision, outcome=refusal)


def _asker(session: Session, message: Message) -> tuple[Asker, bool]:
    """Who sent a message, and whether they are still to be learned by their id."""
    rights = admins.rights(session, message.person_id, message.person_email)
    return Asker(message.person_id, message.person_email, rights.operator, rights.enterprise_ids), rights.unlearned


def _allowed(asker: Asker) -> tuple[Command, ...]:
    return tuple(command for command in COMMANDS if policy.may_run(asker, command))


def _command(session: Session, message: Message, words: Typed, asker: Asker) -> tuple[Command, Enterprise | None]:
    """The command, and the enterprise it is to speak for; raises Refusal where there is none, or it is not for them."""
    allowed = _allowed(asker)
    if not allowed:
        raise Denial(access.stranger([operator.email for operator in admins.operators(session)]))
    command = next((command for command in allowed if command.name == words.word), None)
    if command is None:
        raise Refusal(access.unknown(words.word, nearest(words.word, [each.name for each in allowed])))
    return command, _enterprise(session, asker) if command.needs_enterprise(message) else None


def _enterprise(session: Session, asker: Asker) -> Enterprise:
    """The one enterprise that a command of theirs can speak for."""
    choices = enterprises.all_of(session, None if asker.operator else asker.enterprise_ids)
    if len(choices) == 1:
        return choices[0]
    raise Denial(access.which([choice.key for choice in choices]) if choices else access.no_enterprise())


def _settle(session: Session, heard: Heard, decision: Decision, now: datetime) -> None:
    message, outcome = heard.message, decision.outcome
    if decision.unlearned:
        admins.learn(session, message.person_id, message.person_email)
    if isinstance(outcome, Wait):
        _wait(session, heard, outcome, decision.enterprise, now)
        return
    # Before anything is said, as a roster that was read ends events first and then changes what was said of them.
    inbox.end(session, heard.claim, inbox.DONE)
    if heard.timed_out and heard.status_outbox_id is not None:
        outbox.edit(session, heard.status_outbox_id, licenses.too_long(), now, last=True)
    if isinstance(outcome, Reply):
        post(session, message, outcome, now, decision.enterprise)
    elif isinstance(outcome, Denial):
        post_privately(session, message, outcome.markdown, now)
    else:
        post(session, message, Reply(outcome.markdown, personal=outcome.personal), now, decision.enterprise)
    audit.add(
        session,
        now=now,
        enterprise_id=decision.enterprise.id if decision.enterprise else None,
        person_id=decision.asker.person_id,
        email=decision.asker.email,
        room_id=message.room_id,
        command=decision.typed.word,
        arguments=decision.typed.rest,
        outcome=_OUTCOMES[type(outcome)],
        detail=_detail(outcome) if isinstance(outcome, Reply) else "",
    )


def _detail(reply: Reply) -> str:
    """What is noted of a reply, with the name under which the delivery of its file will be found."""
    noted = [reply.noted, reply.attachment.name if reply.attachment else ""]
    return ", ".join(filter(None, noted))


def _wait(session: Session, heard: Heard, outcome: Wait, enterprise: Enterprise | None, now: datetime) -> None:
    if enterprise is None:
        raise LookupError("a command that speaks for no enterprise has nothing to wait for")
    if outcome.fresh is Fresh.READING:
        inbox.wait(session, heard.claim, outcome.until, reading_id=readings.want(session, enterprise.id, now))
        return
    roster_id = rosters.want(session, enterprise.id, now, whole=outcome.fresh is Fresh.WHOLE_ROSTER)
    said = None if outcome.meanwhile is None else post(session, heard.message, Reply(outcome.meanwhile), now)
    inbox.wait(session, heard.claim, outcome.until, roster_id=roster_id, status_outbox_id=said)


_OUTCOMES: dict[type, str] = {Reply: "answered", Refusal: "refused", Denial: "denied"}
