"""Asks Webex to start a sync that is the first of its queue."""

import logging
from dataclasses import replace

from bot.jobs import sync_moves
from bot.jobs.engine.context import Context
from bot.services.messages import update_status_message
from bot.syncs import next_state, transitions
from bot.syncs.next_state import SyncUpdates, Transition
from bot.webex.errors import WebexFailure
from storage import access_refusals, enterprises, followers, syncs, teams, webex_status
from storage.values.provider_access import AccessSubject
from storage.values.records import Cause, Claim, Sync, WebexSyncStatus

log = logging.getLogger(__name__)


def start(
    context: Context, claim: Claim, sync: Sync, webex_id: str, transition: Transition, webex: WebexSyncStatus
) -> None:
    """Commit that Webex is about to be asked, then ask it: after a crash in between, the bot never asks blindly.

    If all who asked for the sync have lost their rights, the sync ends instead.
    """
    now = context.now()
    with context.database.write() as session:
        pauses = enterprises.lock_queue(session, sync.enterprise_id, sync.cluster_id)
        if not followers.with_rights(session, sync.id, teams.get(session, sync.enterprise_id)):
            sync_moves.write_end(session, claim, sync, next_state.cancelled(Cause.NO_RIGHTS), now)
            return
        webex_status.store(session, sync.enterprise_id, webex, now)
        # The window to adopt a run begins now, not before the call above, which may have taken long.
        updates: SyncUpdates = {**transition.updates, "starting_at": now}
        starting = replace(sync, state=transition.state, waits_for=None, **updates)
        syncs.move(session, claim, now, keep_claim=True, state=transition.state, waits_for=None, **updates)
        shown = starting
        if sync.waits_for is not None:
            shown = sync  # it may well wait again: an edit for each try would use up those that Webex allows
        else:
            update_status_message(session, starting, now)
        # Webex has accepted another start since it refused this one.
        is_granted = sync.starting_at is not None and access_refusals.works_since(
            session, AccessSubject.SYNCS, sync.starting_at
        )
    failure: WebexFailure | None = None
    try:
        context.broadworks.start_sync(webex_id, is_granted=is_granted)
    except WebexFailure as raised:
        failure = raised
        log.log(context.access.log_level(raised), "sync %d: Webex was asked to start: %s", sync.id, raised)
    answered = transitions.from_start_request(failure, starting.starts, pauses, context.settings.sync_poll)
    sync_moves.apply(context, claim, starting, answered, shown=shown)
