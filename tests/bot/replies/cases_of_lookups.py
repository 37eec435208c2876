"""Every reply of `status`, `history` and `queue`."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from bot.commands.history import MAX_ROWS
from bot.replies import history, queue, rate_limits, status, sync, sync_ended
from bot.replies.history import merged
from bot.replies.status import Known
from bot.replies.sync import Standing
from bot.syncs.timing import Estimate
from storage.values.records import ACTIVE, Cause, Enterprise, SyncState, WaitsFor
from tests.bot import samples
from tests.bot.replies.cases import Case, Sample, case
from tests.bot.replies.cases_of_syncs import ACTIVATION, HOLD, ended, ends, standing_of, standings
from tests.bot.samples import NOW, OWN, READING, ROSTER

HOUR = timedelta(hours=1)


def of_lookups(sample: Sample) -> Iterator[Case]:
    acme = sample.enterprise
    unknown = Known(acme, None, None, None, None, None, None, None, None, {}, named=True)
    running = standing_of(sample, samples.sync(SyncState.RUNNING, asker_email=sample.email))
    yield case(status.answer)(_known(sample, running), NOW, live=False)
    hidden = replace(_known(sample, running), named=False)
    yield case(status.answer, "in a group space")(hidden, NOW, live=False)
    yield case(status.answer, "nothing is known")(unknown, NOW, live=False)
    notice = "⚠️ Webex has not accepted your service provider's access since this morning. The operators know."
    yield case(status.answer, "Webex refuses the access")(replace(unknown, access_notice=notice), NOW, live=False)
    small = replace(
        unknown, own=OWN, reading=READING, roster=replace(ROSTER, size=1), activation={"Activated": 1}, failed=(1, 0)
    )
    held = replace(small, hold_until=NOW + timedelta(hours=9), estimate=Estimate(sample.number, own=True))
    unseen = replace(unknown, reading=READING, estimate=Estimate(sample.number, own=False))
    yield case(status.answer, "nothing under way")(held, NOW, live=True)
    yield case(status.answer, "no sync by Webex seen")(unseen, NOW, live=True)
    yield case(history.nothing_yet)(acme)
    yield case(history.no_number)(sample.typing("all"), MAX_ROWS)
    many_syncs = [ended(sample, SyncState.FAILED, Cause.REFUSED, 1)] * sample.many
    if sample.is_lifelike:
        completed = replace(ended(sample, SyncState.COMPLETED, None, 0), ended_at=NOW - timedelta(days=1))
        many_syncs = [*many_syncs[:1], completed]
    entries = merged(many_syncs, [replace(OWN, status=sample.status, errors=((1, sample.webex),))])
    yield case(history.answer)(entries, acme, NOW)
    no_file = rate_limits.no_file(300, NOW + timedelta(minutes=25), NOW, acme)
    yield case(history.answer, "no more files this hour")(entries, acme, NOW, no_file)
    yield from _queues(sample, acme)


def of_syncs_combined(sample: Sample) -> Iterator[Case]:
    """The same replies for every way in which a sync stands or ends."""
    acme = sample.enterprise
    for when, standing in standings(sample):
        yield case(sync.joined, when)(standing, NOW, new=True)
        yield case(status.answer, when)(_known(sample, standing), NOW, live=False)
    for when, over in ends(sample):
        yield case(sync_ended.ended, when)(over, acme, HOLD, NOW, ROSTER, fresh=False)
        yield case(status.answer, when)(replace(_known(sample, None), last=over), NOW, live=False)
        yield case(history.answer, when)(merged([over, over], []), acme, NOW)


def _known(sample: Sample, standing: Standing | None) -> Known:
    """The longest that `status` can tell."""
    long_ago = NOW - timedelta(days=9 if sample.is_lifelike else 4000)
    last = replace(ended(sample, SyncState.FAILED, Cause.REFUSED, 0), ended_at=NOW - timedelta(hours=5))
    return Known(
        enterprise=sample.enterprise,
        standing=standing,
        last=last,
        last_success=replace(samples.sync(SyncState.COMPLETED, asker_email=sample.email, ended_at=long_ago), id=2),
        own=replace(OWN, status=sample.status),
        reading=replace(READING, status=sample.status, succeeded_at=None),
        estimate=Estimate(sample.number, own=False),
        hold_until=None if sample.is_lifelike else NOW + timedelta(hours=9),
        roster=replace(ROSTER, size=sample.number),
        activation=ACTIVATION if sample.is_lifelike else dict.fromkeys(ACTIVATION, sample.number),
        named=True,
        failed=(sample.few, sample.few),
    )


def _queues(sample: Sample, acme: Enterprise) -> Iterator[Case]:
    states = [samples.sync(state) for state in ACTIVE] + [samples.sync(waits_for=waits_for) for waits_for in WaitsFor]
    waiting = (states * 2)[: max(len(states), min(sample.many, 9))]
    clusters = [f"{acme.cluster}{number}" for number in range(sample.many)]
    queues, paused, enterprises = dict.fromkeys(clusters, waiting), dict.fromkeys(clusters, NOW + HOUR), {1: acme}
    if sample.is_lifelike:
        borealis = sample.enterprises[1]
        behind = samples.sync(enterprise_id=2, asked_at=NOW - timedelta(seconds=20))
        running = samples.sync(SyncState.RUNNING)
        queues = {"east": [running, behind], "west": [replace(behind, waits_for=WaitsFor.CLUSTER)]}
        paused, enterprises = {"west": NOW + timedelta(minutes=4)}, {1: acme, 2: borealis}
    yield case(queue.answer, "empty")({}, {}, {}, NOW)
    yield case(queue.answer, "a cluster that is busy")({}, paused, {}, NOW)
    for state in (*ACTIVE, *WaitsFor):
        one = samples.sync(state) if isinstance(state, SyncState) else samples.sync(waits_for=state)
        when = "one sync" if isinstance(state, SyncState) else "one sync that waits for"
        yield case(queue.answer, f"{when}: {state}")({acme.cluster: [one]}, {}, enterprises, NOW)
    yield case(queue.answer, "several clusters")(queues, paused, enterprises, NOW)
