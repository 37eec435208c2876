"""How a sync has gone, in a word or two."""

from bot.syncs import webex_runs
from storage.values.records import Sync, SyncState, WebexRun

_COMPLETED = SyncState.COMPLETED.value
_WITH_WARNINGS = "completed with warnings"
_FAILED = SyncState.FAILED.value
_MARKS = {_COMPLETED: "✅", _WITH_WARNINGS: "⚠️", _FAILED: "❌"}


def of_sync(sync: Sync) -> str:
    """The result of one that was asked for here."""
    return _WITH_WARNINGS if sync.state is SyncState.COMPLETED and sync.errors else sync.state.value


def of_run(run: WebexRun) -> str | None:
    """The result of one that Webex began; None where Webex's word for it is not known here."""
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
    """The word behind its mark, if it has one."""
    return f"{_MARKS[word]} {word}" if word in _MARKS else word


def completed(word: str) -> bool:
    """Whether the word is one for success."""
    return word in (_COMPLETED, _WITH_WARNINGS)
