"""What `queue` says."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from bot.formatting.escape import plain
from bot.formatting.limits import MAX_MESSAGE_BYTES, cut
from bot.formatting.times import duration, iso, when
from storage.values.records import Enterprise, Sync, SyncState

_ROOM_FOR_ONE = 1500


def answer(
    queues: Mapping[str, Sequence[Sync]],
    paused: Mapping[str, datetime],
    enterprises: Mapping[int, Enterprise],
    now: datetime,
) -> str:
    """The active syncs of every cluster, in their order, and which clusters rest until when."""
    blocks = []
    for cluster in sorted({*queues, *paused}):
        rest = f", busy: asked again {when(paused[cluster], now, 'UTC')}" if cluster in paused else ""
        waiting = queues.get(cluster, ())
        title = f"**Cluster {plain(cluster)}**: {len(waiting):,} {'sync' if len(waiting) == 1 else 'syncs'}{rest}"
        lines = [_line(place, sync, enterprises[sync.enterprise_id], now) for place, sync in enumerate(waiting, 1)]
        blocks.append(
            "\n".join(
                [title, cut(lines, _ROOM_FOR_ONE, "- and {n} more, all in the CSV"), ""] if lines else [title, ""]
            )
        )
    if not blocks:
        return "No directory sync is queued or running."
    return cut(blocks, MAX_MESSAGE_BYTES, "and {n} more clusters, all in the CSV").rstrip()


def _line(place: int, sync: Sync, enterprise: Enterprise, now: datetime) -> str:
    waits = duration((now - sync.asked_at).total_seconds())
    state = "running" if sync.state is SyncState.RUNNING else sync.state.value
    held_up = f", waits for {sync.waits_for}" if sync.waits_for else ""
    return f"{place}. {plain(enterprise.name)} ({plain(enterprise.key)}): {state}{held_up}, asked for {waits} ago"


CSV_HEADER = ("Cluster", "Place", "Enterprise", "Name", "State", "Waits For", "Asked By", "Asked At", "Started At")


def csv_rows(queues: Mapping[str, Sequence[Sync]], enterprises: Mapping[int, Enterprise]) -> Iterator[tuple[str, ...]]:
    """One row per active sync, by cluster and in the order of its queue; times in UTC."""
    for cluster in sorted(queues):
        for place, sync in enumerate(queues[cluster], 1):
            enterprise = enterprises[sync.enterprise_id]
            started = sync.started_at or sync.starting_at
            yield (
                cluster,
                str(place),
                enterprise.key,
                enterprise.name,
                sync.state.value,
                sync.waits_for.value if sync.waits_for else "",
                sync.asker_email,
                iso(sync.asked_at),
                iso(started) if started else "",
            )
