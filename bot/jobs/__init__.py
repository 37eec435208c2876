"""What happens by itself: one job per kind of row, and the chores; all of it is in SCHEDULE."""

from datetime import timedelta

from bot.jobs import inbox, maintenance, outbox, rosters, syncs, webex_status, webhooks
from bot.jobs.engine.job import Chore, Job
from storage import inbox as inbox_rows
from storage import outbox as outbox_rows
from storage import rosters as roster_rows
from storage import syncs as sync_rows
from storage import webex_status as reading_rows

SCHEDULE: tuple[Job | Chore, ...] = (
    Job(inbox_rows.KIND, inbox.move, inbox_rows.next_due, lambda settings: settings.answer_threads),
    Job(outbox_rows.KIND, outbox.move, outbox_rows.next_due, lambda settings: settings.answer_threads),
    Job(sync_rows.KIND, syncs.move, sync_rows.next_due, lambda _settings: 2),
    Job(roster_rows.KIND, rosters.move, roster_rows.next_due, lambda _settings: 2),
    Job(reading_rows.KIND, webex_status.move, reading_rows.next_due, lambda _settings: 2),
    Chore("leases", maintenance.renew, every=timedelta(seconds=20)),
    Chore("webhooks", webhooks.ensure, every=timedelta(minutes=10)),
    Chore("overdue syncs", syncs.requeue_overdue, every=timedelta(minutes=1)),
    Chore("survey", webex_status.survey, every=webex_status.EVERY),
    Chore("whole rosters", rosters.request_stalest, every=timedelta(minutes=1)),
    Chore("pruning", maintenance.prune, every=timedelta(hours=1)),
)
