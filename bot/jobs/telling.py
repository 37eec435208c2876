"""Keeps people told of a sync: its status message as it goes on, and once to everybody when it has ended."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot import policy
from bot.context import Context
from bot.message import Attachment
from bot.replies import outcome
from bot.replies.sync import Standing, progress
from bot.tables.columns import HEADER, cells
from bot.tables.csvfile import compressed_csv, file_name
from bot.transitions import NOBODY_CODE
from storage import admins, destinations, enterprises, outbox, rosters, syncs
from storage.folding import address_key
from storage.records import ACTIVE, Claim, Draft, Enterprise, Roster, Sync, SyncState

PATIENCE = timedelta(seconds=30)
"""How long the end of a sync waits for its roster to be read again."""

_ERROR_HEADER = ("Code", "Description")


def show(session: Session, sync_id: int, now: datetime) -> None:
    """Bring the status message of a sync up to date."""
    sync = syncs.get(session, sync_id)
    if sync.status_outbox_id is None:
        return
    enterprise = enterprises.get(session, sync.enterprise_id)
    if sync.state not in ACTIVE:
        outbox.edit(session, sync.status_outbox_id, outcome.final(sync, enterprise, now), now, last=True)
        return
    estimate = policy.estimate(*syncs.past_durations(session, enterprise.id, sync.cluster_id))
    standing = Standing(sync, enterprise, syncs.place(session, sync), estimate, named=False)
    outbox.edit(session, sync.status_outbox_id, progress(standing, now), now)


def tell(context: Context, claim: Claim, sync: Sync) -> None:
    """Tell everybody concerned how a sync has ended.

    First its roster is to be read again: the sync comes back when that is done or cannot be, at the latest after
    `PATIENCE`.
    """
    now = context.now()
    with context.database.read() as session:
        enterprise = enterprises.get(session, sync.enterprise_id)
    shown = _shows_roster(sync, enterprise)
    if shown and sync.roster_id is None:
        with context.database.write() as session:
            roster_id = rosters.want(session, sync.enterprise_id, now)
            syncs.move(session, claim, now, due_at=now + PATIENCE, roster_id=roster_id)
        return
    with context.database.read() as session:
        roster = rosters.current(session, sync.enterprise_id) if shown else None
        attachment = _attachment(session, sync, enterprise, roster, now)
    fresh = roster is not None and sync.roster_id is not None and roster.id >= sync.roster_id
    markdown = outcome.ended(
        sync,
        enterprise,
        context.settings.sync_hold,
        now,
        roster,
        fresh=fresh,
    )
    with context.database.write() as session:
        syncs.told(session, claim, now)
        attachment_id = outbox.attach(session, attachment.name, attachment.compressed) if attachment else None
        for destination_id, thread, person_id in _concerned(session, sync):
            draft = Draft(
                markdown,
                parent_id=thread,
                attachment_id=attachment_id,
                personal=True,
                enterprise_id=enterprise.id,
                person_id=person_id,
            )
            outbox.post(session, destination_id, draft, now)


def _shows_roster(sync: Sync, enterprise: Enterprise) -> bool:
    """Whether its end is told with licence holders: all of them, or, where nobody has activated, who must."""
    if sync.state is SyncState.FAILED:
        return enterprise.webex_id is None or any(code == NOBODY_CODE for code, _ in sync.errors)
    return sync.state is SyncState.COMPLETED


def _concerned(session: Session, sync: Sync) -> Iterator[tuple[int, str | None, str | None]]:
    """Destination, thread, person: who followed it and still has rights, where they did; other admins in private."""
    told: set[str] = set()
    for follower in syncs.followers(session, sync.id):
        if not admins.fit_reader(session, sync.enterprise_id, follower.person_id, follower.email):
            continue
        told |= {follower.person_id, address_key(follower.email)}
        destination = destinations.of_room(
            session, follower.room_id, direct=follower.direct, person_id=follower.person_id if follower.direct else None
        )
        yield destination, follower.thread, follower.person_id
    for admin in admins.of(session, sync.enterprise_id):
        if admin.person_id is None and address_key(admin.email) in told:
            continue
        if admin.person_id is None:
            yield destinations.of_email(session, admin.email), None, None
        elif admin.person_id not in told:
            yield destinations.of_person(session, admin.person_id), None, admin.person_id


def _attachment(
    session: Session, sync: Sync, enterprise: Enterprise, roster: Roster | None, now: datetime
) -> Attachment | None:
    """After a completed sync the licence holders; after a failed one its errors, or who must activate."""
    if sync.state is SyncState.FAILED and sync.errors and not _shows_roster(sync, enterprise):
        rows = [(str(code), description) for code, description in sync.errors]
        return Attachment(file_name("sync_errors", enterprise.key, now), compressed_csv(_ERROR_HEADER, rows))
    if roster is None:
        return None
    holders = rosters.holders(session, roster.id)
    if sync.state is SyncState.FAILED:
        waiting = (cells(holder) for holder in holders if holder.activation != "Activated")
        return Attachment(file_name("not_activated", enterprise.key, now), compressed_csv(HEADER, waiting))
    return Attachment(file_name("licenses", enterprise.key, now), compressed_csv(HEADER, map(cells, holders)))
