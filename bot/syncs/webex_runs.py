"""What Webex's status says about a run: whether it goes on, how it ended, and whether it is the run that we started."""

from datetime import datetime

from storage.values.records import Sync, WebexSyncStatus

_COMPLETE = frozenset({"COMPLETE", "COMPLETED"})
_FAILED = frozenset({"FAILED", "FAILURE", "ERROR"})
_RUNNING = frozenset({"IN_PROGRESS", "INPROGRESS"})


def is_running(word: str | None) -> bool:
    """Return whether Webex's word for a run says that it goes on."""
    return _normalized(word) in _RUNNING


def succeeded(word: str | None) -> bool | None:
    """Return whether Webex's word for a run says that it succeeded or failed; None for any other word."""
    word = _normalized(word)
    return True if word in _COMPLETE else False if word in _FAILED else None


def is_new(sync: Sync, webex_status: WebexSyncStatus) -> bool:
    """Return whether Webex reports another run than the one before the sync: another start or tracking id.

    Clocks are never compared. A field that is missing before or now proves nothing, unless Webex knew no run before.
    """
    before = (sync.before_started_at, sync.before_tracking_id)
    reported = (webex_status.started_at, webex_status.tracking_id)
    if before == (None, None):
        return reported != (None, None)
    return any(old is not None and new is not None and new != old for old, new in zip(before, reported, strict=True))


def is_replaced(sync: Sync, webex_status: WebexSyncStatus) -> bool:
    """Return whether Webex reports a later run than the one of this sync, which then ended between two polls."""
    if sync.started_at is None or webex_status.started_at is None or webex_status.started_at == sync.started_at:
        return False
    return is_new(sync, webex_status) and (
        webex_status.tracking_id is None or webex_status.tracking_id != sync.tracking_id
    )


def success_before_replaced(sync: Sync, webex_status: WebexSyncStatus) -> datetime | None:
    """Return when the replaced run of this sync succeeded; None if no sync succeeded before the later run began."""
    began, succeeded_at, later = sync.started_at, webex_status.succeeded_at, webex_status.started_at
    if began is None or succeeded_at is None or later is None or not began <= succeeded_at < later:
        return None
    return succeeded_at


def end(sync: Sync, webex_status: WebexSyncStatus, now: datetime) -> tuple[datetime, float]:
    """Return when a run ended and how many seconds it took, by Webex's clock if it gives both times, else by ours.

    An end before the start belongs to the run before.
    """
    started_at, ended_at = webex_status.started_at, webex_status.ended_at
    if started_at and ended_at and ended_at >= started_at:
        return ended_at, (ended_at - started_at).total_seconds()
    return now, (now - (sync.starting_at or now)).total_seconds()


def _normalized(word: str | None) -> str:
    return (word or "").strip().upper().replace(" ", "_")
