"""Every reply about a sync: asked for, under way, ended, looked up."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from bot.commands.history import MAX_ROWS
from bot.replies import (
    activation,
    cancel,
    help,
    history,
    notify,
    queue,
    status,
    sync,
    sync_causes,
    sync_counts,
    sync_ended,
    sync_errors,
    sync_results,
)
from bot.replies.history import merged
from bot.replies.status import Known
from bot.replies.sync import Standing
from bot.syncs.timing import Estimate
from bot.webex.sync_error_codes import MEANINGS
from storage.values.license_table import LicenseHolder
from storage.values.records import ACTIVE, Cause, Enterprise, Sync, SyncState, WaitsFor
from tests.bot import samples
from tests.bot.replies.cases import Case, Sample, case, constant
from tests.bot.samples import NOW, OWN, READING, ROSTER

HOUR = timedelta(hours=1)
HOLD = timedelta(hours=24)
ACTIVATION = {"Activated": 248, "Not begun": 93, "Begun": 40, "Error": 29}
COUNTS = {
    f"{kind}{change}": number
    for kind in ("users", "machines", "userContacts", "orgContacts", "groupContacts")
    for change, number in (("Added", 4), ("Updated", 2), ("Deleted", 0))
} | {"totalExternalUsersInCI": 827}
CODES = [600014, *sorted(MEANINGS.keys() - {600014}), *range(10**12, 10**12 + 60)]


def of_syncs(sample: Sample) -> Iterator[Case]:
    yield from _asked(sample)
    yield from _under_way(sample)
    yield from _ended(sample)
    yield from _looked_up(sample)


def _asked(sample: Sample) -> Iterator[Case]:
    acme = sample.enterprise
    yield case(sync.held)(NOW + timedelta(hours=19), HOLD, NOW, acme)
    yield case(help.no_arguments)("sync")
    yield case(cancel.nothing)(acme)
    yield case(cancel.too_late)(acme)
    for named in (True, False):
        asked = samples.sync(asker_email=sample.email)
        yield case(cancel.not_yours, "" if named else "in a group space")(asked, acme, NOW, named=named)
    yield case(cancel.withdrawn)(acme)
    yield case(cancel.ended)(acme)
    yield case(cancel.ended_for_all)(acme)
    yield case(notify.on_or_off)(sample.word)
    yield case(notify.on_or_off, "nothing typed")("")
    yield constant(notify, "NOT_AN_ADMIN")
    yield constant(notify, "TAKEN")
    for on in (True, False):
        for changed in (True, False):
            when = f"{'on' if on else 'off'}{'' if changed else ' already'}"
            yield case(notify.oneself, when)(on=on, changed=changed)
            yield case(notify.space, when)(acme, on=on, changed=changed)


def _under_way(sample: Sample) -> Iterator[Case]:
    for when, standing in _standings(sample):
        yield case(sync.progress, when)(standing, NOW)
    waiting = standing_of(sample, samples.sync(asker_email=sample.email))
    yield case(sync.accepted)(waiting, NOW, ACTIVATION, 0)
    for without in (0, 1, sample.few):
        when = f"nobody has activated, {without} without e-mail"
        yield case(sync.accepted, when)(waiting, NOW, {"Begun": sample.number}, without)
    yield case(sync.joined)(waiting, NOW, new=True)
    yield case(sync.joined, "once more, in a group space")(replace(waiting, named=False), NOW, new=False)
    odd = samples.sync(SyncState.RUNNING, webex_status=sample.status)
    yield case(sync.so_far)(standing_of(sample, odd), NOW)
    for own in (True, False):
        yield case(sync.takes, "own" if own else "others")(Estimate(sample.number, own=own))


def standing_of(sample: Sample, asked: Sync) -> Standing:
    return Standing(asked, sample.enterprise, sample.few, Estimate(sample.number, own=False), named=True)


def _standings(sample: Sample) -> Iterator[tuple[str, Standing]]:
    for state in ACTIVE:
        yield state, standing_of(sample, samples.sync(state, asker_email=sample.email))
    for waits_for in WaitsFor:
        waiting = samples.sync(asker_email=sample.email, waits_for=waits_for)
        yield f"waits for {waits_for}", replace(standing_of(sample, waiting), place=1)


def ended(sample: Sample, state: SyncState, cause: Cause | None, many: int) -> Sync:
    """A sync that is over, of which Webex has told much."""
    counts = {"usersAdded": sample.number, "usersDeleted": sample.number, "totalExternalUsersInCI": sample.number}
    started = state is not SyncState.CANCELLED
    return samples.sync(
        state,
        cause=cause,
        asker_email=sample.email,
        ended_at=NOW,
        started_at=NOW - timedelta(minutes=12) if started else None,
        seconds=720.0 if started and cause is not Cause.REFUSED else None,
        tracking_id=sample.tracking_id if started else None,
        reason=sample.webex if state is SyncState.FAILED else None,
        webex_status=sample.status,
        counts=COUNTS if sample.is_lifelike else counts | {sample.webex: 7},
        errors=tuple((code, sample.webex) for code in CODES[:many]),
    )


def ends(sample: Sample) -> Iterator[tuple[str, Sync]]:
    """A sync for each way in which one can end; one that failed before causes were kept has none."""
    ways: list[tuple[SyncState, Cause | None]] = [(SyncState.COMPLETED, None)]
    ways += [(SyncState.CANCELLED, Cause.WITHDRAWN), *((SyncState.FAILED, cause) for cause in (*Cause, None))]
    for state, cause in ways:
        yield f"{state}{f', {cause}' if cause else ''}", ended(sample, state, cause, sample.many)
    yield "completed without errors", ended(sample, SyncState.COMPLETED, None, 0)
    yield "failed without errors", ended(sample, SyncState.FAILED, Cause.REFUSED, 0)


def _ended(sample: Sample) -> Iterator[Case]:
    acme, roster = sample.enterprise, replace(ROSTER, size=sample.number)
    completed = ended(sample, SyncState.COMPLETED, None, 0)
    refused = ended(sample, SyncState.FAILED, Cause.REFUSED, 1)
    for when, over in (
        ("completed", completed),
        ("completed with warnings", ended(sample, SyncState.COMPLETED, None, 1)),
        ("failed", refused),
        ("withdrawn", ended(sample, SyncState.CANCELLED, Cause.WITHDRAWN, 0)),
        ("cancelled by an operator", ended(sample, SyncState.CANCELLED, Cause.ENDED_BY_OPERATOR, 0)),
    ):
        yield case(sync_ended.final, when)(over, acme, NOW)
    yield case(sync_ended.ended)(completed, acme, HOLD, NOW, roster, fresh=False)
    yield case(sync_ended.ended, "with warnings")(ended(sample, SyncState.COMPLETED, None, 1), acme, HOLD, NOW)
    yield case(sync_ended.ended, "nobody has activated")(
        ended(sample, SyncState.FAILED, Cause.NOBODY_ACTIVATED, 1), acme, HOLD, NOW, roster
    )
    yield case(sync_ended.ended, "without license holders")(refused, acme, HOLD, NOW)
    yield case(sync_ended.ended, "in a public space")(refused, acme, HOLD, NOW, public=True)
    one_left = replace(ROSTER, size=1)
    yield case(sync_ended.ended, "with one license holder")(completed, acme, HOLD, NOW, one_left, fresh=True)
    for cause in Cause:
        yield case(sync_causes.why, cause)(ended(sample, SyncState.FAILED, cause, 0))
    yield case(sync_counts.lines)(COUNTS)
    yield case(sync_counts.lines, "much was deleted")({"usersDeleted": 90, "totalExternalUsersInCI": 410})
    yield case(sync_counts.lines, "the only entry was deleted")({"usersDeleted": 1, "totalExternalUsersInCI": 0})
    yield case(sync_counts.summary)(COUNTS)
    yield case(sync_errors.explained, "every code")([(code, "") for code in MEANINGS], 10**6, public=True)
    timed_out = [(600014, sample.webex)]
    errors = timed_out + [(600025, sample.webex)] * 2 + [(600025, sample.status), (10**6, sample.webex)]
    yield case(sync_errors.explained)(errors, 7000)
    yield case(sync_errors.explained, "more than fit into a message")(errors, 700)
    for over in (completed, ended(sample, SyncState.COMPLETED, None, 1), refused):
        yield case(sync_results.of_sync, result := sync_results.of_sync(over))(over)
        yield case(sync_results.marked, result)(result)
    yield case(sync_results.marked, "Webex's word is unknown")(sample.status)
    yield case(sync_results.marked, "Webex says nothing")("")


def of_syncs_combined(sample: Sample) -> Iterator[Case]:
    """The same replies for every way in which a sync stands or ends."""
    acme = sample.enterprise
    for when, standing in _standings(sample):
        yield case(sync.joined, when)(standing, NOW, new=True)
        yield case(status.answer, when)(_known(sample, standing), NOW, live=False)
    for when, over in ends(sample):
        yield case(sync_ended.ended, when)(over, acme, HOLD, NOW, ROSTER, fresh=False)
        yield case(status.answer, when)(replace(_known(sample, None), last=over), NOW, live=False)
        yield case(history.answer, when)(merged([over, over], []), acme, NOW)


def activations() -> Iterator[Case]:
    """What each license holder who has not activated has to do, as the CSV says it."""
    for email in ("", "ana@acme.example"):
        for state in ("Not begun", "Begun", "Error"):
            holder = LicenseHolder(email=email, activation=state)
            when = f"{state}, {'with' if email else 'without'} e-mail"
            yield Case(activation.__name__, "rows", when, next(activation.rows([holder]))[-1])


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


def _looked_up(sample: Sample) -> Iterator[Case]:
    acme = sample.enterprise
    unknown = Known(acme, None, None, None, None, None, None, None, None, {}, named=True)
    running = standing_of(sample, samples.sync(SyncState.RUNNING, asker_email=sample.email))
    yield case(status.answer)(_known(sample, running), NOW, live=False)
    hidden = replace(_known(sample, running), named=False)
    yield case(status.answer, "in a group space")(hidden, NOW, live=False)
    yield case(status.answer, "nothing is known")(unknown, NOW, live=False)
    small = replace(
        unknown, own=OWN, reading=READING, roster=replace(ROSTER, size=1), activation={"Activated": 1}, failed=(1, 0)
    )
    held = replace(small, hold_until=NOW + timedelta(hours=9), estimate=Estimate(sample.number, own=True))
    unseen = replace(unknown, reading=READING, estimate=Estimate(sample.number, own=False))
    yield case(status.answer, "nothing under way")(held, NOW, live=True)
    yield case(status.answer, "no sync by Webex seen")(unseen, NOW, live=True)
    yield case(history.nothing_yet)(acme)
    yield case(history.no_number)("all" if sample.is_lifelike else sample.typed, MAX_ROWS)
    many_syncs = [ended(sample, SyncState.FAILED, Cause.REFUSED, 1)] * sample.many
    if sample.is_lifelike:
        completed = replace(ended(sample, SyncState.COMPLETED, None, 0), ended_at=NOW - timedelta(days=1))
        many_syncs = [*many_syncs[:1], completed]
    entries = merged(many_syncs, [replace(OWN, status=sample.status, errors=((1, sample.webex),))])
    yield case(history.answer)(entries, acme, NOW)
    yield from _queues(sample, acme)


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
