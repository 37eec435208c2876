"""What tests of pure rooms speak of: one moment, a sync, Webex's account of one, an invented enterprise."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from storage.values.records import Enterprise, Roster, RosterState, Sync, SyncState, WebexRun, WebexSyncStatus

NOW = datetime(2026, 11, 22, 10, 14, tzinfo=UTC)
EARLIER, LATER = NOW - timedelta(days=3), NOW + timedelta(days=3)
POLL, TIMEOUT = timedelta(seconds=15), timedelta(hours=12)
JUST_OVER = timedelta(microseconds=1)

BEFORE = WebexSyncStatus(enabled=True, status="COMPLETE", started_at=EARLIER, ended_at=EARLIER, tracking_id="before")
"""Webex's account of the run before the sync that `sync` makes."""

ROSTER = Roster(1, 1, RosterState.CURRENT, NOW, NOW - timedelta(minutes=5), 14, None)
READING = WebexSyncStatus(True, "COMPLETE", EARLIER, EARLIER, EARLIER, "before", read_at=NOW - timedelta(minutes=50))
OWN = WebexRun(1, EARLIER - timedelta(hours=1), EARLIER, "NA_own", "COMPLETE", {}, ())

ABSURD = [
    "x" * 600,
    "<" * 600,
    "*_`[]\\" * 100,
    "&lt;" * 200,
    "👩‍👩‍👧‍👦" * 200,
    "𝕏" * 600,
    "a\nb" * 300,
]
"""Texts longer than is ever shown of one, in letters that take much room."""

EVIL = (
    "**b** _i_ `c` [l](http://evil.example) <@all> <@personEmail:eve@evil.example|Ana> &lt;@all&gt;\n# h\n```\n> q\n- l"
)

TEXTS = st.sampled_from(["", "Acme", EVIL, *ABSURD]) | st.text() | st.text("<>@&lt;#*_`[]\\\n 𝕏\ud800", max_size=600)
"""Anything that others may have written."""


def sync(state: SyncState = SyncState.QUEUED, **more: Any) -> Sync:
    """A sync asked for a minute ago, of an enterprise whose run before is `BEFORE`."""
    known = state is not SyncState.QUEUED
    asked = Sync(
        id=1,
        enterprise_id=1,
        cluster_id=1,
        state=state,
        head=True,
        waits_for=None,
        asked_at=NOW - timedelta(minutes=1),
        asker_email="ana@acme.example",
        starts=1 if known else 0,
        starting_at=NOW - timedelta(seconds=30) if known else None,
        before_started_at=EARLIER if known else None,
        before_tracking_id="before" if known else None,
        started_at=None,
        ended_at=None,
        seconds=None,
        tracking_id=None,
        webex_status=None,
        counts={},
        errors=(),
        cause=None,
        reason=None,
        status_outbox_id=None,
        roster_id=None,
        polls=0,
        queue_order=1,
        rests_until=None,
    )
    return replace(asked, **more)


def new_run(status: str | None, **more: Any) -> WebexSyncStatus:
    """Webex's account of a run that began after that sync was asked for."""
    return replace(WebexSyncStatus(True, status, NOW, None, None, "new"), **more)


def enterprise(name: str = "Acme", **more: Any) -> Enterprise:
    """An enterprise in Chicago, known since `EARLIER`."""
    return replace(Enterprise(1, "acme", name, "R+a", "east", "America/Chicago", 1, None, EARLIER), **more)
