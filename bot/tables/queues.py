"""Every cluster's queue as rows of a table."""

from collections.abc import Iterator, Mapping, Sequence

from bot.formatting.times import iso
from storage.records import Enterprise, Sync

HEADER = ("Cluster", "Place", "Enterprise", "Name", "State", "Waits For", "Asked By", "Asked At", "Started At")


def rows(queues: Mapping[str, Sequence[Sync]], enterprises: Mapping[int, Enterprise]) -> Iterator[tuple[str, ...]]:
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
