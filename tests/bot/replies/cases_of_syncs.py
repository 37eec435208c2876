"""Every reply about a sync: asked for, under way, ended."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from bot.replies import (
    activation,
    cancel,
    help,
    notify,
    sync,
    sync_causes,
    sync_counts,
    sync_ended,
    sync_errors,
    sync_results,
)
from bot.replies.sync import Standing
from bot.syncs.timing import Estimate
from bot.webex.sync_error_codes import MEANINGS
from storage.values.license_table import LicenseHolder
from storage.values.records import ACTIVE, Cause, Sync, SyncState, WaitsFor
from tests.bot import samples
from tests.bot.replies.cases import Case, Sample, case, constant
from tests.bot.samples import NOW, ROSTER

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
    for when, standing in standings(sample):
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
    for when, rests_until in (("rests", NOW + timedelta(minutes=2)), ("waits for its turn", None)):
        resting = samples.sync(waits_for=WaitsFor.RETRY, rests_until=rests_until)
        yield case(sync.so_far, when)(standing_of(sample, resting), NOW)
    for own in (True, False):
        yield case(sync.takes, "own" if own else "others")(Estimate(sample.number, own=own))


def standing_of(sample: Sample, asked: Sync) -> Standing:
    return Standing(asked, sample.enterprise, sample.few, Estimate(sample.number, own=False), named=True)


def standings(sample: Sample) -> Iterator[tuple[str, Standing]]:
    for state in ACTIVE:
        yield state, standing_of(sample, samples.sync(state, asker_email=sample.email))
    for waits_for in WaitsFor:
        waiting = samples.sync(asker_email=sample.email, waits_for=waits_for)
        yield f"waits for {waits_for}", replace(standing_of(sample, waiting), place=1)


def ended(sample: Sample, state: SyncState, cause: Cause | None, many: int) -> Sync:
    """A sync that is over, with all that Webex can say about it."""
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
    failed = ended(sample, SyncState.FAILED, Cause.WEBEX_FAILED, 1)
    for when, over in (
        ("completed", completed),
        ("completed with warnings", ended(sample, SyncState.COMPLETED, None, 1)),
        ("failed", failed),
        ("withdrawn", ended(sample, SyncState.CANCELLED, Cause.WITHDRAWN, 0)),
        ("cancelled by an operator", ended(sample, SyncState.CANCELLED, Cause.ENDED_BY_OPERATOR, 0)),
    ):
        yield case(sync_ended.final, when)(over, acme, NOW)
    yield case(sync_ended.ended)(completed, acme, HOLD, NOW, roster, fresh=False)
    yield case(sync_ended.ended, "with warnings")(ended(sample, SyncState.COMPLETED, None, 1), acme, HOLD, NOW)
    yield case(sync_ended.ended, "nobody has activated")(
        ended(sample, SyncState.FAILED, Cause.NOBODY_ACTIVATED, 1), acme, HOLD, NOW, roster
    )
    yield case(sync_ended.ended, "without license holders")(failed, acme, HOLD, NOW)
    yield case(sync_ended.ended, "in a public space")(failed, acme, HOLD, NOW, public=True)
    one_left = replace(ROSTER, size=1)
    yield case(sync_ended.ended, "with one license holder")(completed, acme, HOLD, NOW, one_left, fresh=True)
    for cause in Cause:
        yield case(sync_causes.why, cause)(ended(sample, SyncState.FAILED, cause, 0))
    yield case(sync_counts.lines)(COUNTS)
    yield case(sync_counts.lines, "much was deleted")({"usersDeleted": 90, "totalExternalUsersInCI": 410})
    yield case(sync_counts.lines, "the only entry was deleted")({"usersDeleted": 1, "totalExternalUsersInCI": 0})
    yield case(sync_counts.summary)(COUNTS)
    yield case(sync_errors.explained, "every code")([(code, "") for code in MEANINGS], 10**6, public=True)
    other = "Account is locked" if sample.is_lifelike else sample.status
    timed_out = [(600014, sample.webex)]
    errors = timed_out + [(600025, sample.webex)] * 2 + [(600025, other), (10**6, sample.webex)]
    yield case(sync_errors.explained)(errors, 7000)
    yield case(sync_errors.explained, "more than fit into a message")([(code, "") for code in MEANINGS], 700)
    for over in (completed, ended(sample, SyncState.COMPLETED, None, 1), failed):
        yield case(sync_results.of_sync, result := sync_results.of_sync(over))(over)
        yield case(sync_results.marked, result)(result)
    yield case(sync_results.marked, "Webex's word is unknown")(sample.status)
    yield case(sync_results.marked, "Webex says nothing")("")


def activations() -> Iterator[Case]:
    """What each license holder who has not activated has to do, as the CSV says it."""
    for email in ("", "ana@acme.example"):
        for state in ("Not begun", "Begun", "Error"):
            holder = LicenseHolder(email=email, activation=state)
            when = f"{state}, {'with' if email else 'without'} e-mail"
            yield Case(activation.__name__, "rows", when, next(activation.rows([holder]))[-1])
