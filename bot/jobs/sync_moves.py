"""Writes the next state of a sync, and what follows from it for its queue and its status message."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.jobs import sync_notices
from bot.jobs.engine.context import Context
from bot.services.messages import show_head, update_status_message
from bot.syncs.next_state import SyncUpdates, Transition
from bot.webex.errors import ACCESS_PAUSE
from storage import clusters, enterprises, queues, rosters, syncs, webex_status
from storage.values.records import Claim, Sync, WebexSyncStatus


def apply(
    context: Context,
    claim: Claim,
    sync: Sync,
    transition: Transition,
    webex: WebexSyncStatus | None = None,
    *,
    shown: Sync | None = None,
) -> None:
    """Write a sync's next state, and what Webex said if the state changed because of it.

    `shown` is the sync as its status message shows it, unless it shows the state before.
    """
    if transition.is_final:
        end(context, claim, sync, transition)
        return
    now = context.now()
    state = {"state": transition.state, "waits_for": transition.waits_for}
    due_at = now + transition.wait
    values: dict[str, Any] = {**transition.updates, **state, "due_at": due_at, "failures": transition.failures}
    if transition.gives_way:
        values["rests_until"] = None if transition.pause else due_at
    known = shown or sync
    is_changed = (transition.state, transition.waits_for) != (known.state, known.waits_for)
    is_shown = is_changed and sync.status_outbox_id is not None
    told = webex if is_changed else None
    if not (told or is_shown or transition.pause or transition.unpause or transition.gives_way):
        with context.database.single_write() as connection:  # most looks at a sync end here
            syncs.move(connection, claim, now, **values)
        return
    with context.database.write() as session:
        # Locks come in one order everywhere: the enterprise, its cluster, its sync.
        if transition.gives_way:
            enterprises.lock_queue(session, sync.enterprise_id, sync.cluster_id)
        elif told:
            enterprises.lock(session, sync.enterprise_id)
        if told:
            webex_status.store(session, sync.enterprise_id, told, now)
        if transition.pause:
            clusters.pause(session, sync.cluster_id, now + transition.pause)
        elif transition.unpause:
            clusters.unpause(session, sync.cluster_id)
        syncs.move(session, claim, now, **values)
        if transition.gives_way:
            show_head(session, queues.give_way(session, sync, now, now + transition.next_wait, now + ACCESS_PAUSE), now)
        if is_shown:
            reached = replace(sync, state=transition.state, waits_for=transition.waits_for, **transition.updates)
            update_status_message(session, reached, now)


def end(context: Context, claim: Claim, sync: Sync, transition: Transition) -> None:
    """End a sync, and its cluster's pause if the transition says so."""
    with context.database.write() as session:
        enterprises.lock_queue(session, sync.enterprise_id, sync.cluster_id)
        if transition.unpause:
            clusters.unpause(session, sync.cluster_id)
        write_end(session, claim, sync, transition, context.now())


def write_end(session: Session, claim: Claim, sync: Sync, transition: Transition, now: datetime) -> None:
    """End a sync and update its status message, and that of the sync that is the next of the queue now.

    If the notice of its end carries a new roster, the sync is due again when that is read, or cannot be read in time.
    """
    values: SyncUpdates = {"ended_at": now, **transition.updates}
    due_at = now
    if sync_notices.needs_roster(transition.state, values.get("cause")):
        values["roster_id"] = rosters.request(session, sync.enterprise_id, now, restart=True)
        due_at = now + sync_notices.ROSTER_WAIT
    following = syncs.end(session, claim, now, transition.state, due_at=due_at, **values)
    update_status_message(session, replace(sync, state=transition.state, head=False, waits_for=None, **values), now)
    show_head(session, following, now)
