"""Decides who is told a refusal now, and who is refused without a word because they were told just before.

Each silence counts what it refused. The audit gets one row for that, not one for each try.
"""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.chat.message import TooFast
from storage import audit, denials, rights
from storage.denials import Silence
from storage.rights import Rights
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
    """Return the silence that ends an event of this person before it is read from Webex; None if there is none.

    A person who has typed too much is refused everything. A person without rights is refused everything after any
    refusal. Their rights are looked up again: if they have changed, what they were told is no longer true, so they are
    heard. A silence of the kind `outcome` counts also for a person with rights.
    """
    for silence in denials.current(session, person_id, now):
        known = rights.find(session, Identity(person_id, silence.email))
        if silence.outcome == TooFast.audit_outcome:
            if not known.operator:
                return silence
        elif silence.rights == _digest(known) and (silence.outcome == outcome or not known.has_any):
            return silence
    return None


def begin(session: Session, who: Identity, outcome: str, now: datetime, until: datetime) -> bool:
    """Begin a silence, and return whether the person is told now. If they are silent already, count that instead.

    A person whose rights have changed is told again: the reason is another one.
    """
    silence = denials.lock(session, who, outcome, now)
    digest = _digest(rights.find(session, Identity(who.person_id, who.email)))
    if silence.until > now and (silence.rights == digest or outcome == TooFast.audit_outcome):
        denials.count_repeat(session, silence.id, now)
        return False
    _audit_repeats(session, silence)
    denials.begin(session, silence, who.email, digest, until)
    return True


def _digest(known: Rights) -> str:
    """Return a digest of the rights: it changes when they change."""
    all_of_it = (known.operator, sorted(known.enterprise_ids), sorted(known.kept_out_ids))
    return hashlib.sha256(repr(all_of_it).encode()).hexdigest()


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
