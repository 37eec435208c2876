"""Decides, at the moment of delivery, whether the reader of a message may still have it."""

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from bot.jobs import organizations
from bot.jobs.engine.context import Context
from bot.services import kept_out
from storage import rights, spaces
from storage.models import OutboxRow
from storage.rights import Rights
from storage.values.messages import Destination
from storage.values.records import Identity

log = logging.getLogger(__name__)

KEEP_ORGANIZATION_FOR = timedelta(days=7)
"""How old a person's organization may be when personal data is delivered to them: each look is a call to Webex. The
router has it read once a day for a person who types commands."""


class Verdict(StrEnum):
    """Whether a person may have a message. The audit has these words."""

    ALLOWED = "allowed"
    UNKNOWN_PERSON = "not known yet"
    """The person has never written to the bot, or Webex does not name their organization. They may have what anybody
    may read."""
    REFUSED = "no rights"


@dataclass(frozen=True, slots=True)
class Reader:
    """The person that a message was written for, and whether they may have it."""

    who: Identity
    verdict: Verdict


def reader_of(context: Context, row: OutboxRow, destination: Destination) -> Reader:
    """Return who a message is for, and whether they may have it.

    In a group that is the requester; `space_privacy` decides about the members. A notice that nobody there asked for
    is only for a group that still has notices of that enterprise. Before a person gets personal data in 1:1, Webex is
    asked for their organization, if it was not read lately. Raise WebexFailure if Webex does not answer.
    """
    with context.database.quick_read() as session:
        person_id = row.person_id or (destination.person_id if destination.direct else None)
        if person_id is None and destination.email is not None:
            # The person may have written since the message was queued, and the address may be another person's now.
            person_id = rights.person_at(session, destination.email, row.enterprise_id)
        who = Identity(person_id or "", destination.email or "")
        is_about_nothing = row.enterprise_id is None and not row.for_operators and not row.personal
        if not destination.direct and row.person_id is None and not is_about_nothing:
            return Reader(who, Verdict.ALLOWED if _has_notices(session, row, destination) else Verdict.REFUSED)
        is_for_members = not destination.direct and row.is_notice and not row.personal
        if is_about_nothing or is_for_members:
            return Reader(who, Verdict.ALLOWED)
        found = rights.find(session, who)
        is_personal = row.personal and destination.direct and not found.operator
        is_stale = is_personal and rights.needs_org_lookup(session, who, context.now() - KEEP_ORGANIZATION_FOR)
    if not _allows(found, row):
        return Reader(who, Verdict.REFUSED)
    if is_personal and not who.person_id:
        return Reader(who, Verdict.UNKNOWN_PERSON)
    return Reader(who, _looked_up(context, row, destination, who) if is_stale else Verdict.ALLOWED)


def _has_notices(session: Session, row: OutboxRow, destination: Destination) -> bool:
    space = spaces.find(session, destination.room_id) if destination.room_id else None
    return space is not None and space.notify and space.enterprise_id == row.enterprise_id


def _allows(found: Rights, row: OutboxRow) -> bool:
    if row.for_operators or found.operator:
        return found.operator
    if row.enterprise_id is None:
        return bool(found.enterprise_ids)
    return row.enterprise_id in found.enterprise_ids


def _looked_up(context: Context, row: OutboxRow, destination: Destination, who: Identity) -> Verdict:
    """Read the person's organization from Webex, store it, and decide with it."""
    try:
        known = organizations.with_organization(context, who.person_id, destination.room_id)
    except organizations.NotNamed as not_named:
        log.warning("outbox row %d goes without personal data: %s", row.id, not_named)
        return Verdict.UNKNOWN_PERSON
    known, now = replace(known, person_id=who.person_id), context.now()
    with context.database.write() as session:
        found = rights.find(session, known)
        rights.learn(session, known, found, now)
        kept_out.tell(session, known, "", found, now)
    return Verdict.ALLOWED if _allows(found, row) else Verdict.REFUSED
