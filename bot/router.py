"""From a message to its answer: who asks, which command, whether they may, and what came of it."""

from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot import policy
from bot.command import Command
from bot.commands import COMMANDS
from bot.message import Asked, Asker, Denial, Fresh, Message, Refusal, Reply, Wait
from bot.nearest import nearest
from bot.parsing import Typed, typed
from bot.replies import access
from bot.settings import Settings
from bot.showing import show
from storage import admins, audit, destinations, enterprises, inbox, outbox, readings, rosters, syncs
from storage.database import Database
from storage.records import Address, Claim, Draft, Enterprise

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
    message: Message,
    claim: Claim,
    now: datetime,
    *,
    waited: bool = False,
    told: bool = False,
) -> None:
    """Work out the answer to a message and write it, with its audit row and the end of its inbox row.

    A command that only reads runs in a snapshot of its own; any other inside the transaction that writes.
    """
    words = typed(message.text)
    command = _by_name(words.word)
    if command is None or command.only_reads(message):
        with database.read() as session:
            decision = _decide(session, settings, message, words, now, waited, told)
        with database.write() as session:
            _settle(session, message, claim, decision, now)
    else:
        with database.write() as session:
            decision = _decide(session, settings, message, words, now, waited, told)
            _settle(session, message, claim, decision, now)


def wants_file(database: Database, settings: Settings, message: Message, now: datetime) -> bool:
    """Whether the command takes the one file that came with the message, and whoever sent it may run it."""
    words = typed(message.text)
    command = _by_name(words.word)
    if command is None or not command.takes_file or len(message.files) != 1:
        return False
    with database.read() as session:
        try:
            _may_ask(session, settings, message, words, _asker(session, message)[0], now)
        except Refusal:
            return False
    return True


def apologise(session: Session, message: Message, claim: Claim, error: str, now: datetime) -> None:
    """Set a message aside that failed again and again, and say so once."""
    inbox.end(session, claim, inbox.FAILED, error=error)
    _post(session, message, Reply(access.apology()), now)


def _by_name(word: str) -> Command | None:
    return next((command for command in COMMANDS if command.name == word), None)


def _decide(
    session: Session, settings: Settings, message: Message, words: Typed, now: datetime, waited: bool, told: bool
) -> Decision:
    asker, unlearned = _asker(session, message)
    decision = Decision(asker, unlearned, words, Reply(""))
    try:
        command, asked = _may_ask(session, settings, message, words, asker, now)
        decision = replace(decision, enterprise=asked.chosen)
        with nullcontext() if command.only_reads(message) else session.begin_nested():
            return replace(decision, outcome=command.run(session, replace(asked, waited=waited, told=told)))
    except Refusal as refusal:
        return replace(decision, outcome=refusal)


def _asker(session: Session, message: Message) -> tuple[Asker, bool]:
    """Who sent a message, and whether they are still to be learned by their id."""
    rights = admins.rights(session, message.person_id, message.person_email)
    return Asker(message.person_id, message.person_email, rights.operator, rights.enterprise_ids), rights.unlearned


def _may_ask(
    session: Session, settings: Settings, message: Message, words: Typed, asker: Asker, now: datetime
) -> tuple[Command, Asked]:
    """The command and what it is to know; raises Refusal where there is none, or it is not for them."""
    allowed = tuple(command for command in COMMANDS if policy.may_run(asker, command))
    if not allowed:
        raise Denial(access.stranger([operator.email for operator in admins.operators(session)]))
    command = next((command for command in allowed if command.name == words.word), None)
    if command is None:
        raise Refusal(access.unknown(words.word, nearest(words.word, [each.name for each in allowed])))
    asked = Asked(message, words.rest, asker, None, allowed, now, settings)
    if command.needs_enterprise(message):
        asked = replace(asked, chosen=_enterprise(session, asker))
    return command, asked


def _enterprise(session: Session, asker: Asker) -> Enterprise:
    """The one enterprise that a command of theirs can speak for."""
    choices = enterprises.all_of(session, None if asker.operator else asker.enterprise_ids)
    if len(choices) == 1:
        return choices[0]
    raise Denial(access.which([choice.key for choice in choices]) if choices else access.no_enterprise())


def _settle(session: Session, message: Message, claim: Claim, decision: Decision, now: datetime) -> None:
    outcome = decision.outcome
    if decision.unlearned:
        admins.learn(session, message.person_id, message.person_email)
    if isinstance(outcome, Wait):
        _wait(session, message, claim, outcome, decision.enterprise, now)
        return
    if isinstance(outcome, Reply):
        _post(session, message, outcome, now, decision.enterprise)
    elif isinstance(outcome, Denial):
        _post_privately(session, message, outcome.markdown, now)
    else:
        _post(session, message, Reply(outcome.markdown), now)
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
        detail=outcome.noted if isinstance(outcome, Reply) else "",
    )
    inbox.end(session, claim, inbox.DONE)


def _wait(
    session: Session, message: Message, claim: Claim, outcome: Wait, enterprise: Enterprise | None, now: datetime
) -> None:
    if enterprise is None:
        raise LookupError("a command that speaks for no enterprise has nothing to wait for")
    if outcome.fresh is Fresh.READING:
        inbox.wait(session, claim, outcome.until, reading_id=readings.want(session, enterprise.id, now))
        return
    roster_id = rosters.want(session, enterprise.id, now, whole=outcome.fresh is Fresh.WHOLE_ROSTER)
    said = None if outcome.meanwhile is None else _post(session, message, Reply(outcome.meanwhile), now)
    inbox.wait(session, claim, outcome.until, roster_id=roster_id, status_outbox_id=said)


_OUTCOMES: dict[type, str] = {Reply: "answered", Refusal: "refused", Denial: "denied"}


def _post(session: Session, message: Message, reply: Reply, now: datetime, enterprise: Enterprise | None = None) -> int:
    attachment = reply.attachment
    draft = Draft(
        reply.markdown,
        parent_id=message.thread,
        attachment_id=outbox.attach(session, attachment.name, attachment.compressed) if attachment else None,
        personal=reply.personal,
        enterprise_id=enterprise.id if enterprise else None,
        person_id=message.person_id,
    )
    outbox_id = outbox.send(session, _space(message), draft, now)
    if reply.status_of_sync is not None:
        syncs.show_status(session, reply.status_of_sync, outbox_id)
    for sync in reply.changed:
        show(session, sync, now)
    return outbox_id


def _post_privately(session: Session, message: Message, markdown: str, now: datetime) -> None:
    if message.direct:
        _post(session, message, Reply(markdown), now)
        return
    origin_id = destinations.at(session, _space(message))
    outbox.send(session, Address(person_id=message.person_id), Draft(markdown, origin_id=origin_id), now)


def _space(message: Message) -> Address:
    return Address(message.room_id, message.person_id if message.direct else None, direct=message.direct)
