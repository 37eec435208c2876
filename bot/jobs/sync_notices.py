"""Tells people, once, how a sync has ended: those who asked for it, the notification spaces, the other admins."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.chat.message import Attachment
from bot.filters import columns
from bot.formatting.csv_file import CsvTooLarge, compressed_csv, file_name
from bot.jobs.engine.context import Context
from bot.replies import activation, sync_ended, sync_errors
from bot.syncs.recipients import Audience, Concerned, messages
from bot.webex.errors import Rejected, WebexFailure
from storage import audit, enterprises, followers, license_holders, outbox, rosters, spaces, syncs, teams, views
from storage.values.messages import Draft
from storage.values.records import AuditEntry, Cause, Claim, Enterprise, Identity, Roster, Sync, SyncState

log = logging.getLogger(__name__)

ROSTER_WAIT = timedelta(seconds=30)
"""How long the notice of a sync's end waits for the new roster: the end is told soon, if need be with the old one."""

MEMBERS_WAIT = timedelta(minutes=5)
"""How long after the end of a sync the bot asks for a space's members, if Webex fails to list them."""

MEMBERS_TRIES = 5
"""How often the bot asks at least: it may not have been running for all of that time."""


def needs_roster(state: SyncState, cause: Cause | None) -> bool:
    """Return whether the notice carries license holders: all of them, or, if nobody has activated, those who must."""
    return state is SyncState.COMPLETED or cause is Cause.NOBODY_ACTIVATED


def tell(context: Context, claim: Claim, sync: Sync, failures: int) -> None:
    """Write the notices of a sync's end. The roster it waited for has been read by now, or did not come in time."""
    now = context.now()
    with context.database.read() as session:
        # Only those who asked for a sync hear that it was cancelled.
        rooms = [] if sync.state is SyncState.CANCELLED else spaces.notification_rooms(session, sync.enterprise_id)
        enterprise = enterprises.get(session, sync.enterprise_id)
        roster = rosters.current(session, enterprise.id) if needs_roster(sync.state, sync.cause) else None
        attachment = _attachment_that_fits(session, sync, enterprise, roster, now)
    audiences = [Audience(room, _members(context, room, sync, now, failures)) for room in rooms]
    draft = _draft(context, sync, enterprise, roster if attachment else None, now)
    with context.database.write() as session:
        syncs.mark_told(session, claim, now)
        sent = list(messages(_recipients(session, sync, audiences), draft))
        attachment_id = outbox.attach(session, attachment.name, attachment.compressed) if attachment and sent else None
        for address, message in sent:
            outbox.send(session, address, replace(message, attachment_id=attachment_id), now)
        if attachment and sent:
            email, file = sync.asker_email, attachment.name
            audit.add(session, AuditEntry(now, enterprise.id, audit.TOLD, email=email, command="sync", file=file))


def _recipients(session: Session, sync: Sync, audiences: Sequence[Audience]) -> Concerned:
    team = teams.get(session, sync.enterprise_id)
    asked = followers.with_rights(session, sync.id, team)
    if sync.state is SyncState.CANCELLED:
        return Concerned(asked, audiences, [])
    muted = spaces.muted(session, [admin.person_id for admin in team.admins if admin.person_id is not None])
    return Concerned(asked, audiences, [admin for admin in team.reachable if admin.person_id not in muted])


def _draft(context: Context, sync: Sync, enterprise: Enterprise, roster: Roster | None, now: datetime) -> Draft:
    fresh = roster is not None and sync.roster_id is not None and roster.id >= sync.roster_id
    hold = context.settings.sync_hold
    return Draft(
        sync_ended.ended(sync, enterprise, hold, now, roster, fresh=fresh),
        public_markdown=sync_ended.ended(sync, enterprise, hold, now, public=True),
        personal=roster is not None or bool(sync.errors) or bool(sync.reason),
        enterprise_id=enterprise.id,
        is_notice=True,
    )


def _members(context: Context, room_id: str, sync: Sync, now: datetime, failures: int) -> list[Identity] | None:
    """Return who is in a space; None if the bot cannot post there, nobody if Webex cannot list them for too long."""
    try:
        context.me()
        return context.webex.members(room_id)
    except Rejected as rejected:
        log.warning("a notification space cannot be reached: %s", rejected)
        return None
    except WebexFailure:
        if now - (sync.ended_at or now) < MEMBERS_WAIT or failures < MEMBERS_TRIES:
            raise
        return []


def _attachment_that_fits(
    session: Session, sync: Sync, enterprise: Enterprise, roster: Roster | None, now: datetime
) -> Attachment | None:
    """Return the file for the notice; None if it is too large for Webex. Then `licenses` gives it in parts."""
    try:
        return _attachment(session, sync, enterprise, roster, now)
    except CsvTooLarge as error:
        log.warning("the notice of sync %d goes without its file: %s", sync.id, error)
        return None


def _attachment(
    session: Session, sync: Sync, enterprise: Enterprise, roster: Roster | None, now: datetime
) -> Attachment | None:
    """Return the license holders of a completed sync; of a failed one its errors, or the people who must activate."""
    if roster is not None:
        holders = views.holders(session, roster.id, few=roster.size <= license_holders.CHUNK) if roster.size else []
        if sync.state is SyncState.COMPLETED:
            if not roster.size:
                return None
            name = file_name("licenses", enterprise.key, now)
            return Attachment(name, compressed_csv(columns.HEADER, map(columns.cells, holders)))
        name = file_name("not_activated", enterprise.key, now)
        waiting = list(activation.rows(holders))
        return Attachment(name, compressed_csv(activation.HEADER, waiting)) if waiting else None
    if sync.state is SyncState.FAILED and sync.errors and sync.cause is not Cause.NOBODY_ACTIVATED:
        name = file_name("sync_errors", enterprise.key, now)
        return Attachment(name, compressed_csv(sync_errors.CSV_HEADER, sync_errors.csv_rows(sync.errors)))
    return None
