"""What happens by itself: one job for each kind of row, chores and loops; all of it is in SCHEDULE."""

from datetime import timedelta
from typing import Any

from bot.jobs import (
    access_looks,
    inbox,
    look_back,
    maintenance,
    outbox,
    provider_token,
    rosters,
    syncs,
    token_look,
    webex_status,
    webhooks,
)
from bot.jobs.access_watch import CHORE
from bot.jobs.engine.job import Chore, Job, Loop
from storage.webhooks import SECRET

SCHEDULE: tuple[Job[Any] | Chore | Loop, ...] = (
    inbox.JOB,
    outbox.JOB,
    syncs.JOB,
    rosters.JOB,
    webex_status.JOB,
    Chore("leases", maintenance.renew, every=timedelta(seconds=20)),
    Chore(CHORE, access_looks.watch, every=access_looks.EVERY),
    Chore("tokens", token_look.make_up, every=access_looks.EVERY),
    Loop("looking back", look_back.run),
    Chore("webhooks", webhooks.look, every=timedelta(minutes=2)),
    Chore(SECRET, webhooks.send_secret, every=timedelta(days=1), at_start=False),
    Chore("provider token", provider_token.renew, every=timedelta(seconds=3)),
    Chore("token reminders", provider_token.remind, every=timedelta(seconds=30)),
    Chore("overdue syncs", syncs.requeue_overdue, every=timedelta(minutes=1)),
    Chore("survey", webex_status.survey, every=webex_status.EVERY),
    Chore("whole rosters", rosters.request_stalest, every=timedelta(minutes=1)),
    Chore("ended silences", maintenance.close_silences, every=timedelta(minutes=1)),
    Chore("pruning", maintenance.prune, every=timedelta(hours=1)),
)
