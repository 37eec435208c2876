"""Writes what came of a message: what is said to whom, the audit, and how its event goes on or ends."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.chat import command_line
from bot.chat.command import Command
from bot.chat.command_line import CommandLine
from bot.chat.message import (
    UNCONFIRMED,
    Denial,
    FreshData,
    Limited,
    Message,
    PendingMessage,
    Refusal,
    Reply,
    TooFast,
    Unconfirmed,
    Wait,
)
from bot.dispatch import access, operator_alerts
from bot.replies import access as replies
from bot.replies import licenses
from bot.services.messages import post, post_privately
from storage import audit, destinations, inbox, outbox, rights, rosters, webex_status
from storage.rights import Rights
from storage.values.messages import Address
from storage.values.records import AuditEntry, Claim, Enterprise

REPEAT_AFTER = timedelta(minutes=1)
"""How long nobody is told again that they may not, or not so much."""

MAX_ARGUMENTS_KEPT = 200
"""Characters that are kept of what somebody typed who may not."""

Outcome = Reply | Wait | Refusal


@dataclass(frozen=True, slots=True)
class Decision:
    """What came of a message, and for whom and about what, as the audit keeps it."""

    rights: Rights
    line: CommandLine
    outcome: Outcome
    enterprise: Enterprise | None = None
    command: Command | None = None
    is_ambiguous: bool = False


def record_outcome(session: Session, pending: PendingMessage, decision: Decision, now: datetime) -> None:
    """Write what came of a message: what is said, the audit row, and the end of its event or for what it waits."""
    message, outcome = pending.message, decision.outcome
    if decision.rights.has_changes:
        rights.learn(session, access.identity(message), decision.rights, now)
    if isinstance(outcome, Wait):
        _wait(session, pending, outcome, decision.enterprise, now)
        return
    # Before anything is said, as a roster that was read ends events first and then changes what was said of them.
    inbox.end(session, pending.claim, inbox.DONE)
    if pending.timed_out and pending.status_outbox_id is not None:
        outbox.edit(session, pending.status_outbox_id, licenses.too_long(), now, last=True)
    detail, file = _say(session, message, decision, outcome, now)
    audit.add(
        session,
        AuditEntry(
            at=now,
            enterprise_id=_concerned(decision),
            person_id=message.person_id,
            email=message.person_email,
            room_id=message.room_id,
            command=decision.line.word,
            arguments=decision.line.arguments[:MAX_ARGUMENTS_KEPT]
            if isinstance(outcome, Denial)
            else decision.line.arguments,
            outcome=_OUTCOMES[type(outcome)],
            detail=detail,
            file=file,
        ),
    )
    operator_alerts.report(session, message, decision.rights, now)


def _concerned(decision: Decision) -> int | None:
    """The enterprise in whose audit a decision belongs."""
    if decision.enterprise is not None:
        return decision.enterprise.id
    return decision.outcome.about if isinstance(decision.outcome, Reply) else None


def _say(
    session: Session, message: Message, decision: Decision, outcome: Reply | Refusal, now: datetime
) -> tuple[str, str | None]:
    """Tell what came of it; what the audit notes of that, and the name of the file."""
    enterprise = decision.enterprise
    if isinstance(outcome, Denial | TooFast):
        return _say_rarely(session, message, outcome, now), None
    reply = outcome if isinstance(outcome, Reply) else Reply(outcome.markdown, personal=outcome.personal)
    markdown = reply.markdown
    if message.files and not (decision.command and decision.command.takes_file):
        markdown = replies.file_unused(markdown)
    if enterprise is not None and decision.is_ambiguous:
        markdown = replies.speaks_for(markdown, enterprise)
    post(session, message, replace(reply, markdown=markdown), now, enterprise)
    return reply.noted, reply.attachment.name if reply.attachment else None


def _say_rarely(session: Session, message: Message, refusal: Refusal, now: datetime) -> str:
    """Refuse somebody in private, unless that was done just before; what is noted of it."""
    destinations.lock(session, Address(person_id=message.person_id))
    if audit.has_outcome(session, message.person_id, _OUTCOMES[type(refusal)], now - REPEAT_AFTER):
        return "not told again"
    post_privately(session, message, refusal.markdown, now)
    return ""


def _wait(
    session: Session, pending: PendingMessage, outcome: Wait, enterprise: Enterprise | None, now: datetime
) -> None:
    if enterprise is None:
        raise LookupError("a command that speaks for no enterprise has nothing to wait for")
    if outcome.fresh is FreshData.READING:
        inbox.wait(
            session,
            pending.claim,
            outcome.until,
            enterprise.id,
            reading_id=webex_status.request(session, enterprise.id, now),
        )
        return
    roster_id = rosters.request(session, enterprise.id, now, whole=outcome.fresh is FreshData.WHOLE_ROSTER)
    said = None if outcome.meanwhile is None else post(session, pending.message, Reply(outcome.meanwhile), now)
    inbox.wait(session, pending.claim, outcome.until, enterprise.id, roster_id=roster_id, status_outbox_id=said)


_OUTCOMES: dict[type, str] = {
    Reply: "answered",
    Refusal: "refused",
    Denial: "denied",
    Limited: "limited",
    TooFast: audit.TOO_FAST,
    Unconfirmed: UNCONFIRMED,
}


def apologize(session: Session, message: Message, claim: Claim, error: str, now: datetime) -> None:
    """Set a message aside that failed again and again, and say so once."""
    inbox.end(session, claim, inbox.FAILED, error=error)
    post(session, message, Reply(replies.apology()), now)
    words = command_line.parse(message.text)
    audit.add(
        session,
        AuditEntry(
            at=now,
            enterprise_id=None,
            person_id=message.person_id,
            email=message.person_email,
            room_id=message.room_id,
            command=words.word,
            arguments=words.arguments,
            outcome="failed",
        ),
    )
