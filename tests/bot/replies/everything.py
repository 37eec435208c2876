"""Every reply there is, with given texts wherever somebody else's may stand."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from bot.chat.message import MAX_FILE_BYTES, Refusal
from bot.commands import COMMANDS
from bot.filters import language
from bot.filters.advice import Absent, Advice, Rewritten, Suggestion
from bot.locations import refusals
from bot.locations.csv_reader import Key, RequestedLocation
from bot.locations.matching import LineResult, Result, UploadResult
from bot.replies import access, cancel, help, history, licenses, locations, notify, queue, status, sync, sync_ended
from bot.replies.history import merged
from bot.replies.license_summary import Summary
from bot.replies.licenses import About
from bot.replies.status import Known
from bot.replies.sync import Standing
from bot.syncs.timing import Estimate
from bot.webex.sync_error_codes import MEANINGS
from storage.values.license_table import LicenseHolder, View
from storage.values.records import ACTIVE, Cause, Enterprise, Sync, SyncState, WaitsFor
from tests.bot import samples
from tests.bot.replies.of_rights import rights
from tests.bot.samples import NOW, OWN, READING, ROSTER
from tests.bot.samples import sync as a_sync

HOUR = timedelta(hours=1)
HOLD = timedelta(hours=24)
ACTIVATION = {"Activated": 10**9, "Not begun": 0, "Begun": 1, "Error": 2}
CODES = [*MEANINGS, *range(10**12, 10**12 + 60)]


def ended(state: SyncState, cause: Cause | None, text: str, many: int) -> Sync:
    """A sync that is over, of which Webex has told much."""
    return a_sync(
        state,
        cause=cause,
        asker_email=text,
        ended_at=NOW,
        started_at=NOW - HOUR,
        seconds=3600.0,
        tracking_id=text,
        reason=text if state is SyncState.FAILED else None,
        webex_status=text,
        counts={"usersAdded": 2**62, "usersDeleted": 2**62, "totalExternalUsersInCI": 2**62, text: 7},
        errors=tuple((code, text) for code in CODES[:many]),
    )


def ends(text: str, many: int) -> Iterator[tuple[str, Sync]]:
    """A sync for each way in which one can end; what failed before causes were kept has none."""
    ways: list[tuple[SyncState, Cause | None]] = [(SyncState.COMPLETED, None)]
    ways += [(SyncState.CANCELLED, Cause.WITHDRAWN), *((SyncState.FAILED, cause) for cause in (*Cause, None))]
    for state, cause in ways:
        yield f"{state} {cause}", ended(state, cause, text, many)
    yield "completed without errors", ended(SyncState.COMPLETED, None, text, 0)
    yield "failed without errors", ended(SyncState.FAILED, Cause.REFUSED, text, 0)


def replies(name: str, email: str, words: str, *, many: int = 30) -> dict[str, str]:
    """Every reply: `name` is an enterprise's, `words` are Webex's or what was typed; `many` is the length of lists."""
    acme = samples.enterprise(name, key=name, cluster=name)
    said = {
        "stranger": access.stranger([email] * many),
        "which": access.which([name] * many),
        "unknown": access.unknown(words, None),
        "held": sync.held(NOW + timedelta(hours=19), HOLD, NOW, acme),
        "no arguments": sync.no_arguments(words),
        "help": help.overview(COMMANDS),
        **{f"help {command.name}": help.explanation(command) for command in COMMANDS},
        "notify": notify.on_or_off(words),
        "cancel nothing": cancel.nothing(acme),
        "cancel too late": cancel.too_late(acme),
        "cancel not yours": cancel.not_yours(a_sync(asker_email=email), acme, NOW, named=True),
        "cancel withdrawn": cancel.withdrawn(acme),
        "cancel ended": cancel.ended(acme),
        "cancel ended for all": cancel.ended_for_all(acme),
        "history nothing": history.nothing_yet(acme),
        "history number": history.no_number(words, 1000),
    }
    for on in (True, False):
        said[f"notify {on}"] = notify.oneself(on=on, changed=not on)
        said[f"notify space {on}"] = notify.space(acme, on=on, changed=not on)
    for mark, standing in _standings(acme, email):
        said[f"accepted {mark}"] = sync.accepted(standing, NOW, {"Begun": 10**9}, 10**9)
        said[f"joined {mark}"] = sync.joined(standing, NOW, new=True)
        said[f"status {mark}"] = status.answer(_known(acme, standing, words, email), NOW, live=False)
    for mark, over in ends(words, many):
        asked = replace(over, asker_email=email)
        said[f"final {mark}"] = sync_ended.final(asked, acme, NOW)
        said[f"ended {mark}"] = sync_ended.ended(asked, acme, HOLD, NOW, ROSTER, fresh=False)
        said[f"status {mark}"] = status.answer(replace(_known(acme, None, words, email), last=asked), NOW, live=False)
        said[f"history {mark}"] = history.answer(merged([asked, asked], []), acme, NOW)
    many_syncs = [ended(SyncState.FAILED, Cause.REFUSED, words, 1)] * many
    entries = merged(many_syncs, [replace(OWN, status=words, errors=((1, words),))])
    said["history"] = history.answer(entries, acme, NOW)
    said |= _queues(acme, many)
    said |= _licenses(acme, words, many)
    said |= _locations(acme, words, many)
    said |= rights(acme, email, words, many)
    return said


def _locations(acme: Enterprise, words: str, many: int) -> dict[str, str]:
    wish = RequestedLocation(10**5, words, words, words)
    found = [LineResult(wish, result, words, words, zeros_aside=True) for result in Result] * many
    upload = UploadResult(Key.SERVICE_ID, found, {f"{number}{words}": 10**5 for number in range(many)})
    faults = [refusals.Fault(10**5, "a header", refusals.quoted(words))] * many
    places = {f"{number}{words}": number for number in range(many)} | {"": 1}
    return {
        "locations": locations.overview(places, 10**9, ROSTER, acme, NOW),
        "locations none": locations.overview({}, 0, ROSTER, acme, NOW),
        "locations changed": locations.changed(upload, ROSTER, acme, NOW),
        "locations unchanged": locations.changed(UploadResult(Key.EXT, [], {}), ROSTER, acme, NOW),
        "locations failed": locations.none_yet(failed=True),
        "locations not yet": locations.none_yet(failed=False),
        "locations no file": locations.no_words(words),
        "upload faults": refusals.faults(faults),
        "upload not text": refusals.not_text("a PDF"),
        "upload too large": refusals.too_large(MAX_FILE_BYTES),
        "upload too long": refusals.too_long(100_000),
        "upload unsafe": refusals.unsafe(),
        "upload gone": refusals.gone(),
        "upload several": refusals.several(2),
    }


def _standings(acme: Enterprise, email: str) -> Iterator[tuple[str, Standing]]:
    for state in ACTIVE:
        yield state, Standing(a_sync(state, asker_email=email), acme, 10**6, Estimate(1e9, own=False), named=True)
    for waits_for in WaitsFor:
        waiting = a_sync(asker_email=email, waits_for=waits_for)
        yield f"waits for {waits_for}", Standing(waiting, acme, 10**6, Estimate(1e9, own=False), named=True)


def _known(acme: Enterprise, standing: Standing | None, words: str, email: str) -> Known:
    """The longest that `status` can tell."""
    long_ago = NOW - timedelta(days=4000)
    return Known(
        enterprise=acme,
        standing=standing,
        last=replace(ended(SyncState.FAILED, Cause.REFUSED, words, 0), asker_email=email),
        last_success=replace(a_sync(SyncState.COMPLETED, asker_email=email, ended_at=long_ago), id=2),
        own=replace(OWN, status=words),
        reading=replace(READING, status=words, succeeded_at=None),
        estimate=Estimate(1e9, own=False),
        hold_until=NOW + timedelta(hours=9),
        roster=replace(ROSTER, size=10**9),
        activation=ACTIVATION,
        named=True,
        failed=(10**9, 10**9),
    )


def _queues(acme: Enterprise, many: int) -> dict[str, str]:
    waiting = [a_sync(waits_for=WaitsFor.CLUSTER)] * min(many, 9)
    clusters = [f"{acme.cluster}{number}" for number in range(many)]
    paused = dict.fromkeys(clusters, NOW + HOUR)
    enterprises = {1: acme}
    return {
        "queue empty": queue.answer({}, {}, {}, NOW),
        "queue paused": queue.answer({}, paused, {}, NOW),
        "queue": queue.answer({acme.cluster: waiting}, {}, enterprises, NOW),
        "queues": queue.answer(dict.fromkeys(clusters, waiting), paused, enterprises, NOW),
    }


def _licenses(acme: Enterprise, words: str, many: int) -> dict[str, str]:
    holder = LicenseHolder(*[words] * 9)
    said = {}
    alternatives = "location=" + ",".join(f'"{words[:100]}{n}"' for n in range(many))
    for typed in ("", f'"{words[:300]}" sort=-last', alternatives):
        try:
            view = language.parse(typed)
        except Refusal as refusal:
            said[f"refused {typed[:9]}"] = refusal.markdown
            continue
        about = About(view, replace(ROSTER, size=10**9), acme, licenses.failing(failed=False))
        for rows in ([], [holder] * 15):
            found = Summary(len(rows), Counter(ACTIVATION), Counter({f"{words}{n}": n for n in range(many)}), rows)
            for mark, advice in _advice(view, words):
                said[f"licenses {typed[:9]} {len(rows)} {mark}"] = licenses.answer(about, found, advice, NOW)
                said[f"licenses count {typed[:9]} {len(rows)} {mark}"] = licenses.counts(about, found, advice, NOW)
            said[f"licenses too large {typed[:9]}"] = licenses.too_large((view.terms[0], 10**9) if view.terms else None)
    return said


def _advice(view: View, words: str) -> Iterator[tuple[str, Advice]]:
    absent = (Absent("location", words, words),) * 5
    yield "no advice", Advice()
    if view.terms:
        yield "dropped", Advice(Suggestion(view.terms[0], 10**9, view.terms[0], 10**9), absent)
        yield "rewritten", Advice(Rewritten(view.terms[0], 10**9), absent)
