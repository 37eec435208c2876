"""Keeps the status message of a sync up to date: edited when its state changes, as often as Webex allows."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.replies import sync_ended
from bot.replies.sync import Standing, progress
from bot.syncs import timing
from storage import enterprises, history, outbox, queues
from storage.records import ACTIVE, Sync


def show(session: Session, sync: Sync, now: datetime) -> None:
    """Bring the status message of a sync up to date with how it stands by now, if it has one."""
    if sync.status_outbox_id is None:
        return
    enterprise = enterprises.get(session, sync.enterprise_id)
    if sync.state not in ACTIVE:
        outbox.edit(session, sync.status_outbox_id, sync_ended.final(sync, enterprise, now), now, last=True)
        return
    estimate = timing.estimate(*history.past_durations(session, enterprise.id, sync.cluster_id))
    standing = Standing(sync, enterprise, queues.place(session, sync), estimate, named=False)
    outbox.edit(session, sync.status_outbox_id, progress(standing, now), now)
