"""Tells everybody concerned, once, how a sync has ended."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.context import Context
from bot.failures import Rejected, WebexFailure
from bot.message import Attachment
from bot.replies import outcome
from bot.tables import activation, columns, errors
from bot.tables.csvfile import compressed_csv, file_name
from bot.wire import Member
from storage import admins, destinations, enterprises, followers, outbox, rosters, spaces, syncs
from storage.folding import address_key
from storage.records import Cause, Claim, Draft, Enterprise, Roster, Sync, SyncState

log = logging.getLogger(__name__)

PATIENCE = timedelta(seconds=30)
"""How long the end of a sync waits for its roster to be read again."""

MEMBERS_PATIENCE = timedelta(minutes=5)
"""For how long after its end the members of notification spaces are asked for, should Webex not tell them."""

MEMBERS_TRIES = 5
"""How often at least, as nobody may have been there to ask in that time."""


def told_with_roster(state: SyncState, cause: Cause | None) -> bool:
    """Whether such an end is told with licence holders: all of them, or, where nobody has activated, who must."""
    return state is SyncState.COMPLETED or cause is Cause.NOBODY_ACTIVATED


def tell(context: Context, claim: Claim, sync: Sync, failures: int) -> None:
    """Tell everybody concerned how a sync has ended; the roster it waited for is there, or cannot be had in time."""
    now = context.now()
    with context.database.read() as session:
        enterprise = enterprises.get(session, sync.enterprise_id)
        rooms = spaces.notified(session, enterprise.id) if sync.state is not SyncState.CANCELLED else []
    audiences = [_Audience(room, _members(context, room, sync, now, failures)) for room in rooms]
    with context.database.read() as session:
        with_roster = told_with_roster(sync.state, sync.cause)
        roster = rosters.current(session, enterprise.id) if with_roster else None
        attachment = _attachment(session, sync, enterprise, roster, now)
    draft = _draft(context, sync, enterprise, roster if attachment else None, now)
    with context.database.write() as session:
        syncs.told(session, claim, now)
        attachment_id = outbox.attach(session, attachment.name, attachment.compressed) if attachment else None
        for message in _messages(session, sync, replace(draft, attachment_id=attachment_id), audiences):
            outbox.post(session, message.destination_id, message.draft, now)


@dataclass(frozen=True, slots=True)
class _Audience:
    """A notification space and who is in it; None where it cannot be reached."""

    room_id: str
    members: list[Member] | None


@dataclass(frozen=True, slots=True)
class _Message:
    destination_id: int
    draft: Draft


def _draft(context: Context, sync: Sync, enterprise: Enterprise, roster: Roster | None, now: datetime) -> Draft:
    fresh = roster is not None and sync.roster_id is not None and roster.id >= sync.roster_id
    hold = context.settings.sync_hold
    return Draft(
        outcome.ended(sync, enterprise, hold, now, roster, fresh=fresh),
        public_markdown=outcome.ended(sync, enterprise, hold, now, public=True),
        personal=roster is not None or bool(sync.errors) or bool(sync.reason),
        enterprise_id=enterprise.id,
    )


def _members(context: Context, room_id: str, sync: Sync, now: datetime, failures: int) -> list[Member] | None:
    """Who is in a space just now; nobody counts as told by one whose members Webex does not tell in time."""
    try:
        return context.webex.members(room_id)
    except Rejected as rejected:
        log.warning("a notification space cannot be reached: %s", rejected)
        return None
    except WebexFailure:
        if now - (sync.ended_at or now) < MEMBERS_PATIENCE or failures < MEMBERS_TRIES:
            raise
        return []


def _messages(session: Session, sync: Sync, draft: Draft, audiences: Sequence[_Audience]) -> Iterator[_Message]:
    """Who followed it and still has rights, where they did; notification spaces; other admins in private."""
    told: set[str] = set()
    reached = {audience.room_id for audience in audiences if audience.members is not None}
    threads: set[tuple[str, str | None]] = set()
    for follower in followers.with_rights(session, sync.id, sync.enterprise_id):
        told |= {follower.person_id, address_key(follower.email)}
        if (follower.room_id, follower.thread) in threads:
            continue
        threads.add((follower.room_id, follower.thread))
        person_id = follower.person_id if follower.direct else None
        destination = destinations.of_room(session, follower.room_id, direct=follower.direct, person_id=person_id)
        message = replace(draft, parent_id=follower.thread, person_id=follower.person_id)
        yield _Message(destination, message if follower.room_id in reached else replace(message, public_markdown=None))
    if sync.state is SyncState.CANCELLED:
        return
    for audience in audiences:
        if audience.members is None:
            continue
        told |= {key for one in audience.members for key in (one.person_id, address_key(one.person_email))}
        if audience.room_id not in {room for room, _ in threads}:
            yield _Message(destinations.of_room(session, audience.room_id, direct=False), draft)
    yield from _in_private(session, sync, draft, told)


def _in_private(session: Session, sync: Sync, draft: Draft, told: set[str]) -> Iterator[_Message]:
    """To every admin who has not been told and wants to be."""
    untold = [one for one in admins.of(session, sync.enterprise_id) if not _is_among(one.person_id, one.email, told)]
    muted = spaces.muted(session, [one.person_id for one in untold if one.person_id is not None])
    for admin in untold:
        if admin.person_id is None:
            yield _Message(destinations.of_email(session, admin.email), draft)
        elif admin.person_id not in muted:
            destination = destinations.of_person(session, admin.person_id)
            yield _Message(destination, replace(draft, person_id=admin.person_id))


def _is_among(person_id: str | None, email: str, told: set[str]) -> bool:
    """By `person_id`; by e-mail only somebody whom the bot never met."""
    return address_key(email) in told if person_id is None else person_id in told


def _attachment(
    session: Session, sync: Sync, enterprise: Enterprise, roster: Roster | None, now: datetime
) -> Attachment | None:
    """After a completed sync the licence holders; after a failed one its errors, or who must activate."""
    if roster is not None:
        holders = rosters.holders(session, roster.id)
        if sync.state is SyncState.COMPLETED:
            name = file_name("licenses", enterprise.key, now)
            return Attachment(name, compressed_csv(columns.HEADER, map(columns.cells, holders)))
        name = file_name("not_activated", enterprise.key, now)
        waiting = list(activation.rows(holders))
        return Attachment(name, compressed_csv(activation.HEADER, waiting)) if waiting else None
    if sync.state is SyncState.FAILED and sync.errors and sync.cause is not Cause.NOBODY_ACTIVATED:
        name = file_name("sync_errors", enterprise.key, now)
        return Attachment(name, compressed_csv(errors.HEADER, errors.rows(sync.errors)))
    return None
