"""What `queue` says."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from bot.formatting.escape import plain
from bot.formatting.limits import MAX_MESSAGE_BYTES, cut
from bot.formatting.quantity import quantity
from bot.formatting.times import duration, iso, when
from bot.syncs.timing import rest_end
from storage.values.records import Enterprise, Sync, WaitsFor

_MAX_CLUSTER_BYTES = 1500


def answer(
    queues: Mapping[str, Sequence[Sync]],
    paused: Mapping[str, datetime],
    enterprises: Mapping[int, Enterprise],
    now: datetime,
    access_notice: str | None = None,
) -> str:
    """List the active syncs of every cluster in their order, and say when a busy cluster is asked again.

    If Webex refuses the provider's access, `access_notice` says so.
    """
    notice = [f"{access_notice}\n"] if access_notice else []
    blocks = []
    for cluster in sorted({*queues, *paused}):
        rest = f", busy: I ask again {when(paused[cluster], now, 'UTC')}" if cluster in paused else ""
        waiting = queues.get(cluster, ())
        title = f"**Cluster {plain(cluster)}**: {quantity(len(waiting), 'sync')}{rest}"
        lines = [_line(place, sync, enterprises[sync.enterprise_id], now) for place, sync in enumerate(waiting, 1)]
        listed = [cut(lines, _MAX_CLUSTER_BYTES, "- and {n} more, all in the CSV")] if lines else []
        blocks.append("\n".join([title, *listed, ""]))
    if not blocks:
        return "\n".join([*notice, "No directory sync is queued or running."])
    return cut([*notice, *blocks], MAX_MESSAGE_BYTES, "and {n} more clusters, all in the CSV").rstrip()


def _line(place: int, sync: Sync, enterprise: Enterprise, now: datetime) -> str:
    waits = duration((now - sync.asked_at).total_seconds())
    held_up = f", {_HELD_UP[sync.waits_for]}" if sync.waits_for else ""
    until = rest_end(sync, now)
    rest = f", tried again {when(until, now, 'UTC')}" if until is not None else ""
    name = f"{plain(enterprise.name)} ({plain(enterprise.key)})"
    return f"{place}. {name}: {sync.state}{held_up}{rest}, asked for {waits} ago"


_HELD_UP = {
    WaitsFor.CLUSTER: "waiting because Webex is busy with another customer",
    WaitsFor.WEBEX: "waiting because Webex is running its own sync",
    WaitsFor.RETRY: "waiting because Webex could not start it",
    WaitsFor.ACCESS: "waiting because Webex refuses the provider's access",
}


CSV_HEADER = ("Cluster", "Place", "Enterprise", "Name", "State", "Waits For", "Asked By", "Asked At", "Started At")


def csv_rows(queues: Mapping[str, Sequence[Sync]], enterprises: Mapping[int, Enterprise]) -> Iterator[tuple[str, ...]]:
    """Yield a row for each active sync, by cluster and in the order of its queue; times are in UTC."""
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
