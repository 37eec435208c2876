"""The result of a sync, in a word or two."""

from bot.formatting.escape import plain
from bot.syncs import webex_runs
from storage.values.records import Sync, SyncState, WebexRun

_COMPLETED = SyncState.COMPLETED.value
_WITH_WARNINGS = "completed with warnings"
_FAILED = SyncState.FAILED.value
_STATES = frozenset(state.value for state in SyncState)
_MARKS = {_COMPLETED: "✅", _WITH_WARNINGS: "⚠️", _FAILED: "❌"}


def of_sync(sync: Sync) -> str:
    """Return the result of a sync that was asked for here."""
    return _WITH_WARNINGS if sync.state is SyncState.COMPLETED and sync.errors else sync.state.value


def of_run(run: WebexRun) -> str | None:
    """Return the result of a sync that Webex started; None if Webex's word for it is unknown."""
    if webex_runs.is_running(run.status):
        return SyncState.RUNNING.value
    match webex_runs.succeeded(run.status):
        case True:
            return _WITH_WARNINGS if run.errors else _COMPLETED
        case False:
            return _FAILED
        case _:
            return None


def marked(word: str) -> str:
    """Return a result with its mark, or Webex's own word in quotes if the result is unknown."""
    if word in _MARKS:
        return f"{_MARKS[word]} {word}"
    if word in _STATES:
        return word
    return f"“{plain(word, 40)}”" if word else "result unknown"


def completed(word: str) -> bool:
    """Return whether a result is a success."""
    return word in (_COMPLETED, _WITH_WARNINGS)
