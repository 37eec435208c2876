"""The runs that the bot did not start are stored, once each; the runs of the bot are not."""

from dataclasses import replace
from typing import Any

import pytest

from storage import enterprises, webex_status
from storage.engine.database import Database
from storage.values.records import Enterprise, SyncState, WebexRun, WebexSyncStatus
from tests.storage import sample_rows
from tests.storage.sample_rows import DAY, MINUTE, NOW, SECOND

_RUN = WebexSyncStatus(
    read_at=NOW,
    enabled=True,
    status="IN_PROGRESS",
    started_at=NOW - MINUTE,
    ended_at=None,
    succeeded_at=None,
    tracking_id="NA_1",
)


def _keep(
    database: Database, enterprise: Enterprise, reading: WebexSyncStatus, counts: Any = None, errors: Any = None
) -> list[WebexRun]:
    """Store a status. Return the stored runs, newest first."""
    with database.write() as session:
        enterprises.lock(session, enterprise.id)
        told = replace(reading, counts=counts or {}, errors=tuple(errors or ()))
        webex_status.store(session, enterprise.id, told, reading.as_of)
    return _runs(database, enterprise)


def _runs(database: Database, enterprise: Enterprise, limit: int = 9) -> list[WebexRun]:
    with database.read() as session:
        return webex_status.runs(session, enterprise.id, limit)


def _later(days: int = 1, **more: Any) -> WebexSyncStatus:
    """Return the status of another run, some days later."""
    moved = days * DAY
    return replace(_RUN, read_at=NOW + moved, started_at=NOW - MINUTE + moved, tracking_id=f"NA_{days}_later", **more)


def _start(
    database: Database, enterprise: Enterprise, state: SyncState, before: WebexSyncStatus | None, **more: Any
) -> None:
    """Start a sync of the bot, after Webex reported the run before."""
    sample_rows.queue_sync(database, enterprise)
    more |= {"before_started_at": before.started_at, "before_tracking_id": before.tracking_id} if before else {}
    sample_rows.move_sync(database, sample_rows.claim_sync(database), state=state, due_at=NOW, starting_at=NOW, **more)


def test_a_run_is_stored_once_and_updated_when_it_ends(database: Database, acme: Enterprise) -> None:
    _keep(database, acme, _RUN)
    (running,) = _keep(database, acme, replace(_RUN, read_at=NOW + SECOND))
    assert (running.status, running.started_at, running.ended_at) == ("IN_PROGRESS", NOW - MINUTE, None)
    over = replace(_RUN, read_at=NOW + MINUTE, status="COMPLETE", ended_at=NOW + SECOND)
    (run,) = _keep(database, acme, over, {"added": 3}, [[600006, "odd"]])
    assert run == replace(
        running, status="COMPLETE", ended_at=NOW + SECOND, counts={"added": 3}, errors=((600006, "odd"),)
    )
    assert run.tracking_id == "NA_1"


def test_an_older_webex_status_of_a_run_changes_nothing(database: Database, acme: Enterprise) -> None:
    over = _keep(database, acme, replace(_RUN, read_at=NOW + MINUTE, status="COMPLETE", ended_at=NOW), {"added": 3})
    assert _keep(database, acme, _RUN) == over


def test_a_run_is_known_by_its_start_or_its_tracking_id(database: Database, acme: Enterprise) -> None:
    (first,) = _keep(database, acme, _RUN)
    for start, tracking_id, known_as in (
        (_RUN.started_at, None, "NA_1"),
        (_RUN.started_at, "NA_2", "NA_2"),
        (NOW - 2 * MINUTE, "NA_2", "NA_2"),
    ):
        (run,) = _keep(database, acme, replace(_RUN, started_at=start, tracking_id=tracking_id))
        assert (run.id, run.started_at, run.tracking_id) == (first.id, start, known_as)


def test_runs_with_a_new_start_and_tracking_id_are_listed_newest_first(database: Database, acme: Enterprise) -> None:
    _keep(database, acme, _RUN)
    _keep(database, acme, replace(_later(), tracking_id=None))
    known = _keep(database, acme, _later(2))
    assert [run.started_at for run in known] == [NOW - MINUTE + days * DAY for days in (2, 1, 0)]
    assert _runs(database, acme, 2) == known[:2]


def test_every_enterprise_has_runs_of_its_own(database: Database, acme: Enterprise, bolt: Enterprise) -> None:
    _keep(database, acme, _RUN)
    sample_rows.ended_sync(
        database, acme, SyncState.COMPLETED, started_at=_later().started_at, tracking_id="NA_1_later"
    )
    assert len(_keep(database, bolt, _RUN)) == 1
    assert len(_keep(database, bolt, _later())) == 2
    assert len(_runs(database, acme)) == 1


def test_a_status_without_a_start_is_not_a_run(database: Database, acme: Enterprise) -> None:
    assert _keep(database, acme, replace(_RUN, started_at=None)) == []


def test_an_end_before_the_start_belongs_to_the_run_before(database: Database, acme: Enterprise) -> None:
    start = NOW - MINUTE
    for told, kept in ((start - SECOND, None), (start, start), (NOW, NOW)):
        (run,) = _keep(database, acme, replace(_RUN, ended_at=told))
        assert run.ended_at == kept


@pytest.mark.parametrize(
    "told",
    [
        _RUN,
        replace(_RUN, tracking_id=None),
        replace(_RUN, tracking_id="NA_2"),
        replace(_RUN, started_at=NOW - 2 * MINUTE),
    ],
    ids=["both", "start alone", "same start", "same tracking id"],
)
def test_the_run_of_an_ended_sync_of_ours_is_not_webexs_own(
    database: Database, acme: Enterprise, told: WebexSyncStatus
) -> None:
    sample_rows.ended_sync(database, acme, SyncState.FAILED, started_at=_RUN.started_at, tracking_id="NA_1")
    assert _keep(database, acme, replace(told, read_at=NOW + MINUTE)) == []
    assert len(_keep(database, acme, _later())) == 1


@pytest.mark.parametrize("state", [SyncState.STARTING, SyncState.RUNNING])
@pytest.mark.parametrize("before", [None, _RUN], ids=["the first ever", "after another run"])
def test_a_run_that_ours_may_have_begun_is_not_webexs_own(
    database: Database, acme: Enterprise, state: SyncState, before: WebexSyncStatus | None
) -> None:
    _start(database, acme, state, before)
    assert _keep(database, acme, _later()) == []
    assert _keep(database, acme, replace(_later(2), tracking_id=None)) == []


def test_a_run_with_only_a_new_tracking_id_may_be_ours(database: Database, acme: Enterprise) -> None:
    _start(database, acme, SyncState.STARTING, _RUN)
    assert _keep(database, acme, replace(_RUN, read_at=NOW + MINUTE, tracking_id="NA_2")) == []


def test_the_run_before_our_start_is_still_webexs_own(database: Database, acme: Enterprise) -> None:
    _start(database, acme, SyncState.STARTING, _RUN)
    assert len(_keep(database, acme, replace(_RUN, tracking_id=None))) == 1
    (run,) = _keep(database, acme, _RUN)
    assert run.tracking_id == "NA_1"


def test_a_run_while_ours_is_still_queued_is_webexs_own(database: Database, acme: Enterprise) -> None:
    sample_rows.queue_sync(database, acme)
    assert len(_keep(database, acme, _RUN)) == 1


def test_a_sync_of_another_enterprise_does_not_affect_a_run(
    database: Database, acme: Enterprise, bolt: Enterprise
) -> None:
    _start(database, bolt, SyncState.RUNNING, None)
    assert len(_keep(database, acme, _RUN)) == 1
