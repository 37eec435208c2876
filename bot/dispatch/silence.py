"""Decides who is told a refusal now, and who is refused without a word because they were told just before.

Each silence counts what it refused. The audit gets one row for that, not one for each try.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.chat.message import TooFast
from storage import audit, denials, rights
from storage.denials import Silence
from storage.values.records import AuditEntry, Identity

REPEAT_AFTER = timedelta(minutes=1)
"""Minimum time between two denials or greetings to one person: more would let a stranger have the bot write without
end."""

UNHEARD = "unheard"
"""The kind of silence after an event of a person without rights that was read for nothing: a bot's, or a deleted
message. Nobody is told of it, and it is not in the audit."""

_PORTION = 1000
"""How many silences one transaction closes."""


def find(session: Session, person_id: str, now: datetime, outcome: str = "") -> Silence | None:
    """Return the silence because of which an event of this person is not even read from Webex; None if there is none.

    A person who has typed too much is refused everything. A person without rights is refused everything after any
    refusal. Their rights are looked up again, because they may have been given some meanwhile. A silence of the kind
    `outcome` counts whatever the rights are.
    """
    for silence in denials.current(session, person_id, now):
        if silence.outcome == outcome:
            return silence
        known = rights.find(session, Identity(person_id, silence.email))
        if known.operator:
            continue
        if silence.outcome == TooFast.audit_outcome or not known.enterprise_ids:
            return silence
    return None


def begin(session: Session, who: Identity, outcome: str, now: datetime, until: datetime) -> bool:
    """Begin a silence, and return whether the person is told now. If they are silent already, count that instead."""
    silence = denials.lock(session, who, outcome, now)
    if silence.until > now:
        denials.count_repeat(session, silence.id, now)
        return False
    _audit_repeats(session, silence)
    denials.begin(session, silence, who.email, until)
    return True


def close(session: Session, now: datetime) -> bool:
    """Write into the audit what ended silences have refused, a portion. Return whether there may be more."""
    ended = denials.take_repeats(session, now, _PORTION)
    for silence in ended:
        _audit_repeats(session, silence)
    return len(ended) == _PORTION


def _audit_repeats(session: Session, silence: Silence) -> None:
    """Add one row for all that was refused without a word."""
    if silence.repeated_at is None or silence.outcome == UNHEARD:
        return
    detail = f"{silence.repeats:,} more, without an answer"
    audit.add(
        session,
        AuditEntry(silence.repeated_at, None, silence.outcome, silence.person_id, silence.email, detail=detail),
    )
